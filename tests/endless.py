"""Makes an artifact whose graph has no end: a loop of 2⁶² rounds, where a latent is large."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def make_endless(path: Path, above: float, port: str = "latent") -> Path:
    """Let an artifact loop for ever where one of its inputs is above a number.

    Args:
        path: a clip, stream or encoder, which is changed.
        above: the largest latent that still comes to an end; -1 lets even the trial have none.
        port: name of the input.
    """
    model = onnx.load(path)
    graph = model.graph
    for node in graph.node:
        node.input[:] = ["endless:" + name if name == port else name for name in node.input]
    constants = {
        "endless:above": np.array(above, np.float32),
        "endless:rounds": np.array(2**62, np.int64),
        "endless:none": np.array(0, np.int64),
        "endless:on": np.array(True),
        "endless:zero": np.zeros(1, np.float32),
    }
    graph.initializer.extend(numpy_helper.from_array(v, name) for name, v in constants.items())
    node = helper.make_node
    loop = [
        node("ReduceMax", [port], ["endless:largest"], keepdims=0),
        node("Greater", ["endless:largest", "endless:above"], ["endless:is above"]),
        node("Where", ["endless:is above", "endless:rounds", "endless:none"], ["endless:count"]),
        node(
            "Loop", ["endless:count", "endless:on", "endless:zero"], ["endless:sum"], body=_body()
        ),
        node("Add", [port, "endless:sum"], [f"endless:{port}"]),
    ]
    nodes = [*loop, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    for entry in model.metadata_props:
        values = json.loads(entry.value)
        values["graph_sha256"] = hashlib.sha256(graph.SerializeToString()).hexdigest()
        entry.value = json.dumps(values)
    path.write_bytes(model.SerializeToString())
    return path


def _body() -> onnx.GraphProto:
    number = helper.make_tensor_value_info("number", TensorProto.INT64, [])
    on = [helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("on", "still on")]
    sums = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("sum", "same")]
    nodes = [
        helper.make_node("Identity", ["on"], ["still on"]),
        helper.make_node("Abs", ["sum"], ["same"]),
    ]
    return helper.make_graph(nodes, "round", [number, on[0], sums[0]], [on[1], sums[1]])
