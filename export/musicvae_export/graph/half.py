"""Stores weights as float16, half the size; computation stays float32.

Each large matrix is kept as float16 and cast to float32 by a node of the graph, which onnxruntime
computes once, when it loads the file.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from musicvae_export.graph.tools import Constants, number_names, prune

#: Numbers of a matrix that is left as it is, at most. Smaller ones are most of all the Fourier
#: matrices and the basis of the latents: they would save little and are worth their precision.
LEFT = 4096


def halved(model: ModelProto) -> ModelProto:
    """A copy of a model whose large matrices are float16.

    What float16 cannot hold, beyond ±65504 or not finite, is left as it is.
    """
    half = ModelProto()
    half.CopyFrom(model)
    graph = half.graph
    casts = []
    for name, value in Constants(graph).items():
        largest = float(np.finfo(np.float16).max)
        if value.dtype != np.float32 or value.size <= LEFT or not (np.abs(value) <= largest).all():
            continue
        tensor = next(tensor for tensor in graph.initializer if tensor.name == name)
        tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    prune(graph)
    number_names(graph)
    return half
