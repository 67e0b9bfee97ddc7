"""The messages that an ONNX file consists of, as a table: which fields each may have.

It lists every field of onnx.proto (https://onnx.ai/onnx/repo-docs/IR.html) as of onnx 1.23, except
those that no artifact needs: segments of tensors, opaque types, and the placement of nodes on
several devices. A file with any other field is refused: a reader that does not know a field passes
over it, and its bytes may mean something else to another reader.
"""

from __future__ import annotations

from typing import NamedTuple

from musicvae.artifact.protobuf import FIXED32, FIXED64, LENGTH, VARINT

_TEXT = """
model: 1 number, 2 text, 3 text, 4 text, 5 number, 6 text, 7 graph, 8 opset*, 14 entry*,
    20 training*, 25 function*
opset: 1 text, 2 number
entry: 1 text, 2 text
training: 1 graph, 2 graph, 3 entry*, 4 entry*
function: 1 text, 4 text*, 5 text*, 6 text*, 7 node*, 8 text, 9 opset*, 10 text, 11 attribute*,
    12 value*, 13 text, 14 entry*
graph: 1 node*, 2 text, 5 tensor*, 10 text, 11 value*, 12 value*, 13 value*, 14 annotation*,
    15 sparse*, 16 entry*
node: 1 text*, 2 text*, 3 text, 4 text, 5 attribute*, 6 text, 7 text, 8 text, 9 entry*
attribute: 1 text, 2 float, 3 number, 4 text, 5 tensor, 6 graph, 7 float*, 8 number*, 9 text*,
    10 tensor*, 11 graph*, 13 text, 14 type, 15 type*, 20 number, 21 text, 22 sparse, 23 sparse*
tensor: 1 number*, 2 number, 4 float*, 5 number*, 6 text*, 7 number*, 8 text, 9 text, 10 double*,
    11 number*, 12 text, 13 entry*, 14 number, 16 entry*
sparse: 1 tensor, 2 tensor, 3 number*
value: 1 text, 2 type, 3 text, 4 entry*
annotation: 1 text, 2 entry*
type: 1 tensortype, 4 listtype, 5 maptype, 6 text, 8 tensortype, 9 listtype
tensortype: 1 number, 2 shape
listtype: 1 type
maptype: 1 number, 2 type
shape: 1 dimension*
dimension: 1 number, 2 text, 3 text
"""
_WIRES = {"number": VARINT, "float": FIXED32, "double": FIXED64, "text": LENGTH}


class Rule(NamedTuple):
    """What a field may be.

    Attributes:
        wires: its wire types; a list of numbers may be packed into one field.
        child: the message that it holds; empty where it holds a number, a text or bytes.
        single: whether it occurs at most once. (Protobuf would take the last number or text, and
            would merge messages.)
    """

    wires: tuple[int, ...]
    child: str
    single: bool


def _rule(word: str) -> Rule:
    name = word.rstrip("*")
    wire, many = _WIRES.get(name, LENGTH), word.endswith("*")
    wires = (wire, LENGTH) if many and wire != LENGTH else (wire,)
    return Rule(wires, "" if name in _WIRES else name, not many)


def _messages(text: str) -> dict[str, dict[int, Rule]]:
    """The table as dictionaries: by the name of the message, by the number of the field."""
    messages: dict[str, dict[int, Rule]] = {}
    for line in text.replace("\n    ", " ").strip().splitlines():
        name, fields = line.split(": ")
        pairs = (field.split() for field in fields.split(","))
        messages[name] = {int(number): _rule(word) for number, word in pairs}
    return messages


#: For each message its fields by number.
MESSAGES = _messages(_TEXT)
