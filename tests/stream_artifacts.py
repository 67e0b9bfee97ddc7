"""Makes tiny real artifacts of kinds ``stream`` and ``encoder``, of the graphs of stream_graphs.py.

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
from numpy.typing import ArrayLike
from onnx import helper

from musicvae.artifact import (
    METADATA_KEY,
    ArtifactInfo,
    AttributeInfo,
    DynamicsInfo,
    LatentInfo,
)
from tests.stream_graphs import POLE, Array, ears, encoder_model, grains, stream_model

LATENT_SPACE = "0123456789abcdef"


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


def expected_latents(audio: ArrayLike, info: ArtifactInfo) -> Array:
    """What the encoder must make of ``audio`` (steps · hop, channels) from the start."""
    blocks = np.asarray(audio, dtype=np.float64).reshape(-1, info.hop * info.channels)
    before = np.concatenate([np.zeros_like(blocks[:1]), blocks[:-1]])
    table = ears(info.latent_dim, info.hop, info.channels)
    return (np.concatenate([before, blocks], axis=1) @ table).astype(np.float32)


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
