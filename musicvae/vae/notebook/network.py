"""The networks and the likelihood of the family ``notebook``."""

from __future__ import annotations

import keras
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE
from musicvae.vae.layers import Resnet1DBlock
from musicvae.vae.notebook import check


class CrossEntropy:
    """Sigmoid cross-entropy of samples that are treated as probabilities."""

    def log_prob(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        """Negative cross-entropy summed over the clip.

        Args:
            x: float32 (batch, 1, samples), full scale ±1.
            decoded: logits, of the same shape.

        Returns:
            float32 (batch,), in nats.
        """
        cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=decoded)
        return -tf.reduce_sum(cross_entropy, axis=[1, 2])

    def listen(self, decoded: tf.Tensor) -> tf.Tensor:
        """Sound of logits, float32 (batch, 1, samples): probabilities minus their mean.

        A sigmoid lies between 0 and 1, and a constant offset cannot be heard.
        """
        probabilities = tf.sigmoid(decoded)
        return probabilities - tf.reduce_mean(probabilities, axis=-1, keepdims=True)


def _encoder(samples: int, latent_dim: int) -> keras.Sequential:
    layers = keras.layers
    stack: list[keras.layers.Layer] = [layers.Input((1, samples))]
    for filters in (64, 128, 128, 256):
        stack += [layers.Conv1D(filters, 1, 2, padding="same"), Resnet1DBlock(1, filters)]
    stack += [layers.Flatten(), layers.Dense(2 * latent_dim)]
    return keras.Sequential(stack, name="encoder")


def _decoder(samples: int, latent_dim: int) -> keras.Sequential:
    layers = keras.layers
    stack: list[keras.layers.Layer] = [layers.Input((latent_dim,)), layers.Reshape((1, latent_dim))]
    for filters in (512, 256, 128, 64):
        stack += [layers.Conv1DTranspose(filters, 1, 1), Resnet1DBlock(1, filters, "decode")]
    stack.append(layers.Conv1DTranspose(samples, 1, 1))
    return keras.Sequential(stack, name="decoder")


def build(recipe: Recipe) -> CVAE:
    """The untrained network for ``recipe``; x has the layout (batch, 1, samples).

    Raises:
        SettingError: as ``musicvae.vae.notebook.check``.
    """
    check(recipe)
    return CVAE(
        _encoder(recipe.samples, recipe.latent_dim),
        _decoder(recipe.samples, recipe.latent_dim),
        CrossEntropy(),
        recipe.latent_dim,
        monte_carlo_kl=True,
        rows=True,
        name="notebook",
    )
