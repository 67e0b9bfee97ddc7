"""Removes the batch axis from a graph that plays one stream: (1, frames, width) to (frames, width).

A stream's ports have a batch axis of one. Inside, the axis costs: a matrix product with a bias is
one operator, Gemm, for two axes only, and TensorFlow's dense layers wrap theirs into two reshapes.
Each tensor below becomes the same numbers with one axis less; the ports keep theirs, and around an
operator that is not known here the axis is put back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, helper

from musicvae.errors import ExportError
from musicvae_export.graph.simplify import look, target_of
from musicvae_export.graph.tools import Constants, add_constant, attributes, prune, set_attribute

#: Operators that broadcast from the right: a first axis of one does not matter to them.
_BROADCASTING = frozenset(
    (
        *("Abs", "Add", "Cast", "Clip", "Cos", "Div", "Exp", "LeakyRelu", "Log", "MatMul"),
        *("Max", "Min", "Mod", "Mul", "Neg", "Pow", "Relu", "Sigmoid", "Sin", "Sqrt", "Sub"),
        *("Sum", "Tanh"),
    )
)
#: Operators that only give another shape to the same numbers.
_RESHAPING = frozenset(("Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"))


def unbatch(model: ModelProto, unit: int = 1) -> None:
    """Drop the first axis wherever it is a batch of one, but for the ports.

    Args:
        model: plays one stream.
        unit: see :func:`musicvae_export.graph.simplify.look`.
    """
    _detach_ports(model.graph)
    _Rewriter(model, unit).run()
    prune(model.graph)


def _detach_ports(graph: GraphProto) -> None:
    """Put an Identity between each port and the rest, which becomes a Reshape."""
    ports = {port.name: f"{port.name}_inside" for port in (*graph.input, *graph.output)}
    for node in graph.node:
        node.input[:] = [ports.get(name, name) for name in node.input]
        node.output[:] = [ports.get(name, name) for name in node.output]
    entries = [
        helper.make_node("Identity", [port.name], [ports[port.name]]) for port in graph.input
    ]
    exits = [helper.make_node("Identity", [ports[port.name]], [port.name]) for port in graph.output]
    nodes = [*entries, *graph.node, *exits]
    del graph.node[:]
    graph.node.extend(nodes)


class _Rewriter:
    """Goes through the nodes in order and writes them anew."""

    def __init__(self, model: ModelProto, unit: int) -> None:
        self.graph = model.graph
        self.seen = look(model, unit)
        self.fixed = Constants(self.graph)
        self.ports = {port.name for port in (*self.graph.input, *self.graph.output)}
        self.flat: set[str] = set()  # tensors that lost their first axis
        self.restored: set[str] = set()  # and of these, those that were needed with it

    def run(self) -> None:
        """Rewrite the whole graph."""
        old = list(self.graph.node)
        del self.graph.node[:]
        for node in old:
            if node.op_type in _RESHAPING and self._reshape(node.input[0], node.output[0]):
                continue
            if all(map(self._is_batched, node.output)) and self._adapt(node):
                self.graph.node.append(node)
                self.flat.update(node.output)
            else:
                self._keep(node)

    def _is_batched(self, name: str) -> bool:
        if name in self.ports or name not in self.seen:
            return False
        seen = self.seen[name]
        axes = 2 if seen.dtype.kind == "i" else 3  # the flat state, (1, S), stays as it is
        batch_of_one = len(seen.shapes[0]) >= axes and seen.shapes[0][0] == seen.shapes[1][0] == 1
        return batch_of_one and target_of(*seen.shapes) is not None

    def _reshape(self, source: str, name: str) -> bool:
        """Make ``name`` of the numbers of another tensor; false if its shape is not fixed."""
        batched = self._is_batched(name)
        target = target_of(*(shape[batched:] for shape in self.seen[name].shapes))
        if target is None:
            return False
        self._write_reshape(source, name, target)
        self.flat.update([name] * batched)
        return True

    def _keep(self, node: NodeProto) -> None:
        """Write a node as it was: what it reads gets its axis back, what it makes loses it."""
        for name in set(node.input) & self.flat - self.restored:
            target = target_of(*self.seen[name].shapes)
            self._write_reshape(name, _full(name), target)
            self.restored.add(name)
        node.input[:] = [_full(name) if name in self.flat else name for name in node.input]
        batched = [name for name in node.output if self._is_batched(name)]
        node.output[:] = [_full(name) if name in batched else name for name in node.output]
        self.graph.node.append(node)
        for name in batched:
            self.restored.add(name)
            self._reshape(_full(name), name)

    def _write_reshape(self, source: str, name: str, target: NDArray[np.int64] | None) -> None:
        if target is None:
            raise ExportError(f"no constant shape says how to reshape {name}")
        shape = add_constant(self.graph, f"{name}_shape", target)
        self.graph.node.append(helper.make_node("Reshape", [source, shape], [name]))

    def _adapt(self, node: NodeProto) -> bool:
        """Make a node work without the axis, or say that it is not known how."""
        if node.op_type == "Gather":
            by_row = attributes(node).get("axis", 0) == 0 and node.input[0] not in self.flat
            return by_row and node.input[1] in self.flat
        if node.op_type in _BROADCASTING or node.op_type == "Concat":
            rank = len(self.seen[node.output[0]].shapes[0])
            if not all(self._fits(name, rank) for name in node.input):
                return False
            node.input[:] = [self._flat_constant(name, rank) for name in node.input]
            return node.op_type != "Concat" or _shift_axis(node)
        if node.input[0] not in self.flat:
            return False
        if node.op_type == "Split":
            return _shift_axis(node)
        return node.op_type == "Slice" and self._shift_constants(node)

    def _fits(self, name: str, rank: int) -> bool:
        """Whether an operand of a node whose result had ``rank`` axes can be read as it is now."""
        if name in self.fixed:
            shape = self.fixed[name].shape
            return len(shape) < rank or shape[0] == 1
        return name in self.flat or len(self.seen[name].shapes[0]) < rank

    def _flat_constant(self, name: str, rank: int) -> str:
        if name not in self.fixed or self.fixed[name].ndim < rank:
            return name
        return add_constant(self.graph, f"{name}_flat", self.fixed[name][0])

    def _shift_constants(self, node: NodeProto) -> bool:
        """Leave the first axis out of a Slice; false if that cannot be done."""
        rank = len(self.seen[node.input[0]].shapes[0])
        if len(node.input) != 4 or not all(name in self.fixed for name in node.input[1:]):
            return False
        starts, ends, axes = (self.fixed[name] for name in node.input[1:])
        kept = axes % rank > 0
        if not kept.any():
            return False
        for place, value in enumerate((starts[kept], ends[kept], axes[kept] % rank - 1), 1):
            name = f"{node.output[0]}_{place}"
            node.input[place] = add_constant(self.graph, name, value)
        return True


def _full(name: str) -> str:
    return f"{name}_with_batch"


def _shift_axis(node: NodeProto) -> bool:
    axis = attributes(node).get("axis", 0)
    if axis > 0:
        set_attribute(node, "axis", axis - 1)
    return bool(axis)
