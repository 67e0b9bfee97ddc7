"""The network of the clip family: convolutions over time, and synthesis by Fourier transform.

    audio ─LogMel─> frames ─(Resnet1DBlock, stride 2)×3─> steps ─Conv1D─> mean, logvar
    z ─Conv1D─> steps ─(Resnet1DBlock, Conv1DTranspose ×2)×3─> frames ─FourierSynthesis─> audio

The D latents of a clip are D / steps numbers for each step of hop · 2^stages samples, so that each
latent describes its own part of the clip. Components that change the whole clip are found after
training (:mod:`musicvae.vae.run.basis`) and come first when the clip is played.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.clip.fourier import FourierSynthesis, LogMel
from musicvae.vae.clip.likelihood import SpectralLaplace
from musicvae.vae.clip.settings import ClipSettings, settings_of
from musicvae.vae.cvae import CVAE
from musicvae.vae.layers import SLOPE, Resnet1DBlock


class FixedNoise(keras.layers.Layer):
    """Appends the same noise to every clip, as material for drums and breath.

    The noise is a constant of the model, so that the same latents give the same sound.

    Input: float32 (batch, frames, channels). Output: float32 (batch, frames, channels + 8).
    """

    CHANNELS = 8

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Draw the noise, with a fixed seed."""
        frames = int(input_shape[1] or 0)
        noise = np.random.default_rng(0).standard_normal((1, frames, self.CHANNELS))
        self.noise = tf.constant(noise, tf.float32)
        self.built = True

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Append the noise as further channels."""
        return tf.concat([inputs, tf.tile(self.noise, (tf.shape(inputs)[0], 1, 1))], axis=-1)


def _encoder(recipe: Recipe, settings: ClipSettings) -> keras.Model:
    layers = keras.layers
    width = settings.width
    audio = layers.Input((recipe.samples, recipe.channels))
    x = LogMel(recipe.sample_rate, settings.fft, settings.hop, settings.bands)(audio)
    x = layers.Conv1D(width, 3, padding="same")(x)
    for stage in range(settings.stages):
        x = Resnet1DBlock(3, width if stage == 0 else 2 * width, "encode")(x)
        x = layers.Conv1D(2 * width, 4, 2, padding="same")(x)
        x = layers.LeakyReLU(SLOPE)(x)
    x = Resnet1DBlock(3, 2 * width, "encode")(x)
    each = recipe.latent_dim // settings.steps(recipe)
    mean = layers.Flatten()(layers.Conv1D(each, 1, name="mean")(x))
    logvar = layers.Flatten()(layers.Conv1D(each, 1, name="logvar")(x))
    return keras.Model(audio, layers.Concatenate()([mean, logvar]), name="encoder")


def _decoder(recipe: Recipe, settings: ClipSettings) -> keras.Model:
    layers = keras.layers
    steps, frames = settings.steps(recipe), recipe.samples // settings.hop
    width, bins = settings.width, settings.fft // 2 + 1
    z = layers.Input((recipe.latent_dim,))
    x = layers.Reshape((steps, recipe.latent_dim // steps))(z)
    x = layers.Conv1D(2 * width, 3, padding="same")(x)
    for stage in range(settings.stages):
        x = Resnet1DBlock(3, 2 * width, "decode")(x)
        last = stage == settings.stages - 1
        x = layers.Conv1DTranspose(width if last else 2 * width, 4, 2, padding="same")(x)
        x = layers.LeakyReLU(SLOPE)(x)
    x = layers.Conv1D(width, 3, padding="same")(FixedNoise()(x))
    for _ in range(2):
        x = Resnet1DBlock(5, width, "decode")(x)
    # Music at -20 dBFS has magnitudes of about e^-6 per bin.
    quiet = keras.initializers.Constant(-6.0)
    log_magnitude = layers.Dense(bins, bias_initializer=quiet)(x)
    phase = layers.Dense(bins, kernel_initializer=keras.initializers.RandomNormal(stddev=0.3))(x)
    audio = FourierSynthesis(frames, settings.fft, settings.hop)(log_magnitude, phase)
    return keras.Model(z, audio, name="decoder")


def build(recipe: Recipe) -> CVAE:
    """The untrained network for ``recipe``; x has the layout (batch, samples, channels).

    Raises:
        SettingError: see :func:`musicvae.vae.clip.settings.settings_of`.
    """
    settings = settings_of(recipe)
    likelihood = SpectralLaplace(recipe.sample_rate, settings.scale)
    return CVAE(
        _encoder(recipe, settings),
        _decoder(recipe, settings),
        likelihood,
        recipe.latent_dim,
        name="clip",
    )
