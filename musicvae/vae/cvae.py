"""The convolutional VAE: combines an encoder, a decoder and a likelihood.

The parts that differ between model families are passed to the constructor, so that training,
sampling and export work with one class.

    x ──encoder──> mean, logvar ──z = mean + e^(logvar/2)·ε──> z ──decoder──> decoded ──> sound
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import keras
import tensorflow as tf

from musicvae.vae.losses import kl_analytic, kl_monte_carlo


class Likelihood(Protocol):
    """Computes how well a decoder's output explains a sound, and turns that output into sound.

    Two methods are optional. ``distances(x, decoded)`` returns further figures by name for the
    history, each float32 (batch,). ``aligned(x, decoded)`` returns both as sound without the delay
    between them, float32 (batch, samples, channels); the adversarial phase needs it.
    """

    def log_prob(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        """log p(x|z) of sound x in the model's layout, float32 (batch,), in nats."""

    def listen(self, decoded: tf.Tensor) -> tf.Tensor:
        """The decoder's output as sound in the model's layout, float32, full scale ±1."""


class CVAE(keras.Model):
    """A convolutional variational autoencoder of whole clips.

    Args:
        encoder: maps x to means and log-variances, float32 (batch, 2·D).
        decoder: maps latents, float32 (batch, D), to the parameters of the likelihood.
        likelihood: the likelihood of x under these parameters.
        latent_dim: D, the number of latents.
        monte_carlo_kl: estimate the KL from the one z drawn, instead of in closed form.
        rows: the model's layout of x is (batch, 1, samples), one row per clip, instead of
            (batch, samples, channels).

    Example:
        >>> mean, logvar = model.encode(x)  # doctest: +SKIP
        >>> model.sample(tf.random.normal((4, model.latent_dim))).shape  # doctest: +SKIP
        TensorShape([4, 65536, 1])
    """

    def __init__(
        self,
        encoder: Any,
        decoder: Any,
        likelihood: Likelihood,
        latent_dim: int,
        *,
        monte_carlo_kl: bool = False,
        rows: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.encoder = encoder
        self.decoder = decoder
        self.likelihood = likelihood
        self.latent_dim = latent_dim
        self.monte_carlo_kl = monte_carlo_kl
        self.rows = rows

    #: Whether XLA compiles the training step where one replica trains; it merges the many small
    #: operations of some networks into a few large ones.
    compiled = False

    @property
    def noise_dims(self) -> int:
        """How many numbers of noise ε one clip needs."""
        return self.latent_dim

    def loss_samples(self, x: tf.Tensor) -> float:
        """Number of samples that the loss sums over, for x in the model's layout."""
        return float(x.shape[1] * x.shape[2])

    def from_audio(self, audio: tf.Tensor) -> tf.Tensor:
        """Sound, float32 (batch, samples, channels), in the model's layout."""
        return tf.transpose(audio, (0, 2, 1)) if self.rows else audio

    def to_audio(self, x: tf.Tensor) -> tf.Tensor:
        """Sound in the model's layout as float32 (batch, samples, channels)."""
        return tf.transpose(x, (0, 2, 1)) if self.rows else x

    def posterior(self, x: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """The same as :meth:`encode`, but not in a ``tf.function`` of its own.

        Training calls it, because replicas cannot synchronise inside a nested ``tf.function``.
        """
        mean, logvar = tf.split(self.encoder(x, training=training), 2, axis=-1)
        # exp(logvar) must stay finite while the encoder is still untrained.
        return mean, tf.clip_by_value(logvar, -15.0, 10.0)

    def explain(
        self, x: tf.Tensor, z: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor, Mapping[str, tf.Tensor]]:
        """Decode latents, and compute how well the result explains x.

        Args:
            x: float32, in the model's layout.
            z: latents, float32 (batch, D).
            training: whether normalisation layers use the batch's statistics.

        Returns:
            The decoder's output; log p(x|z), float32 (batch,), in nats; and the likelihood's
            distances by name, each float32 (batch,).
        """
        decoded = self.decoder(z, training=training)
        tell = getattr(self.likelihood, "distances", None)
        distances = tell(x, decoded) if tell else {}
        return decoded, self.likelihood.log_prob(x, decoded), distances

    @tf.function(reduce_retracing=True)
    def encode(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Mean and log-variance of q(z|x), each float32 (batch, D)."""
        return self.posterior(x)

    @tf.function(reduce_retracing=True)
    def reparameterize(
        self, mean: tf.Tensor, logvar: tf.Tensor, eps: tf.Tensor | None = None
    ) -> tf.Tensor:
        """z = μ + σ·ε with ε from N(0, I) unless given, float32 (batch, D)."""
        if eps is None:
            eps = tf.random.normal(tf.shape(mean))
        return eps * tf.exp(logvar * 0.5) + mean

    @tf.function(reduce_retracing=True)
    def decode(self, z: tf.Tensor) -> tf.Tensor:
        """The parameters of the likelihood for latents z, float32 (batch, D)."""
        return self.decoder(z, training=False)

    @tf.function(reduce_retracing=True)
    def sample(self, eps: tf.Tensor) -> tf.Tensor:
        """Sound of the latents ``eps``, float32 (batch, D), in the model's layout."""
        return self.likelihood.listen(self.decode(eps))

    def kl(self, z: tf.Tensor, mean: tf.Tensor, logvar: tf.Tensor) -> tf.Tensor:
        """KL of each latent, float32 (batch, D), in nats."""
        if self.monte_carlo_kl:
            return kl_monte_carlo(z, mean, logvar)
        return kl_analytic(mean, logvar)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Decode the mean of q(z|x) to sound, in the model's layout."""
        mean, _ = self.posterior(x, training=training)
        return self.likelihood.listen(self.decoder(mean, training=training))
