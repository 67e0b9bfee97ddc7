"""Computes at export what does not depend on the latents.

A function with a free batch size converts to a graph that works out every shape again at each call:
some four hundred of six hundred nodes of the clip decoder. Which of them are constant is not
guessed from the operators but seen: the graph is run with two batch sizes, and whole numbers that
come out the same both times are written down. (Numbers that are the same for two sizes but not for
a third are caught by the verification, which plays others.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, helper

from musicvae_export.graphs import Constants, add_constant, bypass, prune

_BATCHES = (2, 3)


@dataclass(frozen=True)
class Seen:
    """One tensor as it came out for each of the two batch sizes.

    Attributes:
        shapes: its shape.
        values: what it held, if whole numbers or computed from constants alone; else ``None``.
    """

    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    values: tuple[NDArray[Any], NDArray[Any]] | None

    @property
    def constant(self) -> NDArray[Any] | None:
        """What it held, if that is the same for both."""
        if self.values is not None and np.array_equal(*self.values):
            return self.values[0]
        return None

    @property
    def shape_of_batch(self) -> NDArray[Any] | None:
        """(-1, …) if it held (batch, …), the rest being the same for both."""
        if self.values is None or self.values[0].ndim != 1 or not self.values[0].size:
            return None
        first, second = self.values
        if (first[0], second[0]) != _BATCHES or not np.array_equal(first[1:], second[1:]):
            return None
        # Reshape takes 0 for "as before" and allows one -1 only.
        return np.array([-1, *first[1:]], first.dtype) if (first[1:] > 0).all() else None


def look(model: ModelProto) -> dict[str, Seen]:
    """Run the graph with two batch sizes and note every tensor of it, by name."""
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
    source = session.get_inputs()[0]
    latents = np.random.default_rng(0).standard_normal((max(_BATCHES), source.shape[1]))
    runs = [session.run(names, {source.name: latents[:n].astype(np.float32)}) for n in _BATCHES]
    fixed = _from_constants(model.graph)
    return {
        name: Seen((a.shape, b.shape), (a, b) if a.dtype.kind in "iu" or name in fixed else None)
        for name, a, b in zip(names, *runs, strict=True)
    }


def _from_constants(graph: GraphProto) -> set[str]:
    """The tensors that are computed from constants alone."""
    found = set(Constants(graph))
    for node in graph.node:
        if all(not name or name in found for name in node.input):
            found.update(node.output)
    return found


def simplify(model: ModelProto) -> None:
    """Replace what is constant by its value, and take out what then does nothing."""
    seen = look(model)
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
        if outputs.isdisjoint(values) and all(value is not None for value in values.values()):
            graph.node.remove(node)
            for name, value in values.items():
                assert value is not None
                add_constant(graph, name, value)
    for node in graph.node:
        if node.op_type == "Reshape" and node.input[1] in seen:
            shape = seen[node.input[1]].shape_of_batch
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
    return node.op_type == "Identity"
