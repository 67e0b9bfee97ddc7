"""Changes to the bytes of an ONNX file that a library for ONNX could not make."""

from __future__ import annotations

import random
from collections.abc import Callable

import onnx
from onnx import helper


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flip(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _overlong(rng: random.Random, data: bytes) -> bytes:
    """The version as a varint of more bytes than it needs."""
    return b"\x08" + bytes([data[1] | 0x80]) + b"\x80" * rng.choice((0, 3, 7)) + b"\x00" + data[2:]


def _unknown(rng: random.Random, data: bytes) -> bytes:
    """A field that ONNX does not have, before or behind the others."""
    number = rng.choice((6, 15, 100, 2**14, 2**29 - 1, 2**29))
    wire = rng.choice((0, 1, 2, 3, 5))
    tag = number << 3 | wire
    key = b""
    while tag > 127:
        key, tag = key + bytes([tag & 127 | 128]), tag >> 7
    body = {0: b"\x05", 1: b"\0" * 8, 2: b"\x04ORTM", 3: b"", 5: b"ORTM"}[wire]
    piece = key + bytes([tag]) + body
    return data[:2] + piece + data[2:] if rng.random() < 0.5 else data + piece


def _second(rng: random.Random, data: bytes) -> bytes:
    """A second graph, which protobuf merges with the first."""
    node = helper.make_node(rng.choice(("Neg", "RandomNormalLike")), ["audio"], ["more"])
    graph = helper.make_graph([node], "second", [], [])
    extra: bytes = onnx.ModelProto(graph=graph).SerializeToString()
    return data + extra


def _twice(rng: random.Random, data: bytes) -> bytes:
    return data + data


def _second_description(rng: random.Random, data: bytes) -> bytes:
    model = onnx.ModelProto()
    entry = model.metadata_props.add()
    entry.key, entry.value = rng.choice(("musicvae", "other")), "{}"
    extra: bytes = model.SerializeToString()
    return data + extra


def _flatbuffer(rng: random.Random, data: bytes) -> bytes:
    """The mark of onnxruntime's own format where that reader looks for it."""
    return data[:2] + b"\x8d\x00ORTM" + data[2:]


def _other_file(rng: random.Random, data: bytes) -> bytes:
    return rng.choice((b"", b"\0" * 100, b"PK\x03\x04" + data, b"\x08", b"\x08\x08", b"RIFF"))


CHANGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    *(_cut, _flip, _flip, _overlong, _unknown, _unknown, _second, _twice, _second_description),
    *(_flatbuffer, _other_file),
)
