"""Weights as whole numbers of 8 bits, which the graph widens: near to what they were."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from musicvae_export.graph.compact import compacted
from onnx import ModelProto, TensorProto, helper, numpy_helper

RNG = np.random.default_rng(0)


def model(weights: np.ndarray) -> ModelProto:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    rows, columns = weights.shape
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, rows])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, columns])
    graph = helper.make_graph([node], "g", [x], [y], [numpy_helper.from_array(weights, "w")])
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8)


def run(made: ModelProto, x: np.ndarray) -> np.ndarray:
    onnx.checker.check_model(made, full_check=True)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    (y,) = session.run(None, {session.get_inputs()[0].name: x})
    return np.asarray(y)


def test_each_column_is_rounded_by_its_own_largest_weight() -> None:
    weights = RNG.standard_normal((80, 64)).astype(np.float32) * np.logspace(-6, 3, 64)
    whole = model(weights.astype(np.float32))
    small = compacted(whole)
    assert len(small.SerializeToString()) < 0.35 * len(whole.SerializeToString())
    for row in range(0, 80, 20):
        x = np.eye(80, dtype=np.float32)[row : row + 1]
        step = np.abs(weights).max(axis=0) / 127
        assert (np.abs(run(small, x)[0] - weights[row]) <= 0.501 * step).all()


def test_small_matrices_and_what_is_not_finite_stay() -> None:
    few = model(RNG.standard_normal((8, 8)).astype(np.float32))
    assert [node.op_type for node in compacted(few).graph.node] == ["MatMul"]
    odd = RNG.standard_normal((80, 64)).astype(np.float32)
    odd[3, 3] = np.inf
    assert [node.op_type for node in compacted(model(odd)).graph.node] == ["MatMul"]


def test_a_column_of_zeros_stays_zero() -> None:
    weights = RNG.standard_normal((80, 64)).astype(np.float32)
    weights[:, 5] = 0
    assert run(compacted(model(weights)), np.ones((1, 80), np.float32))[0, 5] == 0
