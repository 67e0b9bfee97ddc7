"""Dense layers become one operator, and compute the same."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from musicvae_export.graph.gemm import use_gemm

if TYPE_CHECKING:
    from small_graphs import Node  # which only the fixture loads

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
def test_dense_layers(graphs: ModuleType, nodes: list[Node], left: dict[str, int]) -> None:
    found = graphs.cleaned(graphs.model_of(GEMM_2D, *nodes), use_gemm)
    found.pop("Reshape", None)
    assert found == left


def test_rows_chosen_by_the_result_itself_are_not_added_within_it(graphs: ModuleType) -> None:
    nodes: list[Node] = [
        GEMM_2D,
        ("MatMul", ["rows", "weights"], ["a"], {}),
        ("Add", ["a", "bias"], ["b"], {}),
        ("ArgMax", ["b"], ["index"], {"axis": 1, "keepdims": 0}),
        ("Gather", ["table", "index"], ["chosen"], {"axis": 0}),
        ("Add", ["b", "chosen"], ["out"], {}),
    ]
    assert graphs.cleaned(graphs.model_of(*nodes), use_gemm)["Add"] == 1
