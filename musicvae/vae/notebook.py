"""The family ``notebook``: the network of the notebook that this project began as, unchanged.

A clip is one row of 90 001 samples, so the convolutions see *one* step with 90 001 channels: they
are in fact dense layers, and instance norm over a single step leaves only its own offset. The
cross-entropy treats samples of ±1 as probabilities, so that it has no lower bound. Both faults are
kept, so that the results of the notebook can be reproduced; ``musicvae.vae.clip.network`` repairs
them.
"""

from __future__ import annotations

import keras
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.families import ModelFamily
from musicvae.recipes import Recipe
from musicvae.vae.clip.fit import fit
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.cvae import CVAE
from musicvae.vae.layers import Resnet1DBlock


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


def check(recipe: Recipe) -> None:
    """Check a recipe of this family.

    Raises:
        SettingError: it is not mono, has settings of a model, or an adversarial phase.
    """
    if recipe.channels != 1 or recipe.model:
        raise SettingError(
            "the notebook's network is mono and has no settings of its own",
            expected="channels 1, model {}",
            received=f"channels {recipe.channels}, model {dict(recipe.model)}",
        )
    if recipe.adversarial:
        raise SettingError(
            "the notebook's network has no adversarial phase",
            expected="adversarial 0",
            received=recipe.adversarial,
        )


def build(recipe: Recipe) -> CVAE:
    """The untrained network for ``recipe``; x has the layout (batch, 1, samples).

    Raises:
        SettingError: as :func:`check`.
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


def step_bytes(recipe: Recipe) -> float:
    """About how many bytes one training step needs besides its batch and TensorFlow itself."""
    # The first and the last layer hold nearly all weights: 64 for each sample of a clip.
    weights = 2 * 64 * recipe.samples
    # Weights, gradients, Adam's two averages; and some copies of each clip for the gradient.
    return 4.0 * (4 * weights + recipe.batch_size * 8 * recipe.samples)


FAMILY = ModelFamily(
    "notebook",
    "The notebook's network: one row of 90 001 samples.",
    build,
    fit=fit,
    open=TrainedModel.open,
    check=check,
    step_bytes=step_bytes,
)
