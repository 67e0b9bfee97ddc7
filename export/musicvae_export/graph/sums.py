"""Makes one operator of several sums, such as those of a synthesis with overlapping windows."""

from __future__ import annotations

from onnx import GraphProto, ModelProto

from musicvae_export.graph.simplify import look
from musicvae_export.graph.tools import Constants, only_reader, prune


def join_sums(model: ModelProto, unit: int = 1) -> None:
    """Turn ((a + b) + c) + … of tensors of one shape into a Sum, which adds in the same order.

    Args:
        model: changed in place.
        unit: see :func:`musicvae_export.graph.simplify.look`.
    """
    graph = model.graph
    shapes = {name: seen.shapes for name, seen in look(model, unit).items()}
    fixed = Constants(graph)
    for node in list(graph.node):
        if node.op_type != "Add":
            continue
        after = only_reader(graph, node.output[0])
        if after is None or after.op_type != "Add" or after.input[0] != node.output[0]:
            continue
        terms = [*node.input, after.input[1]]
        alike = all(name not in fixed for name in terms) and len({shapes[n] for n in terms}) == 1
        if alike and shapes[terms[0]] == shapes[after.output[0]]:
            after.input[:] = terms
    _name_long_ones(graph)
    prune(graph)


def _name_long_ones(graph: GraphProto) -> None:
    for node in graph.node:
        if node.op_type == "Add" and len(node.input) > 2:
            node.op_type = "Sum"
