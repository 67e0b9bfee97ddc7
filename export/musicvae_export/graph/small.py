"""Stores weights as whole numbers of 8 bits and multiplies whole numbers: a quarter of the memory.

One frame at a time is hardly more work than reading the weights, and a quarter of them stays in a
core's cache. Each large dense layer rounds what it is given to 8 bits, multiplies by weights that
were rounded at export, and turns the sum into float32. The rest of the graph computes as before.

    y = scale · (round(x / step) + zero) · weights + bias        whole numbers but for x and y

- The steps are those of real input, measured at export. A step that is found anew in each block, as
  ONNX's dynamic operators do, would make a frame sound otherwise alone than beside others.
- Sums of whole numbers are exact. So frames are the same to the bit in blocks of any length.
- Older processors add two products in 16 bits, and what is beyond them is cut. Weights are rounded
  such that it never is: the sound does not depend on the processor either.
- In the file this is ONNX's QuantizeLinear, DequantizeLinear and Gemm, as every runtime knows them;
  onnxruntime makes one operator of the last three (after Jacob et al. 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, helper

from musicvae.latents.arrays import Float32
from musicvae_export.graph.tools import (
    Constants,
    add_constant,
    number_names,
    prune,
    set_attribute,
)

#: Layers with fewer weights keep float32. The one that reads the latents has a sixtieth of a
#: decoder's weights, and would make half of its noise.
LEFT = 20_000
#: Percentiles of real input between which the steps lie; what is beyond is cut off. On ten tracks,
#: cutting nothing costs 4 dB of noise, and ten times as much 1 dB, and 7 dB on the loudest track.
_RANGE = (0.0005, 99.9995)
#: The largest weight, and the largest sum of two neighbours: 255 times that fits into 16 bits.
_LARGEST, _LARGEST_PAIR = 127, 128


@dataclass(frozen=True)
class Steps:
    """How a tensor is rounded: x ≈ step · (q - zero), q from 0 to 255."""

    step: np.float32
    zero: np.uint8

    @classmethod
    def of(cls, values: Float32) -> Steps:
        """Steps for values of any shape as they occur."""
        low, high = np.percentile(values, _RANGE)
        low, high = min(low, 0.0), max(high, 0.0)  # 0 is common, and stays exact
        step = np.float32(max(high - low, 1e-6) / 255)
        return cls(step, np.uint8(np.clip(round(-low / step), 0, 255)))


def small(model: ModelProto, feeds: Mapping[str, Float32]) -> ModelProto:
    """A copy of a model whose large dense layers multiply whole numbers of 8 bits.

    Args:
        model: of a stream or its encoder, cleaned up; it stays as it is.
        feeds: real input for every port, float32, from which the steps are found.
    """
    made = ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    layers = _large_layers(graph)
    seen = _inputs_of(made, layers, feeds)
    steps = {name: Steps.of(values) for name, values in seen.items()}
    for name, step in steps.items():
        _add_rounding(graph, name, step)
    for layer in layers:
        _replace(graph, layer, steps[layer.input[0]])
    prune(graph)
    number_names(graph)
    return made


def rounded(weights: Float32) -> tuple[NDArray[np.int8], Float32]:
    """Weights (in, out) as whole numbers, and the scale of each column, float32 (out,).

    Neighbours in a column, 2·k and 2·k + 1, add up to 128 at most, whatever their signs.
    """
    size = np.abs(weights)
    pairs = np.pad(size, ((0, len(size) % 2), (0, 0))).reshape(-1, 2, size.shape[1]).sum(axis=1)
    # Rounding may make each of two neighbours half a unit larger.
    scale = np.maximum(size.max(axis=0) / _LARGEST, pairs.max(axis=0) / (_LARGEST_PAIR - 1))
    scale = np.maximum(scale, 1e-12).astype(np.float32)
    return np.round(weights / scale).astype(np.int8), scale


def _large_layers(graph: GraphProto) -> list[NodeProto]:
    fixed, precise = Constants(graph), _before_logarithms(graph)
    return [
        node
        for node in graph.node
        if node.op_type == "Gemm"
        and node.output[0] not in precise
        and node.input[1] in fixed
        and fixed[node.input[1]].size > LEFT
    ]


def _before_logarithms(graph: GraphProto) -> set[str]:
    """The tensors that a logarithm depends on: of 8 bits it would hear nothing that is quiet."""
    found = {name for node in graph.node if node.op_type == "Log" for name in node.input}
    for node in reversed(graph.node):  # which come in the order of the data
        if not found.isdisjoint(node.output):
            found.update(node.input)
    return found


def _inputs_of(
    model: ModelProto, layers: list[NodeProto], feeds: Mapping[str, Float32]
) -> dict[str, Float32]:
    """What the layers are given where the model plays ``feeds``, float32 (rows, width) by name."""
    names = list(dict.fromkeys(layer.input[0] for layer in layers))
    if not names:  # of a very small model; asked for nothing, onnxruntime answers with all outputs
        return {}
    probe = ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        probe.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return dict(zip(names, session.run(names, dict(feeds)), strict=True))


def _add_rounding(graph: GraphProto, name: str, steps: Steps) -> None:
    """Round a tensor once, for all layers that read it."""
    step = add_constant(graph, f"{name}_step", np.array(steps.step))
    zero = add_constant(graph, f"{name}_zero", np.array(steps.zero))
    node = helper.make_node("QuantizeLinear", [name, step, zero], [f"{name}_whole"])
    made = [index for index, other in enumerate(graph.node) if name in other.output]
    graph.node.insert(made[0] + 1 if made else 0, node)


def _replace(graph: GraphProto, layer: NodeProto, steps: Steps) -> None:
    """Make a layer multiply whole numbers; what is added to it and is no constant comes after."""
    fixed, source, out = Constants(graph), layer.input[0], layer.output[0]
    whole, scale = rounded(fixed[layer.input[1]])
    rows = [(f"{out}_rows", f"{source}_whole", np.array(steps.step), np.array(steps.zero))]
    columns = add_constant(graph, f"{out}_weights", whole)
    rows.append((f"{out}_columns", columns, scale, np.zeros(len(scale), np.int8)))
    added = layer.input[2] if len(layer.input) == 3 else ""
    if added in fixed:
        fine = (scale * steps.step).astype(np.float32)
        bias = np.round(np.broadcast_to(fixed[added], fine.shape) / fine).astype(np.int32)
        bias_name = add_constant(graph, f"{out}_bias", bias)
        rows.append((f"{out}_sums", bias_name, fine, np.zeros(len(fine), np.int32)))
    nodes = [_widened(graph, *row) for row in rows]
    dense = helper.make_node("Gemm", [node.output[0] for node in nodes], [out])
    nodes.append(dense)
    if added and added not in fixed:
        dense.output[0] = f"{out}_product"
        nodes.append(helper.make_node("Add", [dense.output[0], added], [out]))
    place = list(graph.node).index(layer)
    graph.node.remove(layer)
    for node in reversed(nodes):
        graph.node.insert(place, node)


def _widened(
    graph: GraphProto, name: str, whole: str, scale: NDArray[np.float32], zero: NDArray[np.generic]
) -> NodeProto:
    """A DequantizeLinear, which onnxruntime takes into the Gemm after it."""
    parts = [add_constant(graph, f"{name}_{i}", value) for i, value in enumerate((scale, zero))]
    node = helper.make_node("DequantizeLinear", [whole, *parts], [name])
    if scale.ndim:
        axis = len(Constants(graph)[whole].shape) - 1
        set_attribute(node, "axis", axis)
    return node
