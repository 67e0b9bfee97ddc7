"""Stores weights as whole numbers of 8 bits, a quarter of the size; computation stays float32.

Each large matrix is kept as int8 with a factor for each column, which is what one output number is
made of. Two nodes of the graph widen it again; onnxruntime computes them once, when it loads the
file. So unlike :mod:`musicvae_export.graph.small`, which rounds what is multiplied, too, this makes
a file small and its computation no quicker: it is for priors, which are as large as two decoders.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from musicvae.latents.arrays import Float32
from musicvae_export.graph.half import LEFT
from musicvae_export.graph.tools import Constants, add_constant, number_names, prune

#: The largest whole number.
_LARGEST = 127


def compacted(model: ModelProto) -> ModelProto:
    """A copy of a model whose large matrices are int8. What is not finite is left as it is."""
    made = ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    nodes = []
    for name, value in Constants(graph).items():
        if value.dtype != np.float32 or value.size <= LEFT or not np.isfinite(value).all():
            continue
        whole, factors = _rounded(value)
        tensor = next(tensor for tensor in graph.initializer if tensor.name == name)
        tensor.CopyFrom(numpy_helper.from_array(whole, f"{name}_whole"))
        columns = add_constant(graph, f"{name}_columns", factors)
        wide = f"{name}_wide"
        nodes.append(helper.make_node("Cast", [tensor.name], [wide], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [wide, columns], [name]))
    nodes += graph.node
    del graph.node[:]
    graph.node.extend(nodes)
    prune(graph)
    number_names(graph)
    return made


def _rounded(matrix: Float32) -> tuple[np.ndarray, Float32]:
    """Whole numbers of the shape of a matrix, and the factor of each column, float32 (columns,)."""
    largest = np.abs(matrix).max(axis=tuple(range(matrix.ndim - 1)))
    factors = np.maximum(largest / _LARGEST, 1e-12).astype(np.float32)
    return np.round(matrix / factors).astype(np.int8), factors
