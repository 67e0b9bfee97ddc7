"""Reads the structure of an ONNX file without onnx and without onnxruntime.

Loading a model hands its file, which is not trusted, to a large C++ library. So musicvae first
looks for everything that could read other files or run other code: weights in external files, and
operators from outside ONNX's own set. They may be in subgraphs, in attributes and in local
functions, so every message is read (:mod:`musicvae.artifact.onnx_messages` lists them), and what is
not in the list is refused: this reader and onnxruntime must see the same graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from musicvae.artifact.onnx_messages import MESSAGES
from musicvae.artifact.protobuf import Field, Reader, WireError

#: How deep messages may be nested. An If within an If adds three levels.
MAX_DEPTH = 100

#: For each message, the field that names the domain of its operators.
_DOMAINS = {"opset": 1, "node": 7, "function": 10}
#: Numbers of fields: of the model, of a node, of a tensor, of an entry.
_GRAPH, _OPSET, _TRAINING, _FUNCTION = 7, 8, 20, 25
_OP_TYPE = 4
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_KEY, _VALUE = 1, 2
#: For each message, the fields whose values matter here.
_NOTED = {
    "model": (_GRAPH, _OPSET, _TRAINING, _FUNCTION),
    "node": (_OP_TYPE, _DOMAINS["node"]),
    "tensor": (_EXTERNAL_DATA, _DATA_LOCATION),
    "entry": (_KEY, _VALUE),
    "opset": (_DOMAINS["opset"],),
    "function": (_DOMAINS["function"],),
}
#: The longest name in bytes of an operator, of a domain, or of an entry of the metadata.
_MOST_NAME = 256


@dataclass
class Structure:
    """The structure of one ONNX file.

    Attributes:
        graphs: byte ranges of the model's top-level graphs; a whole file has exactly one.
        entries: the model's metadata, in the order of the file: keys, and the byte ranges of their
            values; a key may occur twice.
        domains: every operator domain that is imported or used.
        operators: number of nodes of each operator type, in subgraphs and functions too.
        opset_imports: number of operator sets that the model imports.
        external: whether any tensor is stored in another file.
        functions: number of local functions.
        training: number of graphs for training.
    """

    graphs: list[tuple[int, int]] = field(default_factory=list)
    entries: list[tuple[str, tuple[int, int]]] = field(default_factory=list)
    domains: set[str] = field(default_factory=set)
    operators: dict[str, int] = field(default_factory=dict)
    opset_imports: int = 0
    external: bool = False
    functions: int = 0
    training: int = 0


class _Message(NamedTuple):
    kind: str
    around: str
    start: int
    end: int
    depth: int


def looks_like_onnx(start: bytes) -> bool:
    """Whether a file with these first bytes, of which eight tell, may be ONNX.

    It begins with field 1, a small IR version. "ORTM" in its fifth to eighth byte is the mark of
    onnxruntime's own format, for which onnxruntime looks first.
    """
    version = len(start) >= 2 and start[0] == 0x08 and 1 <= start[1] < 0x40
    return version and start[4:8] != b"ORTM"


def read_structure(data: bytes) -> Structure:
    """Read the structure of a whole ONNX file.

    Args:
        data: the file.

    Raises:
        WireError: it is not well-formed, for instance truncated; or it has a field that ONNX does
            not have, or one twice, which another reader may understand in another way.
    """
    reader = Reader(data)
    found = Structure()
    # A list of messages to read, no recursion: a hostile file may nest them as deep as it likes.
    waiting = [_Message("model", "", 0, len(data), 0)]
    while waiting:
        message = waiting.pop()
        if message.depth > MAX_DEPTH:
            raise WireError("messages nested too deeply", message.start)
        if message.kind == "entry" and message.around == "model":
            found.entries.append(("", (message.end, message.end)))
        waiting += reversed(_read_message(reader, message, found))
    return found


def _read_message(reader: Reader, message: _Message, found: Structure) -> list[_Message]:
    """Note what the fields of a message say; returns the messages in it, in order."""
    kind, rules = message.kind, MESSAGES[message.kind]
    noted = _NOTED.get(kind, ())
    seen: set[int] = set()
    inner = []
    for item in reader.fields(message.start, message.end):
        rule = rules.get(item.number)
        if rule is None:
            raise WireError(f"an unknown field {item.number} of a {kind}", item.start)
        if item.wire not in rule.wires:
            wanted = f"a {rule.child} that is not a message" if rule.child else "a wrong type"
            raise WireError(f"{wanted} in field {item.number} of a {kind}", item.start)
        if rule.single and item.number in seen:
            raise WireError(f"a second field {item.number} of a {kind}", item.start)
        seen.add(item.number)
        if rule.child:
            inner.append(_Message(rule.child, kind, item.start, item.end, message.depth + 1))
        if item.number in noted:
            _note(reader, message, item, found)
    return inner


def _note(reader: Reader, message: _Message, item: Field, found: Structure) -> None:
    """Add to ``found`` what one field says: a domain, an operator, external data and so on."""
    kind, number = message.kind, item.number
    if number == _DOMAINS.get(kind):
        found.domains.add(reader.text(item, _MOST_NAME))
    elif kind == "node" and number == _OP_TYPE:
        name = reader.text(item, _MOST_NAME)
        found.operators[name] = found.operators.get(name, 0) + 1
    elif kind == "tensor" and number == _EXTERNAL_DATA:
        found.external = True
    elif kind == "tensor" and number == _DATA_LOCATION:
        # Anything but a plain 0 (DEFAULT): a parser may cut a large number down to 1 (EXTERNAL).
        found.external |= item.value != 0
    elif kind == "model":
        found.graphs += [(item.start, item.end)] if number == _GRAPH else []
        found.opset_imports += number == _OPSET
        found.training += number == _TRAINING
        found.functions += number == _FUNCTION
    elif kind == "entry" and message.around == "model":
        key, place = found.entries[-1]
        is_key = number == _KEY
        found.entries[-1] = (
            reader.text(item, _MOST_NAME) if is_key else key,
            place if is_key else (item.start, item.end),
        )
