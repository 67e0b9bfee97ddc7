"""The structure of ONNX files: everything unsafe is found, wherever it is."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact.protobuf import WireError
from musicvae.artifact.structure import Structure, looks_like_onnx, read_structure

onnx = pytest.importorskip("onnx", reason="onnx, which makes these models, is not installed")
helper, numpy_helper = onnx.helper, onnx.numpy_helper


@pytest.fixture
def model(artifacts: ModuleType) -> Any:
    return artifacts.clip_model(2, 64, 1, 16_000)


def structure(model: Any) -> Structure:
    return read_structure(model.SerializeToString())


def outside() -> Any:
    """A tensor whose numbers lie in another file."""
    tensor = numpy_helper.from_array(np.zeros(3, np.float32), "outside")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return tensor


def foreign_node(**attributes: Any) -> Any:
    return helper.make_node("Evil", ["x"], ["y"], domain="evil.example", **attributes)


def graph_of(*nodes: Any) -> Any:
    return helper.make_graph(list(nodes), "inner", [], [])


def test_an_ordinary_model(model: Any) -> None:
    model.metadata_props.add(key="a", value="1")
    found = structure(model)
    assert found.operators == {"MatMul": 1, "Tanh": 1, "Mul": 1, "Reshape": 1}
    assert found.domains <= {""}
    ((key, (start, end)),) = found.entries
    assert (key, model.SerializeToString()[start:end]) == ("a", b"1")
    assert found.opset_imports == 1
    assert not found.external
    ((start, end),) = found.graphs
    assert model.SerializeToString()[start:end] == model.graph.SerializeToString()


def test_looks_like_onnx(model: Any) -> None:
    assert looks_like_onnx(model.SerializeToString())
    assert not looks_like_onnx(b"RIFF")
    assert not looks_like_onnx(b"")


def test_external_initializer(model: Any) -> None:
    model.graph.initializer.append(outside())
    assert structure(model).external


def test_either_sign_of_external_data_is_enough(model: Any) -> None:
    tensor = outside()
    tensor.ClearField("data_location")
    model.graph.initializer.append(tensor)
    assert structure(model).external
    del model.graph.initializer[-1].external_data[:]
    assert not structure(model).external
    model.graph.initializer[-1].data_location = onnx.TensorProto.EXTERNAL
    assert structure(model).external


def test_external_data_in_the_value_of_a_constant(model: Any) -> None:
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=outside()))
    assert structure(model).external


def test_external_data_in_a_sparse_tensor(model: Any) -> None:
    model.graph.sparse_initializer.add(values=outside())
    assert structure(model).external


def test_external_data_in_a_subgraph_of_a_subgraph(model: Any) -> None:
    innermost = graph_of(helper.make_node("Constant", [], ["c"], value=outside()))
    branch = graph_of(helper.make_node("If", ["x"], ["y"], then_branch=innermost))
    model.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=branch))
    assert structure(model).external


def test_external_data_in_a_local_function(model: Any) -> None:
    body = [helper.make_node("Constant", [], ["c"], value=outside())]
    opsets = [helper.make_opsetid("", 17)]
    model.functions.append(helper.make_function("", "f", [], ["c"], body, opsets))
    assert structure(model).external


def test_external_data_in_training_information(model: Any) -> None:
    model.training_info.add().initialization.initializer.append(outside())
    assert structure(model).external


def test_domains_are_found_everywhere(model: Any) -> None:
    inner = graph_of(foreign_node())
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner)
    for place in (model.graph.node, model.training_info.add().algorithm.node):
        place.append(node)
        assert "evil.example" in structure(model).domains
        del place[-1]
    assert "evil.example" not in structure(model).domains
    opsets = [helper.make_opsetid("imported.example", 1)]
    function = helper.make_function("own.example", "f", ["x"], ["y"], [foreign_node()], opsets)
    model.functions.append(function)
    expected = {"evil.example", "imported.example", "own.example"}
    assert expected <= structure(model).domains


def enclosed(number: int, content: bytes) -> bytes:
    """``content`` as field ``number`` of a message, in protobuf's own bytes."""
    length, size = len(content), b""
    while length >= 0x80:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def test_nesting_is_bounded() -> None:
    # By hand, since onnx itself refuses to write such a file.
    inner = b""
    for _ in range(2_000):
        inner = enclosed(1, enclosed(5, enclosed(6, inner)))  # node > attribute > graph
    with pytest.raises(WireError, match="too deep"):
        read_structure(enclosed(7, inner))


def test_a_message_field_of_another_wire_type(model: Any) -> None:
    with pytest.raises(WireError, match="not a message"):
        read_structure(model.SerializeToString() + b"\x38\x01")
