"""Makes tiny real artifacts of kinds ``stream`` and ``encoder``, which truly have a state.

The stream: each latent drives a one-pole, ``y[t] = 0.75 · y[t - 1] + 0.25 · z[t]``; each frame is a
grain of two hops, ``0.9 · tanh(y @ grains)``, whose second half overlaps the next frame's first. So
it remembers the poles and a tail.

The encoder: each latent is a weighted sum of the newest hop of sound and the hop before it, which
is what it remembers.

Both are easy to compute again with numpy, frame by frame: :func:`expected_audio` and
:func:`expected_latents`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper

from musicvae.artifact import (
    METADATA_KEY,
    ArtifactInfo,
    AttributeInfo,
    DynamicsInfo,
    LatentInfo,
)

Array = NDArray[np.float32]

POLE = 0.75
LATENT_SPACE = "0123456789abcdef"


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


def expected_audio(latents: ArrayLike, info: ArtifactInfo) -> Array:
    """What the stream must decode ``latents`` (frames, D) to from the start, up to rounding."""
    table = grains(info.latent_dim, info.hop, info.channels).astype(np.float64)
    pole, tail, frames = np.zeros(info.latent_dim), np.zeros(1), []
    for latent in np.asarray(latents, dtype=np.float64):
        pole = POLE * pole + (1 - POLE) * latent
        first, second = np.split(0.9 * np.tanh(pole @ table), 2)
        frames.append(first + tail)
        tail = second
    return np.concatenate(frames).reshape(-1, info.channels).astype(np.float32)


def ears(latent_dim: int, hop: int, channels: int) -> Array:
    """One column for each latent, shape (2 · hop · channels, D)."""
    size = (2 * hop * channels, latent_dim)
    return (0.2 * np.random.default_rng(0).standard_normal(size)).astype(np.float32)


def expected_latents(audio: ArrayLike, info: ArtifactInfo) -> Array:
    """What the encoder must make of ``audio`` (steps · hop, channels) from the start."""
    blocks = np.asarray(audio, dtype=np.float64).reshape(-1, info.hop * info.channels)
    before = np.concatenate([np.zeros_like(blocks[:1]), blocks[:-1]])
    table = ears(info.latent_dim, info.hop, info.channels)
    return (np.concatenate([before, blocks], axis=1) @ table).astype(np.float32)


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


def dynamics(latent_dim: int, rate: float) -> DynamicsInfo:
    """Latents that go on slowly, and on their way keep the covariance of N(0, I)."""
    matrix = 0.9 * np.eye(latent_dim) + 0.05 * np.eye(latent_dim, k=1)
    noise = np.eye(latent_dim) - matrix @ matrix.T
    return DynamicsInfo(tuples(matrix), tuples(noise), 0.25, rate)


def tuples(array: ArrayLike) -> tuple[tuple[float, ...], ...]:
    """A matrix as an artifact's description holds it."""
    return tuple(tuple(map(float, row)) for row in np.asarray(array))


def attributes(latent_dim: int) -> tuple[AttributeInfo, ...]:
    """Two attributes; the second one's rank correlation was not measured."""
    first, last = np.eye(latent_dim)[[0, -1]]
    return (
        AttributeInfo("loudness", "dB", tuple(map(float, first)), -21.5, 6.25, 0.875, 0.96),
        AttributeInfo("brightness", "Hz", tuple(map(float, last)), 1834.0, 512.0, 0.5),
    )


def _latents(latent_dim: int) -> tuple[LatentInfo, ...]:
    return tuple(
        LatentInfo(f"latent {index}", 0.0, 1.0, -2.33, 2.33, 1 / latent_dim)
        for index in range(latent_dim)
    )


def _write(path: Path, model: onnx.ModelProto, info: ArtifactInfo, changes: Any) -> Path:
    digest = hashlib.sha256(model.graph.SerializeToString()).hexdigest()
    info = dataclasses.replace(info, **{"graph_sha256": digest, **changes})
    helper.set_model_props(model, {METADATA_KEY: info.to_json()})
    path.write_bytes(model.SerializeToString())
    return path


def described(path: Path, **changes: Any) -> Path:
    """Change the description around the same graph, to whatever it may be."""
    model = onnx.load(path)
    values = json.loads(model.metadata_props[0].value)
    model.metadata_props[0].value = json.dumps(values | changes)
    path.write_bytes(model.SerializeToString())
    return path


def write_stream_artifact(
    path: Path,
    latent_dim: int = 4,
    hop: int = 64,
    channels: int = 1,
    sample_rate: int = 16_000,
    stride: int = 2,
    sounding: str = "Tanh",
    remembering: str = "Identity",
    **changes: Any,
) -> Path:
    """Write a stream artifact that plays.

    Args:
        path: the file.
        latent_dim: D.
        hop: samples per frame.
        channels: 1 or 2.
        sample_rate: in Hz.
        stride: frames per latent step.
        sounding: of :func:`stream_model`.
        remembering: likewise.
        **changes: further fields of :class:`ArtifactInfo`, which may be wrong on purpose.

    Returns:
        ``path``.
    """
    info = ArtifactInfo(
        kind="stream",
        genre="jazz",
        recipe="stream",
        sample_rate=sample_rate,
        channels=channels,
        latent_dim=latent_dim,
        hop=hop,
        state_size=latent_dim + hop * channels,
        latency=hop // 2,
        receptive_field=20 * hop,
        stride=stride,
        latent_space=LATENT_SPACE,
        latents=_latents(latent_dim),
        covariance=tuples(np.eye(latent_dim)),
        dynamics=dynamics(latent_dim, sample_rate / (hop * stride)),
        attributes=attributes(latent_dim),
        parity={"random": 1e-7, "real": 1e-7, "streamed": 2e-7},
        provenance={"steps": 3, "seed": 0},
        licence="CC0-1.0",
    )
    model = stream_model(latent_dim, hop, channels, sounding, remembering)
    return _write(path, model, info, changes)


def write_encoder_artifact(
    path: Path,
    latent_dim: int = 4,
    hop: int = 64,
    channels: int = 1,
    sample_rate: int = 16_000,
    stride: int = 2,
    **changes: Any,
) -> Path:
    """Write the encoder that belongs to the stream of these sizes: its hop is ``hop · stride``.

    Args:
        path: the file.
        latent_dim: D.
        hop: samples per frame of the decoder.
        channels: 1 or 2.
        sample_rate: in Hz.
        stride: frames per latent.
        **changes: further fields of :class:`ArtifactInfo`, which may be wrong on purpose.

    Returns:
        ``path``.
    """
    step = hop * stride
    info = ArtifactInfo(
        kind="encoder",
        genre="jazz",
        recipe="stream",
        sample_rate=sample_rate,
        channels=channels,
        latent_dim=latent_dim,
        hop=step,
        state_size=step * channels,
        latency=hop // 2,
        receptive_field=2 * step,
        stride=stride,
        latent_space=LATENT_SPACE,
        latents=_latents(latent_dim),
        parity={"random": 1e-7},
        licence="CC0-1.0",
    )
    return _write(path, encoder_model(latent_dim, step, channels), info, changes)
