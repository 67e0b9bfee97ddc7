"""Makes one operator of each dense layer.

Gemm multiplies and adds a bias, which may be a constant or another tensor of the result's
shape; onnxruntime lets it apply the activation after it too.
"""

from __future__ import annotations

from onnx import GraphProto, ModelProto, NodeProto

from musicvae_export.graph.simplify import look
from musicvae_export.graph.tools import (
    Constants,
    add_constant,
    attributes,
    bypass,
    needed_for,
    only_reader,
    prune,
    sort_nodes,
)


def use_gemm(model: ModelProto, unit: int = 1) -> None:
    """Turn each product of two axes with constant weights, and what is added to it, into a Gemm.

    Args:
        model: changed in place.
        unit: see :func:`musicvae_export.graph.simplify.look`.
    """
    graph = model.graph
    seen, fixed = look(model, unit), Constants(graph)
    for node in [node for node in graph.node if node.op_type == "MatMul"]:
        source, weights = node.input
        if weights not in fixed or fixed[weights].ndim != 2 or len(seen[source].shapes[0]) != 2:
            continue
        node.op_type = "Gemm"
        while _absorb_constant(graph, node):
            pass
    while any(_absorb_row_of_table(graph, node) for node in list(graph.node)):
        sort_nodes(graph)
    prune(graph)


def _absorb_constant(graph: GraphProto, node: NodeProto) -> bool:
    """Make the constant that is added next part of the bias; false if there is none."""
    fixed, addition = Constants(graph), only_reader(graph, node.output[0])
    if addition is None or addition.op_type != "Add":
        return False
    added = [name for name in addition.input if name in fixed]
    width = fixed[node.input[1]].shape[1]
    if len(added) != 1 or fixed[added[0]].shape != (width,):
        return False
    bias = fixed[added[0]]
    if len(node.input) == 3:
        bias = bias + fixed[node.input.pop()]
    node.input.append(add_constant(graph, f"{node.output[0]}_bias", bias))
    _drop_addend(graph, addition, added[0])
    return True


def _absorb_row_of_table(graph: GraphProto, node: NodeProto) -> bool:
    """Let a Gemm add the rows of a constant table that are added next, bias included."""
    fixed, addition = Constants(graph), only_reader(graph, node.output[0])
    biased = node.op_type == "Gemm" and len(node.input) == 3 and node.input[2] in fixed
    if not biased or addition is None or addition.op_type != "Add":
        return False
    makers = {output: maker for maker in graph.node for output in maker.output}
    for name in addition.input:
        rows = makers.get(name)
        if rows is None or rows.op_type != "Gather" or rows.input[0] not in fixed:
            continue
        table, bias = fixed[rows.input[0]], fixed[node.input[2]]
        one_each = attributes(rows).get("axis", 0) == 0 and table.shape[1:] == bias.shape
        if not one_each or node.output[0] in needed_for(graph, name):
            continue
        if only_reader(graph, name) is addition:
            rows.input[0] = add_constant(graph, f"{name}_table", table + bias)
            node.input[2] = name
            _drop_addend(graph, addition, name)
            return True
    return False


def _drop_addend(graph: GraphProto, addition: NodeProto, name: str) -> None:
    """Take out an addition whose other operand has it already."""
    if addition.input[0] == name:
        addition.input[:] = [addition.input[1], addition.input[0]]
    bypass(graph, addition)
