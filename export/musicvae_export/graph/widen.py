"""Takes back how weights are stored: float16 or int8 matrices become constants of float32 again.

What :mod:`musicvae_export.graph.half` and :mod:`musicvae_export.graph.compact` put into a graph are
nodes that compute with constants alone. Each is replaced by its result, so that the graph is the
one that was exported, with the weights that it plays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto

from musicvae_export.graph.tools import Constants, add_constant, number_names, prune

#: What widens weights, by operator; numpy does the same in float32.
_WIDENING = ("Cast", "Mul")


def widened(model: ModelProto) -> ModelProto:
    """A copy of a model whose weights are float32 constants, with names by their place."""
    made = ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    fixed: dict[str, NDArray[Any]] = dict(Constants(graph))
    for node in list(graph.node):
        if node.op_type in _WIDENING and all(name in fixed for name in node.input):
            value = _value(node, [fixed[name] for name in node.input])
            graph.node.remove(node)
            fixed[add_constant(graph, node.output[0], value)] = value
    prune(graph)
    number_names(graph)
    return made


def _value(node: NodeProto, inputs: list[NDArray[Any]]) -> NDArray[np.float32]:
    """What a node that widens makes of constants, float32."""
    wide = [value.astype(np.float32) for value in inputs]
    return wide[0] if node.op_type == "Cast" else wide[0] * wide[1]
