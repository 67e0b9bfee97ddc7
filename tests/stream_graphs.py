"""The graphs of tiny streams and of their encoders, which truly have a state.

The stream: each latent drives a one-pole, ``y[t] = 0.75 · y[t - 1] + 0.25 · z[t]``; each frame is a
grain of two hops, ``0.9 · tanh(y @ grains)``, whose second half overlaps the next frame's first. So
it remembers the poles and a tail.

The encoder: each latent is a weighted sum of the newest hop of sound and the hop before it, which
is what it remembers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.float32]

POLE = 0.75


def grains(latent_dim: int, hop: int, channels: int) -> Array:
    """One row for each latent, shape (D, 2 · hop · channels); channels are interleaved."""
    time = np.arange(2 * hop)[:, None]
    phase = 0.3 + np.arange(channels)[None, :] * 0.5
    window = np.hanning(2 * hop + 2)[1:-1, None]
    rows = [
        (window * np.sin(2 * np.pi * (i + 1) * time / hop + phase)).ravel()
        for i in range(latent_dim)
    ]
    table: Array = (np.stack(rows) / np.sqrt(latent_dim)).astype(np.float32)
    return table


def ears(latent_dim: int, hop: int, channels: int) -> Array:
    """One column for each latent, shape (2 · hop · channels, D)."""
    size = (2 * hop * channels, latent_dim)
    return (0.2 * np.random.default_rng(0).standard_normal(size)).astype(np.float32)


def stream_model(
    latent_dim: int, hop: int, channels: int, sounding: str = "Tanh", remembering: str = "Identity"
) -> onnx.ModelProto:
    """The stream's graph alone.

    Args:
        latent_dim: D.
        hop: samples per frame.
        channels: 1 or 2.
        sounding: the operator in place of tanh.
        remembering: an operator on the whole next state.
    """
    size = hop * channels
    constants = {
        "grains": grains(latent_dim, hop, channels),
        "level": np.array(0.9, np.float32),
        "frame axis": np.array([0], np.int64),
        "pole and tail": np.array([latent_dim, size], np.int64),
        "halves": np.array([size, size], np.int64),
        "first": np.array([0], np.int64),
        "last": np.array([-1], np.int64),
        "end": np.array([2**62], np.int64),
        "sound": np.array([1, -1, channels], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Split", ["state", "pole and tail"], ["pole", "tail"], axis=1),
        node("Squeeze", ["latent", "frame axis"], ["driving"]),
        node("Squeeze", ["pole", "frame axis"], ["pole before"]),
        node(
            "Scan", ["pole before", "driving"], ["pole after", "poles"],
            body=_one_pole(latent_dim), num_scan_inputs=1,
        ),
        node("MatMul", ["poles", "grains"], ["mixed"]),
        node(sounding, ["mixed"], ["bounded"]),
        node("Mul", ["bounded", "level"], ["grain"]),
        node("Split", ["grain", "halves"], ["now", "later"], axis=1),
        node("Concat", ["tail", "later"], ["tails"], axis=0),
        node("Slice", ["tails", "first", "last", "frame axis"], ["ringing"]),
        node("Slice", ["tails", "last", "end", "frame axis"], ["tail after"]),
        node("Add", ["now", "ringing"], ["frames"]),
        node("Reshape", ["frames", "sound"], ["audio"]),
        node("Unsqueeze", ["pole after", "frame axis"], ["pole row"]),
        node("Concat", ["pole row", "tail after"], ["remembered"], axis=1),
        node(remembering, ["remembered"], ["next_state"]),
    ]  # fmt: skip
    state = latent_dim + size
    return _model("stream", nodes, constants, latent_dim, channels, state, encoder=False)


def _one_pole(latent_dim: int) -> onnx.GraphProto:
    constants = {"keep": np.array(POLE, np.float32), "take": np.array(1 - POLE, np.float32)}
    vector = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [latent_dim])
        for name in ("y", "z", "y after", "y out")
    }
    nodes = [
        helper.make_node("Mul", ["y", "keep"], ["kept"]),
        helper.make_node("Mul", ["z", "take"], ["taken"]),
        helper.make_node("Add", ["kept", "taken"], ["y after"]),
        helper.make_node("Identity", ["y after"], ["y out"]),
    ]
    return helper.make_graph(
        nodes,
        "one pole",
        [vector["y"], vector["z"]],
        [vector["y after"], vector["y out"]],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )


def encoder_model(latent_dim: int, hop: int, channels: int) -> onnx.ModelProto:
    """The encoder's graph alone."""
    size = hop * channels
    constants = {
        "ears": ears(latent_dim, hop, channels),
        "block axis": np.array([0], np.int64),
        "blocks of": np.array([-1, size], np.int64),
        "first": np.array([0], np.int64),
        "last": np.array([-1], np.int64),
        "end": np.array([2**62], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Reshape", ["audio", "blocks of"], ["blocks"]),
        node("Concat", ["state", "blocks"], ["all"], axis=0),
        node("Slice", ["all", "first", "last", "block axis"], ["before"]),
        node("Slice", ["all", "last", "end", "block axis"], ["next_state"]),
        node("Concat", ["before", "blocks"], ["heard"], axis=1),
        node("MatMul", ["heard", "ears"], ["latents"]),
        node("Unsqueeze", ["latents", "block axis"], ["latent"]),
    ]
    return _model("encoder", nodes, constants, latent_dim, channels, size, encoder=True)


def _model(
    name: str,
    nodes: list[Any],
    constants: dict[str, Any],
    latent_dim: int,
    channels: int,
    state_size: int,
    *,
    encoder: bool,
) -> onnx.ModelProto:
    def port(port_name: str, shape: list[Any]) -> Any:
        return helper.make_tensor_value_info(port_name, TensorProto.FLOAT, shape)

    latent = port("latent", [1, "steps" if encoder else "frames", latent_dim])
    audio = port("audio", [1, "samples", channels])
    state, after = port("state", [1, state_size]), port("next_state", [1, state_size])
    ports = ([audio, state], [latent, after]) if encoder else ([latent, state], [audio, after])
    values = [numpy_helper.from_array(value, key) for key, value in constants.items()]
    graph = helper.make_graph(nodes, name, *ports, values)
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8, producer_name="musicvae")
