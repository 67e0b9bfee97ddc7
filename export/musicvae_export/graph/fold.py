"""Folds operators into the convolution before them: batch norms into weights, cuts into padding.

A batch norm at inference multiplies and shifts each channel (Ioffe & Szegedy 2015), and so may as
well multiply the kernel and shift the bias. TensorFlow computes a transposed convolution at full
length and cuts it, where ONNX's operator can leave out the edges in the first place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto

from musicvae_export.graph.simplify import Seen, look
from musicvae_export.graph.tools import (
    Constants,
    add_constant,
    attributes,
    bypass,
    only_reader,
    prune,
    set_attribute,
)

#: For each kind of convolution, the axis of its weights that counts the output channels.
_OUT_AXIS = {"Conv": 0, "ConvTranspose": 1}


def fold(model: ModelProto) -> None:
    """Fold cuts and per-channel factors and offsets into the convolutions before them."""
    graph = model.graph
    seen = look(model)
    for node in [node for node in graph.node if node.op_type in _OUT_AXIS]:
        _fold_cut(graph, node, seen)
        while _fold_next(graph, node, seen):
            pass
    prune(graph)


def _fold_cut(graph: GraphProto, node: NodeProto, seen: dict[str, Seen]) -> None:
    """Turn a transposed convolution and the Slice after it into one with padding."""
    cut = only_reader(graph, node.output[0])
    known = attributes(node)
    padded = any(known.get("pads", ())) or known.get("auto_pad", b"NOTSET") != b"NOTSET"
    if node.op_type != "ConvTranspose" or cut is None or cut.op_type != "Slice" or padded:
        return
    fixed = Constants(graph)
    if not all(name in fixed for name in cut.input[1:]) or "output_shape" in known:
        return
    starts, ends, axes, steps = _cut_parts(cut, fixed)
    shape = seen[node.output[0]].shapes[0]
    if (axes < 2).any() or (steps != 1).any():
        return
    begin, end = np.zeros(len(shape), np.int64), np.zeros(len(shape), np.int64)
    for start, stop, axis in zip(starts, ends, axes, strict=True):
        start, stop, _ = slice(int(start), int(stop)).indices(shape[axis])
        begin[axis], end[axis] = start, shape[axis] - stop
    set_attribute(node, "pads", [*begin[2:], *end[2:]])
    bypass(graph, cut)


def _cut_parts(cut: NodeProto, fixed: Constants) -> list[NDArray[Any]]:
    """A Slice's starts, ends, axes and steps."""
    parts = [fixed[name] for name in cut.input[1:]]
    if len(parts) < 3:
        parts.append(np.arange(len(parts[0])))
    if len(parts) < 4:
        parts.append(np.ones(len(parts[0]), np.int64))
    return parts


def _fold_next(graph: GraphProto, node: NodeProto, seen: dict[str, Seen]) -> bool:
    """Fold the next factor or offset after a convolution; false if there is none."""
    fixed = Constants(graph)
    if node.input[1] not in fixed or attributes(node).get("group", 1) != 1:
        return False
    reader = only_reader(graph, node.output[0])
    # The axis that Squeeze takes away lies behind the channels, so they stay axis 1.
    while reader is not None and reader.op_type == "Squeeze" and _squeezes_behind(reader, fixed):
        reader = only_reader(graph, reader.output[0])
    if reader is None or reader.op_type not in ("Mul", "Add"):
        return False
    operands = [name for name in reader.input if name in fixed]
    if len(operands) != 1:
        return False
    channels = fixed[node.input[1]].shape[_OUT_AXIS[node.op_type]]
    rank = len(seen[reader.output[0]].shapes[0])
    values = _per_channel(fixed[operands[0]], rank, channels)
    if values is None:
        return False
    _absorb(graph, node, reader.op_type, values)
    if reader.input[0] == operands[0]:
        reader.input[:] = [reader.input[1], reader.input[0]]
    bypass(graph, reader)
    return True


def _squeezes_behind(node: NodeProto, fixed: Constants) -> bool:
    axes = fixed.get(node.input[1]) if len(node.input) > 1 else None
    return axes is not None and bool((axes >= 2).all())


def _per_channel(value: NDArray[Any], rank: int, channels: int) -> NDArray[np.float64] | None:
    """``value`` as one number for each channel (axis 1 of ``rank``), or ``None`` if it is more."""
    if value.ndim > rank:
        return None
    shape = (1,) * (rank - value.ndim) + value.shape
    if shape[1] not in (1, channels) or any(n != 1 for axis, n in enumerate(shape) if axis != 1):
        return None
    return np.broadcast_to(value.reshape(-1), (channels,)).astype(np.float64)


def _absorb(graph: GraphProto, node: NodeProto, how: str, values: NDArray[np.float64]) -> None:
    """Multiply or shift the convolution's output by one number for each channel."""
    fixed = Constants(graph)
    has_bias = len(node.input) > 2 and bool(node.input[2])
    bias = fixed[node.input[2]].astype(np.float64) if has_bias else np.zeros(len(values))
    if how == "Mul":
        weights = fixed[node.input[1]].astype(np.float64)
        shape = [1] * weights.ndim
        shape[_OUT_AXIS[node.op_type]] = len(values)
        scaled = (weights * values.reshape(shape)).astype(np.float32)
        node.input[1] = add_constant(graph, f"{node.output[0]}_weights", scaled)
        bias = bias * values
    else:
        bias = bias + values
    name = add_constant(graph, f"{node.output[0]}_bias", bias.astype(np.float32))
    node.input[:] = [*node.input[:2], name]
