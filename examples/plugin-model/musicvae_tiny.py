"""A very small VAE for musicvae: one layer of filters, a Gaussian about the waveform."""

import keras
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.families import ModelFamily
from musicvae.recipes import Recipe
from musicvae.vae.clip.fit import fit
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.cvae import CVAE

HOP = 256


class Gaussian:
    """Samples are normally distributed about the decoded ones, with a deviation of 0.1."""

    def log_prob(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        return -tf.reduce_sum(tf.square(x - decoded), axis=[1, 2]) / (2 * 0.1**2)

    def listen(self, decoded: tf.Tensor) -> tf.Tensor:
        return decoded


def build(recipe: Recipe) -> CVAE:
    if recipe.samples % HOP:
        raise SettingError("tiny cuts clips into hops", expected=f"multiples of {HOP} samples")
    layers, steps = keras.layers, recipe.samples // HOP
    encoder = keras.Sequential(
        [
            layers.Input((recipe.samples, recipe.channels)),
            layers.Conv1D(16, HOP, HOP, activation="tanh"),
            layers.Flatten(),
            layers.Dense(2 * recipe.latent_dim),
        ]
    )
    decoder = keras.Sequential(
        [
            layers.Input((recipe.latent_dim,)),
            layers.Dense(steps * 16, activation="tanh"),
            layers.Reshape((steps, 16)),
            layers.Conv1DTranspose(recipe.channels, HOP, HOP),
        ]
    )
    return CVAE(encoder, decoder, Gaussian(), recipe.latent_dim)


FAMILY = ModelFamily(
    "tiny", "One layer of filters and a Gaussian waveform.", build, fit, TrainedModel.open
)
