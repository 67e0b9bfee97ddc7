"""Graphs must compute the same before and after folding, with something to fold or without."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from musicvae_export.graph.fold import fold
from musicvae_export.graph.simplify import simplify
from musicvae_export.graph.tools import number_names, operators
from onnx import ModelProto, TensorProto, helper, numpy_helper

Node = tuple[str, list[str], list[str], dict[str, Any]]

RNG = np.random.default_rng(0)
#: Everything that the graphs below may name.
CONSTANTS = {
    "shape": np.array([-1, 3, 1, 4], np.int64),
    "weights": RNG.standard_normal((3, 5, 1, 4)).astype(np.float32),
    "conv_weights": RNG.standard_normal((5, 3, 1, 3)).astype(np.float32),
    "bias": RNG.standard_normal(5).astype(np.float32),
    "per_channel": RNG.standard_normal((5, 1)).astype(np.float32),
    "per_channel_4d": RNG.standard_normal((1, 5, 1, 1)).astype(np.float32),
    "per_step": RNG.standard_normal(10).astype(np.float32),
    "scalar": np.array(0.5, np.float32),
    "batch_axis": RNG.standard_normal((2, 1, 1)).astype(np.float32),
    "two": np.array([2], np.int64),
    "one": np.array([1], np.int64),
    "three": np.array([3], np.int64),
    "five": np.array([5], np.int64),
    "ten": np.array([10], np.int64),
    "minus_two": np.array([-2], np.int64),
    "minus_one": np.array([-1], np.int64),
    "far": np.array([2**40], np.int64),
    "zero": np.array([0], np.int64),
    "no_pads": np.zeros(8, np.int64),
}
RESHAPE: Node = ("Reshape", ["latent", "shape"], ["x"], {})
UP: Node = ("ConvTranspose", ["x", "weights"], ["up"], {"strides": [1, 2]})
SQUEEZE: Node = ("Squeeze", ["up", "two"], ["flat"], {})


def model_of(*nodes: Node) -> ModelProto:
    graph = helper.make_graph(
        [helper.make_node(op, inputs, outputs, **extra) for op, inputs, outputs, extra in nodes],
        "test",
        [helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["batch", 12])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in CONSTANTS.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def play(model: ModelProto, batch: int) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    latents = np.random.default_rng(batch).standard_normal((batch, 12)).astype(np.float32)
    result: np.ndarray = session.run(None, {"latent": latents})[0]
    return result


def folded(*nodes: Node) -> dict[str, int]:
    """Simplify and fold; the operators that are left. What they compute must not change."""
    model = model_of(*nodes)
    expected = [play(model, batch) for batch in (2, 3, 7)]
    simplify(model)
    fold(model)
    number_names(model.graph)
    for before, batch in zip(expected, (2, 3, 7), strict=True):
        np.testing.assert_allclose(play(model, batch), before, atol=1e-5)
    return operators(model.graph)


def test_factor_and_offset_behind_a_squeeze() -> None:
    left = folded(
        RESHAPE,
        UP,
        SQUEEZE,
        ("Mul", ["flat", "per_channel"], ["scaled"], {}),
        ("Add", ["per_channel", "scaled"], ["out"], {}),
    )
    assert left == {"Reshape": 1, "ConvTranspose": 1, "Squeeze": 1}


def test_convolution_with_a_bias() -> None:
    left = folded(
        RESHAPE,
        ("Conv", ["x", "conv_weights", "bias"], ["up"], {}),
        ("Add", ["up", "per_channel_4d"], ["shifted"], {}),
        ("Mul", ["shifted", "scalar"], ["scaled"], {}),
        ("LeakyRelu", ["scaled"], ["out"], {}),
    )
    assert left == {"Reshape": 1, "Conv": 1, "LeakyRelu": 1}


@pytest.mark.parametrize(
    ("start", "end"), [("one", "minus_one"), ("minus_two", "far"), ("zero", "three")]
)
def test_cut_becomes_padding(start: str, end: str) -> None:
    cut: Node = ("Slice", ["up", start, end, "three"], ["cut"], {})
    left = folded(RESHAPE, UP, cut, ("Mul", ["cut", "per_channel_4d"], ["out"], {}))
    assert left == {"Reshape": 1, "ConvTranspose": 1}


@pytest.mark.parametrize(
    "nodes",
    [
        [UP, ("Slice", ["up", "minus_one", "zero", "three", "minus_two"], ["out"], {})],
        [UP, ("Slice", ["up", "one", "three", "one"], ["out"], {})],  # cuts channels
        [UP, SQUEEZE, ("Mul", ["flat", "per_step"], ["out"], {})],
        [UP, SQUEEZE, ("Add", ["flat", "flat"], ["out"], {})],
        [UP, ("Mul", ["up", "per_channel_4d"], ["m"], {}), ("Add", ["up", "m"], ["out"], {})],
        [UP, SQUEEZE, ("Add", ["flat", "scalar"], ["a"], {}), ("Mul", ["a", "flat"], ["out"], {})],
    ],
    ids=["backwards", "channels", "steps", "itself", "two readers", "two readers behind"],
)
def test_what_cannot_be_folded_is_left(nodes: list[Node]) -> None:
    before = operators(model_of(RESHAPE, *nodes).graph)
    assert folded(RESHAPE, *nodes) == before


def test_weights_that_two_convolutions_share() -> None:
    left = folded(
        RESHAPE,
        UP,
        ("ConvTranspose", ["x", "weights"], ["other"], {"strides": [1, 2]}),
        ("Mul", ["up", "per_channel_4d"], ["scaled"], {}),
        ("Add", ["scaled", "other"], ["out"], {}),
    )
    assert left == {"Reshape": 1, "ConvTranspose": 2, "Add": 1}


def test_shapes_that_depend_on_the_batch_alone() -> None:
    left = folded(
        ("Shape", ["latent"], ["sizes"], {}),
        ("Slice", ["sizes", "zero", "one"], ["batch"], {}),
        ("Concat", ["batch", "five", "ten"], ["target"], {"axis": 0}),
        ("Reshape", ["latent", "shape"], ["x"], {}),
        UP,
        ("Pad", ["up", "no_pads"], ["padded"], {}),
        ("Reshape", ["padded", "target"], ["out"], {}),
    )
    assert left == {"Reshape": 2, "ConvTranspose": 1}


def test_constants_are_computed_now() -> None:
    left = folded(
        RESHAPE,
        ("Add", ["scalar", "scalar"], ["sum"], {}),
        ("Mul", ["weights", "sum"], ["made"], {}),
        ("ConvTranspose", ["x", "made"], ["up"], {}),
        ("Shape", ["up"], ["sizes"], {}),
        ("Slice", ["sizes", "one", "far"], ["tail"], {}),
        ("Concat", ["minus_one", "tail"], ["target"], {"axis": 0}),
        ("Reshape", ["up", "target"], ["out"], {}),
    )
    # The last reshape, now that one sees it, changes nothing.
    assert left == {"Reshape": 1, "ConvTranspose": 1}
