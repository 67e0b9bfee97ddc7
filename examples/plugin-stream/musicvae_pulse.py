"""A very small streaming VAE for musicvae: each latent vector becomes one pulse of sound."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.families import ModelFamily
from musicvae.recipes import Recipe, read_settings
from musicvae.vae.stream.causal import CausalNetwork, Timing
from musicvae.vae.stream.fit import fit
from musicvae.vae.stream.layers import Delayed, Memory
from musicvae.vae.stream.network import StreamVAE
from musicvae.vae.stream.trained import TrainedStream

HOP = 256  # samples per frame: 16 ms at 16 kHz


class TwoFrames(CausalNetwork):
    """Makes each output frame from one input frame and the frame before it.

    Args:
        inputs: numbers in an input frame.
        outputs: numbers in an output frame.
        columns: width of the rows that an output frame is returned as.
    """

    def __init__(self, inputs: int, outputs: int, columns: int, name: str) -> None:
        super().__init__(name=name)
        self.inputs, self.columns = inputs, columns
        self.delayed = Delayed(inputs, 1)
        self.hidden = keras.layers.Dense(64, activation="tanh")
        self.leave = keras.layers.Dense(outputs)
        self.hidden.build((None, None, 2 * inputs))
        self.leave.build((None, None, 64))
        self.built = True

    @property
    def memories(self) -> list[Memory]:
        return [self.delayed.memory]

    @property
    def receptive_field(self) -> int:
        return 2 * HOP

    def advance(
        self, inputs: tf.Tensor, pasts: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        frames = tf.reshape(inputs, (tf.shape(pasts[0])[0], -1, self.inputs))
        pairs, latest = self.delayed.advance(frames, pasts[0])
        rows = self.leave(self.hidden(pairs))
        return tf.reshape(rows, (tf.shape(pasts[0])[0], -1, self.columns)), [latest]


class Gaussian:
    """Samples are normally distributed about the decoded ones, with a deviation of 0.1."""

    def log_prob(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        """Per latent step, as all terms of a stream's loss are."""
        return -HOP * tf.reduce_mean(tf.square(x - decoded), axis=[1, 2]) / (2 * 0.1**2)

    def listen(self, decoded: tf.Tensor) -> tf.Tensor:
        return decoded


@dataclass(frozen=True)
class NoSettings:
    """The settings in ``Recipe.model``; a family that has some lists them here, with defaults."""


def check(recipe: Recipe) -> None:
    read_settings(NoSettings, recipe, {})
    if recipe.samples % HOP or recipe.channels != 1:
        raise SettingError("pulse makes mono frames", expected=f"multiples of {HOP} samples")


def build(recipe: Recipe) -> StreamVAE:
    D = recipe.latent_dim
    encoder = TwoFrames(HOP, 2 * D, 2 * D, name="encoder")
    decoder = TwoFrames(D, HOP, 1, name="decoder")
    return StreamVAE(encoder, decoder, Gaussian(), recipe, Timing(HOP), name="pulse")


FAMILY = ModelFamily(
    "pulse",
    "Two dense layers between latents and pulses.",
    build,
    fit,
    TrainedStream.open,
    check=check,
)
