"""Finds which constant of a graph is which weight, by a twin graph whose weights are all marks.

A mark is a number that occurs once: the smallest positive float32 that is not denormal, the next
one, and so on. They are so small that no other constant of a graph is among them. A model whose
weights are marks is exported as any other, and wherever a weight went on that way, also turned,
cut or joined, its mark tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto

from musicvae.latents.arrays import Float32
from musicvae_export.graph.tools import Constants

#: The bits of the first mark: of 2⁻¹²⁶. The last one that there may be is about 1e-20.
_FIRST, _LAST = 0x00800000, 0x1E000000


class OtherGraphError(Exception):
    """The two graphs do not compute the same; the text says where they differ first."""


def marked(shapes: Sequence[tuple[int, ...]]) -> list[Float32]:
    """Arrays of these shapes, float32, in which no number occurs twice.

    Raises:
        OtherGraphError: there are more numbers than marks, some 490 million.
    """
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])
    if ends[-1] > _LAST - _FIRST:
        raise OtherGraphError("there are too many weights to mark each")
    bits = np.arange(_FIRST, _FIRST + ends[-1], dtype=np.uint32)
    parts = zip(ends[:-1], ends[1:], shapes, strict=True)
    return [bits[start:end].view(np.float32).reshape(shape) for start, end, shape in parts]


def found(twin: ModelProto, model: ModelProto, shapes: Sequence[tuple[int, ...]]) -> list[Float32]:
    """The weights of a model.

    Args:
        twin: the graph of the same architecture, with the same ports, in which the arrays of
            :func:`marked` are the weights.
        model: the graph with the weights, all constants as float32.
        shapes: as those of :func:`marked`.

    Returns:
        An array of each shape, float32.

    Raises:
        OtherGraphError: the graphs differ in more than the weights, or a weight is in none.
    """
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])
    values = np.full(ends[-1], np.nan, np.float32)
    ours, theirs = Constants(twin.graph), Constants(model.graph)
    for mine, its, where in _pairs(twin.graph, model.graph):
        if mine in ours and its in theirs:
            _take(ours[mine], theirs[its], values, where)
        elif mine in ours or its in theirs:
            raise OtherGraphError(f"{where} reads {its}, not {mine}")
    if not np.isfinite(values).all():
        missing = np.count_nonzero(~np.isfinite(values))
        raise OtherGraphError(f"{missing} weights that are nowhere, or not finite")
    parts = zip(ends[:-1], ends[1:], shapes, strict=True)
    return [values[start:end].reshape(shape) for start, end, shape in parts]


def _pairs(twin: GraphProto, graph: GraphProto) -> Iterator[tuple[str, str, str]]:
    """Go through both graphs from the outputs on, since the order of nodes is the converter's own.

    Yields:
        For each tensor, its name in the twin and in the graph, and what reads it.

    Raises:
        OtherGraphError: an operator is another one, or reads other tensors.
    """
    makers, others = _makers(twin), _makers(graph)
    ports = {value.name for value in (*twin.input, *twin.output)}
    waiting = [(port.name, port.name, port.name) for port in twin.output]
    pairs: dict[str, str] = {}
    while waiting:
        mine, its, where = waiting.pop()
        if pairs.setdefault(mine, its) != its or (mine in ports and mine != its):
            raise OtherGraphError(f"{where} reads {its}, not {mine}")
        yield mine, its, where
        maker, other = makers.get(mine), others.get(its)
        if maker is None and other is None:
            continue
        if maker is None or other is None or _form(maker, mine) != _form(other, its):
            raise OtherGraphError(f"{its} in place of {mine}")
        for read in zip(maker.input, other.input, strict=True):
            if pairs.get(read[0]) != read[1]:
                waiting.append((*read, other.name))


def _makers(graph: GraphProto) -> dict[str, NodeProto]:
    return {name: node for node in graph.node for name in node.output}


def _form(node: NodeProto, output: str) -> tuple[Any, ...]:
    """What a node is, but for names, and which of its outputs this is."""
    parts = sorted(item.SerializeToString(deterministic=True) for item in node.attribute)
    return node.op_type, len(node.input), list(node.output).index(output), parts


def _take(mark: NDArray[Any], value: NDArray[Any], values: Float32, where: str) -> None:
    """Write the numbers of a constant to the places that its marks name.

    Args:
        mark: the constant of the twin.
        value: that of the model, of the same shape and dtype.
        values: receives what is a weight, float32 (weights,).
        where: the node, for errors.
    """
    if (mark.shape, mark.dtype) != (value.shape, value.dtype):
        raise OtherGraphError(f"{where} has a constant of another shape")
    if mark.dtype != np.float32:
        places = np.zeros(mark.shape, np.bool_)
    else:
        bits = np.ascontiguousarray(mark).view(np.uint32).astype(np.int64).reshape(mark.shape)
        places = (bits >= _FIRST) & (bits < _FIRST + len(values))
        values[bits[places] - _FIRST] = value[places]
    if not np.array_equal(mark[~places], value[~places]):
        raise OtherGraphError(f"{where} has another constant")
