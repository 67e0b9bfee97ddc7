"""Weights are found in a graph by their marks, wherever they went."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from musicvae_export.graph.marks import OtherGraphError, found, marked
from onnx import TensorProto, helper, numpy_helper

SHAPES = [(3, 2), (2,)]


def _model(
    weights: Sequence[np.ndarray], factor: float = 2.0, operator: str = "Add"
) -> onnx.ModelProto:
    """x times a matrix that was turned, plus a bias that is joined with itself, times a factor."""
    matrix, bias = weights
    constants = {
        "turned": matrix.T.copy(), "twice": np.concatenate([bias, bias[:1]]),
        "factor": np.array(factor, np.float32),
    }  # fmt: skip
    nodes = [
        helper.make_node("MatMul", ["x", "turned"], ["product"]),
        helper.make_node(operator, ["product", "twice"], ["sum"]),
        helper.make_node("Mul", ["sum", "factor"], ["y"]),
    ]
    ports = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])]
        for name, width in {"x": 2, "y": 3}.items()
    ]
    held = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    return helper.make_model(helper.make_graph(nodes, "g", *ports, held))


def test_no_mark_occurs_twice_or_as_another_constant() -> None:
    marks = np.concatenate([mark.ravel() for mark in marked([(100, 30), (7,), ()])])
    assert len(np.unique(marks)) == 3008
    assert marks.min() >= np.finfo(np.float32).tiny
    assert marks.max() < 1e-30
    with pytest.raises(OtherGraphError, match="too many"):
        marked([(2**29,)])


def test_turned_and_joined_weights_are_found() -> None:
    weights = [np.arange(6, dtype=np.float32).reshape(3, 2), np.array([7, 8], np.float32)]
    turned_around = _model(weights)
    del turned_around.graph.initializer[:]  # the order of constants and names do not matter
    turned_around.graph.initializer.extend(reversed(_model(weights).graph.initializer))
    twin = _model(marked(SHAPES))
    for made, wanted in zip(found(twin, turned_around, SHAPES), weights, strict=True):
        np.testing.assert_array_equal(made, wanted)


def test_other_graphs_are_refused() -> None:
    twin = _model(marked(SHAPES))
    weights = [np.ones((3, 2), np.float32), np.ones(2, np.float32)]
    with pytest.raises(OtherGraphError, match="another constant"):
        found(twin, _model(weights, factor=3.0), SHAPES)
    with pytest.raises(OtherGraphError, match="in place of"):
        found(twin, _model(weights, operator="Sub"), SHAPES)
    with pytest.raises(OtherGraphError, match="another shape"):
        found(twin, _model([np.ones((2, 2), np.float32), weights[1]]), SHAPES)
    with pytest.raises(OtherGraphError, match="nowhere"):
        found(_model(marked([*SHAPES, (4,)])[:2]), _model(weights), [*SHAPES, (4,)])
    with pytest.raises(OtherGraphError, match="not finite"):
        found(twin, _model([np.full((3, 2), np.nan, np.float32), weights[1]]), SHAPES)
    model = _model(weights)
    model.graph.node[1].input[0] = "x"
    with pytest.raises(OtherGraphError, match="x in place of product"):
        found(twin, model, SHAPES)
