"""A small clip model, in place of a trained one: everything that the exporter asks of a model."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import pytest

from musicvae.artifact import LatentInfo
from musicvae.recipes import Recipe, get_recipe

D, STEPS, HOP, FFT = 6, 8, 32, 64
FRAMES = 4 * STEPS


@dataclass
class SmallModel:
    """What the exporter asks of a ``TrainedModel``, around a network of some thousand weights."""

    function: Any
    recipe: Recipe = field(
        default_factory=lambda: dataclasses.replace(
            get_recipe("clip"), sample_rate=16_000, samples=FRAMES * HOP, latent_dim=D
        )
    )
    genre: str = "jazz"
    licence: str = "CC0-1.0"
    provenance: dict[str, Any] = field(default_factory=lambda: {"steps": 3, "seed": 1})

    def playable_decoder(self) -> Any:
        return self.function

    def latent_infos(self) -> tuple[LatentInfo, ...]:
        return tuple(
            LatentInfo(f"latent {index}", 0.0, 1.0, -2.3, 2.3, 1 / D) for index in range(D)
        )

    def real_latents(self, n: int) -> np.ndarray:
        return np.random.default_rng(5).standard_normal((n, D), dtype=np.float32) * 1.2


def network() -> Any:
    """Dense, transposed convolutions, convolutions and batch norms; (batch, D) to frames."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(0)
    stack = [layers.Input((D,)), layers.Dense(STEPS * 8), layers.Reshape((STEPS, 8))]
    for dilation in (1, 2):
        stack += [
            layers.Conv1DTranspose(8, 4, strides=2, padding="same"),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Conv1D(8, 3, padding="same", dilation_rate=dilation, use_bias=dilation == 1),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
        ]
    stack.append(layers.Conv1D(FFT + 2, 3, padding="same"))
    model = keras.Sequential(stack)
    generator = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):  # as if trained
            for weight in layer.weights:
                weight.assign(generator.uniform(0.5, 1.5, weight.shape))
    return model


def playable(model: Any) -> Any:
    """The network with an inverse Fourier transform behind it, as a function to export."""
    import tensorflow as tf

    bins = np.arange(FFT // 2 + 1)[:, None] * np.arange(FFT)[None, :] * 2 * np.pi / FFT
    basis = np.concatenate([np.cos(bins), -np.sin(bins)]) * np.hanning(FFT) / FFT
    synthesis = tf.constant(basis, tf.float32)

    @tf.function(input_signature=[tf.TensorSpec((None, D), tf.float32)])
    def play(latents: Any) -> Any:
        pieces = tf.matmul(model(latents * 1.5 + 0.1, training=False), synthesis)
        first, second = pieces[..., :HOP], pieces[..., HOP:]
        frames = first + tf.pad(second, [[0, 0], [1, 0], [0, 0]])[:, :-1]
        return tf.reshape(tf.tanh(frames), (-1, FRAMES * HOP, 1))

    return play


@pytest.fixture(scope="session")
def small_model() -> SmallModel:
    return SmallModel(playable(network()))


@pytest.fixture(scope="session")
def exported(small_model: SmallModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model's artifact."""
    from musicvae_export import export_model

    path = tmp_path_factory.mktemp("exported") / "jazz.onnx"
    export_model(small_model, path)
    return path


@pytest.fixture(scope="session")
def make_model() -> Callable[..., SmallModel]:
    """Makes a model around any function of latents: ``make_model(play, **fields)``."""

    def make(play: Callable[[Any], Any], **fields: Any) -> SmallModel:
        import tensorflow as tf

        signature = [tf.TensorSpec((None, D), tf.float32)]
        return SmallModel(tf.function(play, input_signature=signature), **fields)

    return make
