"""Small tools on ONNX graphs that several steps need. All of them change the graph in place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, helper, numpy_helper


class Constants(Mapping[str, NDArray[Any]]):
    """The values of a graph's initializers by name, decoded when they are asked for."""

    def __init__(self, graph: GraphProto) -> None:
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}

    def __getitem__(self, name: str) -> NDArray[Any]:
        return numpy_helper.to_array(self._tensors[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def __contains__(self, name: object) -> bool:
        return name in self._tensors  # without decoding it, unlike Mapping's own


def add_constant(graph: GraphProto, name: str, value: NDArray[Any]) -> str:
    """Add an initializer, of any shape and dtype, under a free name; returns that name."""
    taken = {tensor.name for tensor in graph.initializer}
    taken |= {output for node in graph.node for output in node.output}
    while name in taken:
        name += "_"
    # Not ascontiguousarray, which makes a list of one of a scalar; Range and others take scalars.
    graph.initializer.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
    return name


def attributes(node: NodeProto) -> dict[str, Any]:
    """The values of a node's attributes by name."""
    return {item.name: helper.get_attribute_value(item) for item in node.attribute}


def set_attribute(node: NodeProto, name: str, value: Any) -> None:
    """Set one attribute of a node, whether it had it or not."""
    for item in [item for item in node.attribute if item.name == name]:
        node.attribute.remove(item)
    node.attribute.append(helper.make_attribute(name, value))


def consumers(graph: GraphProto) -> dict[str, list[NodeProto]]:
    """For each tensor, the nodes that read it; the graph's own outputs are not among them."""
    found: dict[str, list[NodeProto]] = defaultdict(list)
    for node in graph.node:
        for name in set(node.input):
            found[name].append(node)
    return found


def only_reader(graph: GraphProto, tensor: str) -> NodeProto | None:
    """The one node that reads a tensor; ``None`` if there are more, or it is an output."""
    if any(output.name == tensor for output in graph.output):
        return None
    readers = consumers(graph)[tensor]
    return readers[0] if len(readers) == 1 else None


def rename(graph: GraphProto, names: Mapping[str, str]) -> None:
    """Rename tensors wherever they occur."""
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in (*graph.input, *graph.output, *graph.initializer):
        value.name = names.get(value.name, value.name)


def bypass(graph: GraphProto, node: NodeProto) -> None:
    """Take out a node whose first output equals its first input, unless both are ports."""
    old, new = node.output[0], node.input[0]
    if {old, new} <= {port.name for port in (*graph.input, *graph.output)}:
        return
    graph.node.remove(node)
    if any(output.name == old for output in graph.output):
        # The graph's output keeps its name, so the tensor before it takes that name over.
        rename(graph, {new: old})
        return
    for reader in graph.node:
        reader.input[:] = [new if name == old else name for name in reader.input]


def needed_for(graph: GraphProto, tensor: str) -> set[str]:
    """The names of all tensors that a tensor is computed from, its own among them."""
    needed = {tensor}
    for node in reversed(graph.node):  # nodes are in topological order
        if needed.intersection(node.output):
            needed.update(node.input)
    return needed


def sort_nodes(graph: GraphProto) -> None:
    """Put nodes into an order in which each comes after those it reads from."""
    makers = {name: node for node in graph.node for name in node.output}
    placed: dict[int, NodeProto] = {}
    waiting = list(reversed(graph.node))
    while waiting:
        node = waiting[-1]
        before = [makers[name] for name in node.input if name in makers]
        missing = [maker for maker in before if id(maker) not in placed]
        if missing:
            waiting.extend(missing)
        else:
            placed[id(waiting.pop())] = node
    nodes = list(placed.values())
    del graph.node[:]
    graph.node.extend(nodes)


def prune(graph: GraphProto) -> None:
    """Remove nodes, constants and inputs that no output depends on."""
    needed = {output.name for output in graph.output}
    kept: list[NodeProto] = []
    for node in reversed(graph.node):  # nodes are in topological order
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    del graph.node[:]
    graph.node.extend(reversed(kept))
    for values in (graph.initializer, graph.input):
        for value in [value for value in values if value.name not in needed]:
            values.remove(value)
    del graph.value_info[:]  # shapes noted before the graph was changed


def number_names(graph: GraphProto) -> None:
    """Give nodes, tensors and constants names by their place, such as ``Conv_3``.

    The converter's names count everything that was converted in the process so far; these are the
    same for the same graph, and so is the digest. Constants are put in the order of their use.
    """
    ports = {value.name for value in (*graph.input, *graph.output)}
    names: dict[str, str] = {name: name for name in ports}
    held = {tensor.name: tensor for tensor in graph.initializer}
    used = [name for node in graph.node for name in node.input if name in held]
    ordered = [held[name] for name in dict.fromkeys(used)]
    names |= {tensor.name: f"constant_{index}" for index, tensor in enumerate(ordered)}
    for index, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{index}"
        for place, output in enumerate(node.output):
            names.setdefault(output, f"{node.name}.{place}" if place else node.name)
    names[""] = ""  # an optional input that is not given
    del graph.initializer[:]
    graph.initializer.extend(ordered)
    rename(graph, names)


def operators(graph: GraphProto) -> dict[str, int]:
    """How many nodes there are of each operator type, sorted by type."""
    return dict(sorted(Counter(node.op_type for node in graph.node).items()))
