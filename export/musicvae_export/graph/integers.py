"""Simplifies the integers of a stream's graph: its count of frames and its clock.

TensorFlow counts in int32 and ONNX's sizes are int64, so that a converted graph casts back and
forth; a remainder becomes three operators; and the number of frames is computed again wherever it
occurs.
"""

from __future__ import annotations

import numpy as np
from onnx import GraphProto, ModelProto, TensorProto, helper

from musicvae_export.graph.simplify import look
from musicvae_export.graph.tools import Constants, add_constant, attributes, prune, set_attribute


def tidy_whole_numbers(model: ModelProto, unit: int = 1) -> None:
    """Count in int64 alone, take remainders with Mod, read the free axis once.

    Args:
        model: with one free axis.
        unit: see :func:`musicvae_export.graph.simplify.look`.
    """
    _widen(model.graph)
    _remainders(model.graph)
    _count_once(model, unit)
    prune(model.graph)


def _widen(graph: GraphProto) -> None:
    """Make every int32 an int64."""
    for tensor in [t for t in graph.initializer if t.data_type == TensorProto.INT32]:
        value = Constants(graph)[tensor.name].astype(np.int64)
        graph.initializer.remove(tensor)
        add_constant(graph, tensor.name, value)
    for node in graph.node:
        if node.op_type == "Cast" and attributes(node)["to"] == TensorProto.INT32:
            set_attribute(node, "to", TensorProto.INT64)


def _remainders(graph: GraphProto) -> None:
    """Turn x - (x / c) · c of whole numbers, c constant, into the remainder of x divided by c."""
    makers = {name: node for node in graph.node for name in node.output}
    fixed = Constants(graph)
    for node in graph.node:
        if node.op_type != "Sub":
            continue
        x, product = node.input[0], makers.get(node.input[1])
        if product is None or product.op_type != "Mul":
            continue
        for quotient, divisor in (product.input, product.input[::-1]):
            maker = makers.get(quotient)
            if maker is None or maker.op_type != "Div" or [*maker.input] != [x, divisor]:
                continue
            if divisor in fixed and fixed[divisor].dtype == np.int64:
                node.op_type = "Mod"
                node.input[1] = divisor


def _count_once(model: ModelProto, unit: int) -> None:
    """Read the length of the free axis from the port that has it, wherever it is asked for."""
    graph = model.graph
    axes = [
        (port.name, axis)
        for port in graph.input
        for axis, size in enumerate(port.type.tensor_type.shape.dim)
        if not size.HasField("dim_value")
    ]
    if len(axes) != 1:
        return
    ((port, axis),) = axes
    seen = look(model, unit)
    lengths = [shape[axis] for shape in seen[port].shapes]
    for node in graph.node:
        for place, name in enumerate(node.input):
            values = seen[name].values if name in seen else None
            if values is None or [value.size for value in values] != [1, 1]:
                continue
            if [value.item() for value in values] == lengths and values[0].ndim < 2:
                node.input[place] = ("length", "lengths")[values[0].ndim]
    first = add_constant(graph, "first_axis", np.array([0]))
    nodes = [
        helper.make_node("Shape", [port], ["lengths"], start=axis, end=axis + 1),
        helper.make_node("Squeeze", ["lengths", first], ["length"]),
        *graph.node,
    ]
    del graph.node[:]
    graph.node.extend(nodes)
