"""Graphs of a few nodes, which must compute the same before and after a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
from musicvae_export.graph.tools import operators
from onnx import ModelProto, TensorProto, helper, numpy_helper

Node = tuple[str, list[str], list[str], dict[str, Any]]

RNG = np.random.default_rng(0)
WIDTH = 4
#: Everything that the graphs may name.
CONSTANTS = {
    "weights": RNG.standard_normal((WIDTH, WIDTH)).astype(np.float32),
    "batch_of_weights": RNG.standard_normal((1, WIDTH, WIDTH)).astype(np.float32),
    "bias": RNG.standard_normal(WIDTH).astype(np.float32),
    "bias_3d": RNG.standard_normal((1, 1, WIDTH)).astype(np.float32),
    "table": RNG.standard_normal((8, WIDTH)).astype(np.float32),
    "two_in_two": RNG.standard_normal((2, 1, WIDTH)).astype(np.float32),
    "scalar": np.array(2.0, np.float32),
    "to_rows": np.array([-1, WIDTH], np.int64),
    "to_batch": np.array([1, -1, WIDTH], np.int64),
    "to_halves": np.array([1, -1, 2, WIDTH // 2], np.int64),
    "to_four": np.array([-1, 1, WIDTH, 1], np.int64),
    "flat": np.array([1, -1], np.int64),
    "keep_flat": np.array([0, -1], np.int64),
    "past_shape": np.array([1, 2, WIDTH], np.int64),
    "parts": np.array([1, 2 * WIDTH], np.int64),
    "pads": np.array([0, 1, 0, 0, 2, 0], np.int64),
    "batch_pads": np.array([1, 0, 0, 0, 0, 0], np.int64),
    "starts": np.array([0, -2], np.int64),
    "ends": np.array([2**31 - 1, 2**31 - 1], np.int64),
    "first_ends": np.array([2**31 - 1, -2], np.int64),
    "axes": np.array([0, 1], np.int64),
    "zeros": np.array([0, 0], np.int64),
    "zero": np.array([0], np.int64),
    "one": np.array([1], np.int64),
    "two": np.array([2], np.int64),
    "nought": np.array(0, np.int32),
    "unit": np.array(1, np.int32),
    "period": np.array(8, np.int32),
}


def model_of(*nodes: Node, outputs: tuple[str, ...] = ("out",)) -> ModelProto:
    read = {name for node in nodes for name in node[1]}
    graph = helper.make_graph(
        [helper.make_node(op, inputs, made, **extra) for op, inputs, made, extra in nodes],
        "test",
        [
            helper.make_tensor_value_info("latent", TensorProto.FLOAT, [1, "frames", WIDTH]),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, [1, 1 + 2 * WIDTH]),
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(CONSTANTS[name], name) for name in sorted(read & set(CONSTANTS))],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def play(model: ModelProto, frames: int, time: int) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    random = np.random.default_rng(frames)
    state = random.standard_normal((1, 1 + 2 * WIDTH)).astype(np.float32)
    state[0, 0] = time
    feeds = {
        "latent": random.standard_normal((1, frames, WIDTH)).astype(np.float32),
        "state": state,
    }
    names = {port.name for port in model.graph.input}
    found: list[np.ndarray] = session.run(None, {n: v for n, v in feeds.items() if n in names})
    return found


def cleaned(model: ModelProto, change: Callable[[ModelProto], Any]) -> dict[str, int]:
    """Change a graph; the operators that are left. What it computes must not change."""
    cases = [(1, 7), (2, 6), (3, 0), (9, 5)]
    before = [play(model, *case) for case in cases]
    change(model)
    for expected, case in zip(before, cases, strict=True):
        for a, b in zip(expected, play(model, *case), strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(b, a, atol=1e-5)
    return operators(model.graph)
