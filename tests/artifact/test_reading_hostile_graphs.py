"""Hostile graphs: what runs code of others, reads other files or plays by chance is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.artifact.reading import RANDOM, check, read_info
from musicvae.errors import CorruptArtifactError, UnsafeArtifactError

Make = Callable[..., Path]


def test_external_data_are_refused(make_artifact: Make, tmp_path: Path) -> None:
    import onnx

    model = onnx.load(make_artifact())
    onnx.save(model, tmp_path / "split.onnx", save_as_external_data=True, size_threshold=0)
    with pytest.raises(UnsafeArtifactError, match="other files"):
        read_info(tmp_path / "split.onnx")


def test_custom_operators_are_refused(make_artifact: Make) -> None:
    import onnx

    model = onnx.load(make_artifact())
    model.graph.node[1].domain = "com.microsoft"
    with pytest.raises(UnsafeArtifactError, match=r"com\.microsoft"):
        check(model.SerializeToString())


def test_local_functions_are_refused_whatever_their_domain(make_artifact: Make) -> None:
    import onnx
    from onnx import helper

    model = onnx.load(make_artifact())
    louder = [helper.make_node("Add", ["x", "x"], ["y"])]
    opsets = [helper.make_opsetid("", 17)]
    model.functions.append(helper.make_function("", "Tanh", ["x"], ["y"], louder, opsets))
    with pytest.raises(UnsafeArtifactError, match="1 functions"):
        check(model.SerializeToString())


def test_graphs_for_training_are_refused(make_artifact: Make) -> None:
    import onnx

    model = onnx.load(make_artifact())
    model.training_info.add()
    with pytest.raises(UnsafeArtifactError, match="1 graphs for training"):
        check(model.SerializeToString())


def test_a_second_set_of_the_same_operators_is_refused(make_artifact: Make) -> None:
    import onnx
    from onnx import helper

    for domain in ("", "ai.onnx"):
        model = onnx.load(make_artifact())
        model.opset_import.append(helper.make_opsetid(domain, 13))
        with pytest.raises(UnsafeArtifactError, match="2 operator sets"):
            check(model.SerializeToString())


def within(outer: str, node: object) -> object:
    """A node with a subgraph that holds the node."""
    from onnx import helper

    inner = helper.make_graph([node], "inner", [], [])
    if outer == "If":
        return helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    more = {"num_scan_inputs": 1} if outer == "Scan" else {}
    return helper.make_node(outer, ["x"], ["y"], body=inner, **more)


@pytest.mark.parametrize("outer", ["If", "Loop", "Scan"])
@pytest.mark.parametrize("operator", sorted(RANDOM))
def test_random_operators_are_refused_by_name(
    make_artifact: Make, operator: str, outer: str
) -> None:
    import onnx
    from onnx import helper

    model = onnx.load(make_artifact(graph_sha256=""))
    node = helper.make_node(operator, ["latent"], ["noise"])
    for place in (node, within(outer, node), within("If", within(outer, node))):
        model.graph.node.append(place)
        with pytest.raises(UnsafeArtifactError, match=f"different each time.*'{operator}'"):
            check(model.SerializeToString())
        del model.graph.node[-1]
    assert check(model.SerializeToString())


@pytest.mark.parametrize("outer", ["If", "Loop", "Scan"])
def test_custom_operators_in_subgraphs_are_refused(make_artifact: Make, outer: str) -> None:
    import onnx
    from onnx import helper

    model = onnx.load(make_artifact(graph_sha256=""))
    node = helper.make_node("Gelu", ["latent"], ["g"], domain="com.microsoft")
    model.graph.node.append(within(outer, within("If", node)))
    with pytest.raises(UnsafeArtifactError, match=r"com\.microsoft"):
        check(model.SerializeToString())


def test_long_names_are_neither_kept_nor_shown(make_artifact: Make) -> None:
    import onnx

    model = onnx.load(make_artifact())
    model.graph.node[0].domain = "x" * 10**6
    with pytest.raises(CorruptArtifactError, match="1000000 bytes where 256 are allowed"):
        check(model.SerializeToString())
