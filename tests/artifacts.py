"""Makes tiny real artifacts, so that tests need neither TensorFlow nor a training run.

The graph is ``audio = 0.9 · tanh(latent @ waves)``, where row *i* of ``waves`` is a sine of
``110 · (i + 1)`` Hz: audible, below full scale, and easy to compute again with numpy.
"""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper

from musicvae.artifact import METADATA_KEY, ArtifactInfo, LatentInfo


def waves(latent_dim: int, samples: int, channels: int, sample_rate: int) -> NDArray[np.float32]:
    """One row for each latent, shape (latent_dim, samples · channels); channels are interleaved."""
    time = np.arange(samples)[:, None] / sample_rate
    phase = np.arange(channels)[None, :] * 0.5
    rows = [
        np.sin(2 * np.pi * 110 * (index + 1) * time + phase).reshape(-1)
        for index in range(latent_dim)
    ]
    table: NDArray[np.float32] = (np.stack(rows) / np.sqrt(latent_dim)).astype(np.float32)
    return table


def expected_audio(latents: ArrayLike, info: ArtifactInfo) -> NDArray[np.float32]:
    """What the artifact must decode ``latents`` (batch, D) to, up to float rounding."""
    rows = waves(info.latent_dim, info.samples, info.channels, info.sample_rate)
    flat: NDArray[np.float32] = 0.9 * np.tanh(np.asarray(latents, dtype=np.float32) @ rows)
    return flat.reshape(-1, info.samples, info.channels).astype(np.float32)


def clip_model(latent_dim: int, samples: int, channels: int, sample_rate: int) -> onnx.ModelProto:
    """The graph alone, without a description."""
    constants = {
        "waves": waves(latent_dim, samples, channels, sample_rate),
        "level": np.array(0.9, dtype=np.float32),
        "shape": np.array([-1, samples, channels], dtype=np.int64),
    }
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["latent", "waves"], ["mixed"], name="mix"),
            helper.make_node("Tanh", ["mixed"], ["bounded"], name="bound"),
            helper.make_node("Mul", ["bounded", "level"], ["flat"], name="scale"),
            helper.make_node("Reshape", ["flat", "shape"], ["audio"], name="interleave"),
        ],
        "clip",
        [helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["batch", latent_dim])],
        [helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["batch", samples, channels])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8, producer_name="musicvae")


def clip_info(model: onnx.ModelProto, **values: Any) -> ArtifactInfo:
    """A complete description of ``model``; ``values`` fill in or change its fields."""
    latent_dim = values["latent_dim"]
    description = {
        "kind": "clip",
        "recipe": "clip",
        "latents": tuple(
            LatentInfo(f"latent {index}", 0.0, 1.0, -2.33, 2.33, 1 / latent_dim)
            for index in range(latent_dim)
        ),
        "parity": {"random": 1e-7, "real": 1e-7},
        "provenance": {"steps": 3, "seed": 0},
        "licence": "CC0-1.0",
        "graph_sha256": hashlib.sha256(model.graph.SerializeToString()).hexdigest(),
    }
    return ArtifactInfo(**(description | values))


def write_clip_artifact(
    path: Path,
    latent_dim: int = 4,
    samples: int = 2048,
    channels: int = 1,
    sample_rate: int = 16_000,
    genre: str = "jazz",
    **changes: Any,
) -> Path:
    """Write a clip artifact that plays.

    Args:
        path: the file.
        latent_dim: D.
        samples: length of a clip in samples.
        channels: 1 or 2.
        sample_rate: in Hz.
        genre: what it claims to be.
        **changes: further fields of :class:`ArtifactInfo`, which may be wrong on purpose.

    Returns:
        ``path``.
    """
    model = clip_model(latent_dim, samples, channels, sample_rate)
    info = clip_info(
        model,
        genre=genre,
        sample_rate=sample_rate,
        channels=channels,
        latent_dim=latent_dim,
        samples=samples,
    )
    helper.set_model_props(model, {METADATA_KEY: dataclasses.replace(info, **changes).to_json()})
    path.write_bytes(model.SerializeToString())
    return path
