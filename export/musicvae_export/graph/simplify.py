"""Replaces tensors that do not depend on the latents by constants, at export.

A function with a free axis, of clips or of frames, converts to a graph that works out every shape
again at each call: some four hundred of six hundred nodes of the clip decoder. Which of them are
constant is not guessed from the operators but seen: the graph is run with two sizes of the free
axis, and what depends on sizes alone and comes out the same both times is written down. (Numbers
that are the same for two sizes but not for a third are caught by the verification, which plays
others.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto, helper

from musicvae_export.graph.tools import Constants, add_constant, bypass, prune

_SIZES = (2, 3)


@dataclass(frozen=True)
class Seen:
    """The values of one tensor for the two sizes of the free axis.

    Attributes:
        shapes: its shape.
        dtype: dtype of its numbers.
        values: its values, if it was computed from constants and sizes alone; else ``None``.
    """

    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    dtype: np.dtype[Any]
    values: tuple[NDArray[Any], NDArray[Any]] | None

    @property
    def constant(self) -> NDArray[Any] | None:
        """Its value, if that is the same for both sizes."""
        if self.values is not None and np.array_equal(*self.values):
            return self.values[0]
        return None

    @property
    def target(self) -> NDArray[np.int64] | None:
        """A constant target for Reshape, if its value is a shape of which one axis is free."""
        if self.values is None or self.values[0].ndim != 1:
            return None
        found = target_of(*self.values)
        return found if found is not None and (found == -1).any() else None


def target_of(first: Any, second: Any) -> NDArray[np.int64] | None:
    """Two shapes as one constant target for Reshape, int64 (rank,); ``None`` if there is none."""
    a, b = np.array(first, np.int64), np.array(second, np.int64)
    if len(a) != len(b) or (np.minimum(a, b) < 1).any() or np.count_nonzero(a != b) > 1:
        return None  # Reshape takes 0 for "as before" and allows one -1 only
    return np.where(a != b, -1, a)


def look(model: ModelProto, unit: int = 1) -> dict[str, Seen]:
    """Run the graph with two sizes of its free axis; every tensor but the constants, by name.

    Args:
        model: has one free axis in each input that has any.
        unit: the sizes of the free axis are multiples of this.
    """
    probe = ModelProto()
    probe.CopyFrom(model)
    names = [name for node in model.graph.node for name in node.output if name]
    known = {output.name for output in model.graph.output}
    probe.graph.output.extend(
        helper.make_empty_tensor_value_info(name) for name in names if name not in known
    )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Optimised away, a tensor could not be looked at.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        probe.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    first, second = (_run(session, names, model.graph, unit * size) for size in _SIZES)
    known = _from_sizes(model.graph)
    return {
        name: Seen((a.shape, b.shape), a.dtype, (a, b) if name in known else None)
        for (name, a), b in zip(first.items(), second.values(), strict=True)
    }


def _run(session: Any, names: list[str], graph: GraphProto, size: int) -> dict[str, NDArray[Any]]:
    """The inputs and all results for one size of the free axis."""
    generator = np.random.default_rng(size)
    feeds = {
        value.name: generator.standard_normal(_shape(value, size)).astype(np.float32)
        for value in graph.input
    }
    return feeds | dict(zip(names, session.run(names, feeds), strict=True))


def _shape(value: ValueInfoProto, size: int) -> tuple[int, ...]:
    axes = value.type.tensor_type.shape.dim
    return tuple(axis.dim_value if axis.HasField("dim_value") else size for axis in axes)


def _from_sizes(graph: GraphProto) -> set[str]:
    """The tensors that are computed from constants and from the sizes of others alone."""
    found = set(Constants(graph))
    for node in graph.node:
        if node.op_type in ("Shape", "Size") or all(not n or n in found for n in node.input):
            found.update(node.output)
    return found


def simplify(model: ModelProto, unit: int = 1) -> None:
    """Replace what is constant by its value, and take out what then does nothing.

    Args:
        model: see :func:`look`.
        unit: see :func:`look`.
    """
    seen = look(model, unit)
    _write_down_constants(model, seen)
    fixed = Constants(model.graph)
    for node in list(model.graph.node):
        if _does_nothing(node, seen, fixed):
            bypass(model.graph, node)
    prune(model.graph)


def _write_down_constants(model: ModelProto, seen: dict[str, Seen]) -> None:
    graph = model.graph
    outputs = {output.name for output in graph.output}
    for node in list(graph.node):
        values = {name: seen[name].constant for name in node.output if name}
        constants = {name: value for name, value in values.items() if value is not None}
        if outputs.isdisjoint(values) and len(constants) == len(values):
            graph.node.remove(node)
            for name, value in constants.items():
                add_constant(graph, name, value)
    for node in graph.node:
        if node.op_type == "Reshape" and node.input[1] in seen:
            shape = seen[node.input[1]].target
            if shape is not None:
                node.input[1] = add_constant(graph, f"{node.output[0]}_shape", shape)
    prune(graph)


def _does_nothing(node: NodeProto, seen: dict[str, Seen], fixed: Constants) -> bool:
    before, after = seen.get(node.input[0]) if node.input else None, seen.get(node.output[0])
    if before is None or after is None or before.shapes != after.shapes:
        return False
    if node.op_type == "Slice":  # a cut that keeps the size keeps everything, unless it turns it
        steps = node.input[4] if len(node.input) > 4 else ""
        return not steps or (steps in fixed and bool((fixed[steps] > 0).all()))
    if node.op_type == "Pad":
        return node.input[1] in fixed and not fixed[node.input[1]].any()
    return node.op_type in ("Identity", "Reshape", "Cast") and before.dtype == after.dtype


def merge_reshapes(graph: GraphProto) -> None:
    """Let a reshape of a reshape read what the first one reads."""
    makers = {node.output[0]: node for node in graph.node}
    fixed = Constants(graph)
    for node in graph.node:
        if node.op_type != "Reshape" or node.input[1] not in fixed or 0 in fixed[node.input[1]]:
            continue  # a 0 says "as many as before"
        while (maker := makers.get(node.input[0])) is not None and maker.op_type == "Reshape":
            node.input[0] = maker.input[0]
    prune(graph)
