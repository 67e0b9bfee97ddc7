"""The graph of a stream must compute the same before and after each step of its clean-up."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from musicvae_export.build import clean_stream
from musicvae_export.graph.simplify import merge_reshapes, simplify
from musicvae_export.graph.tools import operators, sort_nodes
from musicvae_export.graph.unbatch import unbatch
from onnx import TensorProto

if TYPE_CHECKING:
    from small_graphs import Node  # which only the fixture loads

#: (1, frames, 4) and (1, 9): one number that counts, and two frames.
SPLIT: Node = ("Split", ["state", "parts"], ["time", "kept"], {"axis": 1})
PAST: Node = ("Reshape", ["kept", "past_shape"], ["past"], {})
DENSE: Node = ("MatMul", ["latent", "weights"], ["dense"], {})


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


def test_a_causal_layer(graphs: ModuleType) -> None:
    left = graphs.cleaned(graphs.model_of(*CAUSAL, outputs=("out", "after")), clean_stream)
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


def test_a_clock(graphs: ModuleType) -> None:
    model = graphs.model_of(*CLOCK, outputs=("out", "after"))
    left = graphs.cleaned(model, clean_stream)
    assert TensorProto.INT32 not in {tensor.data_type for tensor in model.graph.initializer}
    assert left["Mod"] == left["Shape"] == left["Range"] == left["Gather"] == left["Gemm"] == 1
    assert left["Add"] == 2  # the time, and the end of the block
    assert not {"Div", "Mul", "Sub", "Squeeze", "Unsqueeze"} & set(left)
    assert left["Cast"] == 2


def test_what_counts_is_not_taken_for_constant(graphs: ModuleType) -> None:
    # The remainder is the same for both sizes that are looked at; the state decides over it.
    model = graphs.model_of(*CLOCK, outputs=("out", "after"))
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
def test_operators_that_need_no_batch(
    graphs: ModuleType, nodes: list[Node], left: dict[str, int]
) -> None:
    model = graphs.model_of(*nodes)
    found = graphs.cleaned(model, clean_stream)
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
def test_operators_that_need_the_batch_keep_it(graphs: ModuleType, nodes: list[Node]) -> None:
    graphs.cleaned(graphs.model_of(*nodes), clean_stream)


def test_an_unknown_operator_between_known_ones(graphs: ModuleType) -> None:
    nodes: list[Node] = [
        ("Exp", ["latent"], ["a"], {}),
        ("Softmax", ["a"], ["b"], {"axis": 1}),
        ("Softmax", ["a"], ["c"], {"axis": 1}),
        ("Add", ["b", "c"], ["d"], {}),
        ("Tanh", ["d"], ["out"], {}),
    ]
    left = graphs.cleaned(graphs.model_of(*nodes), unbatch)
    assert left["Softmax"] == 2


def test_ports_alone(graphs: ModuleType) -> None:
    graphs.cleaned(graphs.model_of(("Identity", ["latent"], ["out"], {})), clean_stream)


def test_a_reshape_that_keeps_an_axis_is_not_merged(graphs: ModuleType) -> None:
    nodes: list[Node] = [
        ("Reshape", ["latent", "to_rows"], ["rows"], {}),
        ("Reshape", ["rows", "to_halves"], ["halves"], {}),
        ("Reshape", ["halves", "keep_flat"], ["out"], {}),
    ]
    left = graphs.cleaned(graphs.model_of(*nodes), lambda model: merge_reshapes(model.graph))
    assert left == {"Reshape": 2}


def test_nodes_are_sorted(graphs: ModuleType) -> None:
    model = graphs.model_of(*CLOCK, outputs=("out", "after"))
    expected = graphs.play(model, 3, 1)
    copies = [onnx.NodeProto.FromString(n.SerializeToString()) for n in model.graph.node[::-1]]
    del model.graph.node[:]
    model.graph.node.extend(copies)
    sort_nodes(model.graph)
    np.testing.assert_array_equal(graphs.play(model, 3, 1)[0], expected[0])
