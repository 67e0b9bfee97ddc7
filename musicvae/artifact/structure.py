"""Reads the structure of an ONNX file without onnx and without onnxruntime.

Loading a model hands its file, which is not trusted, to a large C++ library. So musicvae first
looks for everything that could read other files or run other code: weights in external files, and
operators from outside ONNX's own set. They may be in subgraphs, in attributes and in local
functions, so every place is read where the format (onnx.proto,
https://onnx.ai/onnx/repo-docs/IR.html) allows a node or a tensor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from musicvae.artifact.protobuf import LENGTH, VARINT, Field, Reader, WireError

#: How deep messages may be nested. An If within an If adds three levels.
MAX_DEPTH = 100

#: For each message, the fields whose messages are read too, by number.
_CHILDREN: dict[str, dict[int, str]] = {
    "model": {7: "graph", 8: "opset", 14: "entry", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 9: "opset", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
#: For each message, the field that names the domain of its operators.
_DOMAINS = {"opset": 1, "node": 7, "function": 10}

_OP_TYPE, _EXTERNAL_DATA, _DATA_LOCATION = 4, 13, 14


@dataclass
class Structure:
    """The structure of one ONNX file.

    Attributes:
        graphs: byte ranges of the model's top-level graphs; a whole file has exactly one.
        entries: the metadata, in the order of the file; a key may occur twice.
        domains: every operator domain that is imported or used.
        operators: number of nodes of each operator type, in subgraphs and functions too.
        opset_imports: number of operator sets that are imported.
        external: whether any tensor is stored in another file.
    """

    graphs: list[tuple[int, int]] = field(default_factory=list)
    entries: list[tuple[str, str]] = field(default_factory=list)
    domains: set[str] = field(default_factory=set)
    operators: dict[str, int] = field(default_factory=dict)
    opset_imports: int = 0
    external: bool = False


class _Message(NamedTuple):
    kind: str
    start: int
    end: int
    depth: int


def looks_like_onnx(data: bytes) -> bool:
    """Whether the file begins as every ONNX file does: field 1, a small IR version."""
    return len(data) >= 2 and data[0] == 0x08 and 1 <= data[1] < 0x40


def read_structure(data: bytes) -> Structure:
    """Read the structure of a whole ONNX file.

    Args:
        data: the file.

    Raises:
        WireError: it is not well-formed, for instance truncated.
    """
    reader = Reader(data)
    found = Structure()
    # A list of messages to read, no recursion: a hostile file may nest them as deep as it likes.
    waiting = [_Message("model", 0, len(data), 0)]
    while waiting:
        message = waiting.pop()
        if message.depth > MAX_DEPTH:
            raise WireError("messages nested too deeply", message.start)
        if message.kind == "entry":
            found.entries.append(_read_entry(reader, message))
            continue
        for item in reader.fields(message.start, message.end):
            child = _CHILDREN.get(message.kind, {}).get(item.number)
            if child is None:
                _note(reader, message.kind, item, found)
            elif item.wire != LENGTH:
                raise WireError(f"a {child} that is not a message", item.start)
            else:
                waiting.append(_Message(child, item.start, item.end, message.depth + 1))
                found.opset_imports += child == "opset"
                if message.kind == "model" and child == "graph":
                    found.graphs.append((item.start, item.end))
    return found


def _note(reader: Reader, kind: str, item: Field, found: Structure) -> None:
    """Add to ``found`` what a field that is not a message says: domain, operator, external data."""
    if item.number == _DOMAINS.get(kind):
        found.domains.add(reader.text(item))
    elif kind == "node" and item.number == _OP_TYPE:
        name = reader.text(item)
        found.operators[name] = found.operators.get(name, 0) + 1
    elif kind == "tensor" and item.number == _EXTERNAL_DATA:
        found.external = True
    elif kind == "tensor" and item.number == _DATA_LOCATION:
        # Anything but a plain 0 (DEFAULT): a parser may cut a large number down to 1 (EXTERNAL).
        found.external |= item.wire != VARINT or item.value != 0


def _read_entry(reader: Reader, message: _Message) -> tuple[str, str]:
    values = {1: "", 2: ""}
    for item in reader.fields(message.start, message.end):
        if item.number in values:
            values[item.number] = reader.text(item)
    return values[1], values[2]
