"""Two readers of one file agree: whatever ONNX does not have, or has once, is refused elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.artifact.onnx_messages import MESSAGES
from musicvae.artifact.protobuf import FIXED32, FIXED64, LENGTH, VARINT, WireError
from musicvae.artifact.structure import read_structure

onnx = pytest.importorskip("onnx", reason="onnx, which makes these models, is not installed")
helper, numpy_helper = onnx.helper, onnx.numpy_helper

#: Fields of onnx.proto that no artifact needs: segments, opaque types, several devices.
REFUSED = {("model", 26), ("node", 10), ("tensor", 3), ("type", 7)}
#: What protobuf's descriptors call the wire types; the numbers are those of FieldDescriptor.TYPE_*.
WIRES = {1: FIXED64, 2: FIXED32, **dict.fromkeys((3, 4, 5, 14), VARINT)}


def descriptors() -> Iterator[tuple[str, Any]]:
    """Every message of the installed onnx, by our name for it."""
    waiting, seen = [("model", onnx.ModelProto.DESCRIPTOR)], set()
    while waiting:
        name, descriptor = waiting.pop()
        if (name, descriptor.full_name) not in seen:
            seen.add((name, descriptor.full_name))
            yield name, descriptor
            waiting += [
                (MESSAGES[name][field.number].child, field.message_type)
                for field in descriptor.fields
                if field.message_type is not None and (name, field.number) not in REFUSED
            ]


def test_the_table_knows_every_field_of_the_installed_onnx() -> None:
    for name, descriptor in descriptors():
        for field in descriptor.fields:
            if (name, field.number) in REFUSED:
                assert field.number not in MESSAGES[name]
                continue
            rule = MESSAGES[name][field.number]
            many = getattr(field, "is_repeated", None)
            many = field.label == field.LABEL_REPEATED if many is None else many
            assert rule.single == (not many), (name, field.name)
            assert rule.wires[0] == WIRES.get(field.type, LENGTH), (name, field.name)
            assert bool(rule.child) == (field.message_type is not None), (name, field.name)


def rich(artifacts: ModuleType) -> Any:
    """A model with one of every message that an artifact may hold."""
    model = artifacts.clip_model(2, 64, 1, 16_000)
    graph = model.graph
    model.metadata_props.add(key="a", value="1")
    graph.metadata_props.add(key="a", value="1")
    graph.sparse_initializer.add(
        values=numpy_helper.from_array(np.ones(1, np.float32), "s"),
        indices=numpy_helper.from_array(np.zeros(1, np.int64), "i"),
        dims=[4],
    )
    graph.quantization_annotation.add(tensor_name="s").quant_parameter_tensor_names.add(key="k")
    branch = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "branch", [], [])
    graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch))
    for kind in (
        helper.make_sequence_type_proto(helper.make_tensor_type_proto(1, ["n", 2])),
        helper.make_map_type_proto(7, helper.make_tensor_type_proto(1, None)),
        helper.make_optional_type_proto(helper.make_sparse_tensor_type_proto(1, [3])),
    ):
        graph.value_info.append(helper.make_value_info("v", kind))
    return model


def messages_in(message: Any) -> list[Any]:
    """A message and all in it."""
    found = [message]
    for field, value in message.ListFields():
        if field.message_type is not None:
            many = value if hasattr(value, "__len__") else [value]
            found += [inner for one in many for inner in messages_in(one)]
    return found


def test_a_rich_model_is_read(artifacts: ModuleType) -> None:
    found = read_structure(rich(artifacts).SerializeToString())
    assert found.operators["Neg"] == 2
    assert found.domains <= {""}


UNKNOWN = (
    b"\xa2\x06\x00",  # field 100, empty
    b"\xa5\x06ORTM",  # field 100, four bytes
    b"\xf8\x7f\x01",  # field 2047
)


@pytest.mark.parametrize("unknown", UNKNOWN, ids=bytes.hex)
def test_an_unknown_field_is_refused_in_every_message(
    artifacts: ModuleType, unknown: bytes
) -> None:
    places = len(messages_in(rich(artifacts)))
    assert places > 40
    for place in range(places):
        model = rich(artifacts)
        messages_in(model)[place].MergeFromString(unknown)  # protobuf keeps what it does not know
        with pytest.raises(WireError, match="unknown field"):
            read_structure(model.SerializeToString())


@pytest.mark.parametrize("kind", ["model", "node", "tensor", "type"])
def test_fields_that_no_artifact_needs_are_refused(artifacts: ModuleType, kind: str) -> None:
    model = rich(artifacts)
    places = {
        "model": (model, b"\xd2\x01\x00"),
        "node": (model.graph.node[0], b"\x52\x00"),
        "tensor": (model.graph.initializer[0], b"\x1a\x00"),
        "type": (model.graph.value_info.add().type, b"\x3a\x00"),
    }
    message, field = places[kind]
    message.MergeFromString(field)
    with pytest.raises(WireError, match=f"unknown field .* of a {kind}"):
        read_structure(model.SerializeToString())


@pytest.mark.parametrize("field", [1, 2, 3, 4, 5, 6, 7])
def test_what_a_model_has_once_is_refused_twice(artifacts: ModuleType, field: int) -> None:
    model = artifacts.clip_model(2, 64, 1, 16_000)
    model.producer_version = model.domain = model.doc_string = "x"
    model.model_version = 1
    wire = MESSAGES["model"][field].wires[0]
    again = bytes([field << 3 | wire]) + (b"\x01" if wire == VARINT else b"\x00")
    with pytest.raises(WireError, match=f"a second field {field} of a model"):
        read_structure(model.SerializeToString() + again)


@pytest.mark.parametrize(
    "data",
    [
        b"\x72\x04\x0a\x00\x0a\x00",  # an entry of the metadata with two keys
        b"\x72\x04\x12\x00\x12\x00",  # with two values
        b"\x42\x04\x10\x11\x10\x12",  # an operator set of two versions
        b"\x3a\x04\x12\x00\x12\x00",  # a graph of two names
        b"\x3a\x06\x0a\x04\x22\x00\x22\x00",  # a node of two types
        b"\x3a\x06\x0a\x04\x3a\x00\x3a\x00",  # a node of two domains
        b"\x3a\x06\x2a\x04\x70\x00\x70\x00",  # a tensor of two places
        b"\x3a\x06\x2a\x04\x4a\x00\x4a\x00",  # a tensor of two contents
    ],
    ids=bytes.hex,
)
def test_what_a_message_has_once_is_refused_twice(data: bytes) -> None:
    with pytest.raises(WireError, match="a second field"):
        read_structure(b"\x08\x08" + data)


@given(st.sampled_from(sorted(MESSAGES["graph"])), st.sampled_from([VARINT, FIXED64, FIXED32]))
def test_a_graph_holds_bytes_and_messages_alone(field: int, wire: int) -> None:
    tag = field << 3 | wire
    value = ((b"\x80" * (tag >= 0x80)) and bytes([tag & 0x7F | 0x80, tag >> 7])) or bytes([tag])
    value += b"\x01" if wire == VARINT else bytes(8 if wire == FIXED64 else 4)
    with pytest.raises(WireError, match=f"field {field} of a graph"):
        read_structure(b"\x08\x08\x3a" + bytes([len(value)]) + value)


def test_groups_and_field_zero_are_refused() -> None:
    for data in (b"\x0b\x0c", b"\x03\x04", b"\x00\x00", b"\x02\x00"):
        with pytest.raises(WireError, match=r"wire type|field number 0"):
            read_structure(b"\x08\x08" + data)


def test_a_file_of_a_million_nodes_is_left_early() -> None:
    graph = b"\x0a\x00" * 10**6  # empty nodes
    data = b"\x08\x08\x3a" + bytes([0x80, 0x89, 0x7A]) + graph
    with pytest.raises(WireError, match="too many fields") as caught:
        read_structure(data)
    assert caught.value.offset < 200_000
