"""The graph of a stream must compute the same before and after each step of its clean-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from musicvae_export.build import clean_stream
from musicvae_export.graph.gemm import use_gemm
from musicvae_export.graph.simplify import merge_reshapes, simplify
from musicvae_export.graph.tools import operators, sort_nodes
from musicvae_export.graph.unbatch import unbatch
from onnx import ModelProto, TensorProto, helper, numpy_helper

Node = tuple[str, list[str], list[str], dict[str, Any]]

RNG = np.random.default_rng(0)
WIDTH = 4
#: Everything that the graphs below may name.
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
#: (1, frames, 4) and (1, 9): one number that counts, and two frames.
SPLIT: Node = ("Split", ["state", "parts"], ["time", "kept"], {"axis": 1})
PAST: Node = ("Reshape", ["kept", "past_shape"], ["past"], {})
DENSE: Node = ("MatMul", ["latent", "weights"], ["dense"], {})


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


CAUSAL: tuple[Node, ...] = (
    SPLIT,
    PAST,
    ("Concat", ["past", "latent"], ["known"], {"axis": 1}),
    ("Slice", ["known", "starts", "ends", "axes"], ["next"], {}),
    ("Reshape", ["next", "flat"], ["next_flat"], {}),
    ("Slice", ["known", "zeros", "first_ends", "axes"], ["earlier"], {}),
    ("Reshape", ["earlier", "to_rows"], ["rows"], {}),
    ("MatMul", ["rows", "weights"], ["product"], {}),
    ("Reshape", ["product", "to_batch"], ["back"], {}),
    ("Add", ["bias", "back"], ["biased"], {}),
    ("LeakyRelu", ["biased"], ["bent"], {}),
    ("Add", ["bent", "latent"], ["out"], {}),
    ("Concat", ["time", "next_flat"], ["after"], {"axis": 1}),
)


def test_a_causal_layer() -> None:
    left = cleaned(model_of(*CAUSAL, outputs=("out", "after")), clean_stream)
    # In: the latents. State: to rows, from rows. Out: the result.
    reshapes = {"Reshape": 4}
    assert left == reshapes | {
        **{"Split": 1, "Concat": 2, "Slice": 2, "Gemm": 1, "LeakyRelu": 1, "Add": 1}
    }


CLOCK: tuple[Node, ...] = (
    SPLIT,
    ("Shape", ["latent"], ["sizes"], {}),
    ("Cast", ["sizes"], ["sizes_32"], {"to": TensorProto.INT32}),
    ("Slice", ["sizes_32", "one", "two", "zero"], ["frames_1"], {}),
    ("Squeeze", ["frames_1", "zero"], ["frames"], {}),
    ("Range", ["nought", "frames", "unit"], ["counted"], {}),
    ("Unsqueeze", ["counted", "zero"], ["counted_1"], {}),
    ("Cast", ["time"], ["start"], {"to": TensorProto.INT32}),
    ("Add", ["start", "counted_1"], ["late"], {}),
    ("Div", ["late", "period"], ["rounds"], {}),
    ("Mul", ["rounds", "period"], ["whole_rounds"], {}),
    ("Sub", ["late", "whole_rounds"], ["now"], {}),
    ("Gather", ["table", "now"], ["face"], {"axis": 0}),
    DENSE,
    ("Add", ["dense", "bias"], ["biased"], {}),
    ("Add", ["biased", "face"], ["out"], {}),
    ("Add", ["start", "frames"], ["end"], {}),
    ("Cast", ["end"], ["after"], {"to": TensorProto.FLOAT}),
)


def test_a_clock() -> None:
    model = model_of(*CLOCK, outputs=("out", "after"))
    left = cleaned(model, clean_stream)
    assert TensorProto.INT32 not in {tensor.data_type for tensor in model.graph.initializer}
    assert left["Mod"] == left["Shape"] == left["Range"] == left["Gather"] == left["Gemm"] == 1
    assert left["Add"] == 2  # the time, and the end of the block
    assert not {"Div", "Mul", "Sub", "Squeeze", "Unsqueeze"} & set(left)
    assert left["Cast"] == 2


def test_what_counts_is_not_taken_for_constant() -> None:
    # The remainder is the same for both sizes that are looked at; the state decides over it.
    model = model_of(*CLOCK, outputs=("out", "after"))
    simplify(model)
    assert operators(model.graph)["Div"] == 1


@pytest.mark.parametrize(
    ("nodes", "left"),
    [
        ([("MatMul", ["latent", "batch_of_weights"], ["out"], {})], {"Gemm": 1}),
        ([("Add", ["latent", "bias_3d"], ["out"], {})], {"Add": 1}),
        ([("Split", ["latent"], ["a", "out"], {"axis": -1})], {"Split": 1}),
        ([("Split", ["latent"], ["a", "out"], {"axis": 2})], {"Split": 1}),
        ([("Concat", ["latent", "latent"], ["out"], {"axis": -1})], {"Concat": 1}),
        (
            [
                ("Reshape", ["latent", "to_halves"], ["halves"], {}),
                ("Mul", ["halves", "scalar"], ["out"], {}),
            ],
            {"Mul": 1},
        ),
    ],
    ids=["product", "sum", "split", "split_2", "joined", "four_axes"],
)
def test_operators_that_need_no_batch(nodes: list[Node], left: dict[str, int]) -> None:
    model = model_of(*nodes)
    found = cleaned(model, clean_stream)
    assert found == left | {"Reshape": 2}


@pytest.mark.parametrize(
    "nodes",
    [
        [("Pad", ["latent", "pads"], ["out"], {})],
        [("Pad", ["latent", "batch_pads"], ["out"], {})],
        [("Slice", ["latent", "zero", "one", "zero"], ["cut"], {}), ("Exp", ["cut"], ["out"], {})],
        [("Transpose", ["latent"], ["out"], {"perm": [1, 0, 2]})],
        [("Concat", ["latent", "latent"], ["out"], {"axis": 0})],
        [("Mul", ["latent", "two_in_two"], ["out"], {})],
        [("Softmax", ["latent"], ["soft"], {"axis": 1}), ("Exp", ["soft"], ["out"], {})],
        [("Reshape", ["latent", "to_four"], ["four"], {}), ("Exp", ["four"], ["out"], {})],
        [
            ("Transpose", ["latent"], ["turned"], {"perm": [0, 2, 1]}),
            ("MatMul", ["latent", "turned"], ["square"], {}),
            ("Exp", ["square"], ["out"], {}),
        ],
    ],
    ids=[
        "pad",
        "batch_pad",
        "slice",
        "turned",
        "joined",
        "broadcast",
        "unknown",
        "leading",
        "two_free_axes",
    ],
)
def test_operators_that_need_the_batch_keep_it(nodes: list[Node]) -> None:
    cleaned(model_of(*nodes), clean_stream)


def test_an_unknown_operator_between_known_ones() -> None:
    nodes: list[Node] = [
        ("Exp", ["latent"], ["a"], {}),
        ("Softmax", ["a"], ["b"], {"axis": 1}),
        ("Softmax", ["a"], ["c"], {"axis": 1}),
        ("Add", ["b", "c"], ["d"], {}),
        ("Tanh", ["d"], ["out"], {}),
    ]
    left = cleaned(model_of(*nodes), unbatch)
    assert left["Softmax"] == 2


def test_ports_alone() -> None:
    cleaned(model_of(("Identity", ["latent"], ["out"], {})), clean_stream)


GEMM_2D: Node = ("Reshape", ["latent", "to_rows"], ["rows"], {})


@pytest.mark.parametrize(
    ("nodes", "left"),
    [
        (  # two biases become one
            [
                ("MatMul", ["rows", "weights"], ["a"], {}),
                ("Add", ["a", "bias"], ["b"], {}),
                ("Add", ["bias", "b"], ["out"], {}),
            ],
            {"Gemm": 1},
        ),
        (  # what is read twice stays
            [
                ("MatMul", ["rows", "weights"], ["a"], {}),
                ("Add", ["a", "bias"], ["b"], {}),
                ("Add", ["a", "b"], ["out"], {}),
            ],
            {"Gemm": 1, "Add": 2},
        ),
        (  # no bias, but a scalar, which is none
            [
                ("MatMul", ["rows", "weights"], ["a"], {}),
                ("Add", ["a", "scalar"], ["out"], {}),
            ],
            {"Gemm": 1, "Add": 1},
        ),
        ([("MatMul", ["latent", "weights"], ["out"], {})], {"MatMul": 1}),
    ],
    ids=["two biases", "two readers", "scalar", "three axes"],
)
def test_dense_layers(nodes: list[Node], left: dict[str, int]) -> None:
    found = cleaned(model_of(GEMM_2D, *nodes), use_gemm)
    found.pop("Reshape", None)
    assert found == left


def test_rows_chosen_by_the_result_itself_are_not_added_within_it() -> None:
    nodes: list[Node] = [
        GEMM_2D,
        ("MatMul", ["rows", "weights"], ["a"], {}),
        ("Add", ["a", "bias"], ["b"], {}),
        ("ArgMax", ["b"], ["index"], {"axis": 1, "keepdims": 0}),
        ("Gather", ["table", "index"], ["chosen"], {"axis": 0}),
        ("Add", ["b", "chosen"], ["out"], {}),
    ]
    assert cleaned(model_of(*nodes), use_gemm)["Add"] == 1


def test_a_reshape_that_keeps_an_axis_is_not_merged() -> None:
    nodes: list[Node] = [
        ("Reshape", ["latent", "to_rows"], ["rows"], {}),
        ("Reshape", ["rows", "to_halves"], ["halves"], {}),
        ("Reshape", ["halves", "keep_flat"], ["out"], {}),
    ]
    left = cleaned(model_of(*nodes), lambda model: merge_reshapes(model.graph))
    assert left == {"Reshape": 2}


def test_nodes_are_sorted() -> None:
    model = model_of(*CLOCK, outputs=("out", "after"))
    expected = play(model, 3, 1)
    copies = [onnx.NodeProto.FromString(n.SerializeToString()) for n in model.graph.node[::-1]]
    del model.graph.node[:]
    model.graph.node.extend(copies)
    sort_nodes(model.graph)
    np.testing.assert_array_equal(play(model, 3, 1)[0], expected[0])
