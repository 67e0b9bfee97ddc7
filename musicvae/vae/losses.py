"""Computes the terms of the ELBO: Gaussian log-density, KL divergence and reconstruction.

    ELBO = E_q[log p(x|z)] - KL(q(z|x) || p(z)),    loss = -ELBO   (Kingma and Welling 2014)

All terms are in nats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf


def log_normal_pdf(
    sample: tf.Tensor, mean: tf.Tensor, logvar: tf.Tensor, raxis: int = 1
) -> tf.Tensor:
    """Log-density of a diagonal Gaussian, summed over ``raxis``.

    Args:
        sample: float32 (batch, D).
        mean: float32, broadcastable to ``sample``.
        logvar: natural logarithm of the variance, float32, broadcastable to ``sample``.
        raxis: axis to sum over.

    Returns:
        float32 (batch,), in nats.
    """
    log2pi = tf.constant(np.log(2.0 * np.pi), sample.dtype)
    return tf.reduce_sum(
        -0.5 * ((sample - mean) ** 2.0 * tf.exp(-logvar) + logvar + log2pi), axis=raxis
    )


def kl_analytic(mean: tf.Tensor, logvar: tf.Tensor) -> tf.Tensor:
    """KL(N(mean, e^logvar) || N(0, 1)) of each latent, in nats; all float32 (batch, D)."""
    return 0.5 * (mean**2 + tf.exp(logvar) - 1.0 - logvar)


def kl_monte_carlo(z: tf.Tensor, mean: tf.Tensor, logvar: tf.Tensor) -> tf.Tensor:
    """Estimate of the KL of each latent from one sample, log q(z|x) - log p(z), in nats.

    All arguments and the result are float32 (batch, D).
    """
    posterior = log_normal_pdf(z[..., None], mean[..., None], logvar[..., None], raxis=-1)
    zero = tf.zeros_like(z)[..., None]
    return posterior - log_normal_pdf(z[..., None], zero, zero, raxis=-1)


def pressed_kl(kl: tf.Tensor, free_bits: float) -> tf.Tensor:
    """The KL that is minimised: the batch mean of each latent where it exceeds ``free_bits``.

    All replicas decide by the mean over the global batch which latents count, so that the number of
    workers does not change what is learnt.

    Args:
        kl: float32 (batch, D), in nats.
        free_bits: nats per latent (λ of Kingma et al. 2016, appendix C.8).

    Returns:
        float32 scalar: the sum over latents of max(λ, batch mean), up to a constant.
    """
    mean = tf.reduce_mean(kl, axis=0)
    if not free_bits:
        return tf.reduce_sum(mean)
    replica = tf.distribute.get_replica_context()
    overall = replica.all_reduce(tf.distribute.ReduceOp.MEAN, tf.stop_gradient(mean))
    return tf.reduce_sum(tf.where(overall > free_bits, mean, free_bits))


class ElboTerms(NamedTuple):
    """The terms of the ELBO of one batch, and what they were computed from.

    Attributes:
        loss: the quantity that is minimised, float32 scalar, in nats.
        mean: mean of q(z|x), float32 (batch, D), of a stream (batch, steps, D).
        reconstruction: log p(x|z), float32 (batch,), in nats.
        kl: KL of each latent, float32 (batch, D), in nats.
        decoded: output of the decoder, the likelihood's parameters, float32.
        distances: distances of the decoded sound from x by name, each float32 (batch,), where the
            likelihood has a method ``distances``.
    """

    loss: tf.Tensor
    mean: tf.Tensor
    reconstruction: tf.Tensor
    kl: tf.Tensor
    decoded: tf.Tensor = None
    distances: Mapping[str, tf.Tensor] = {}

    @property
    def elbo(self) -> tf.Tensor:
        """The evidence lower bound, mean over the batch, in nats per clip."""
        return tf.reduce_mean(self.reconstruction - tf.reduce_sum(self.kl, axis=-1))


def elbo_terms(
    model: Any,
    x: tf.Tensor,
    eps: tf.Tensor | None = None,
    beta: tf.Tensor | float = 1.0,
    free_bits: float = 0.0,
    training: bool = False,
) -> ElboTerms:
    """Encode, reparameterise and decode one batch, and compute the terms of its ELBO.

    Args:
        model: a :class:`musicvae.vae.cvae.CVAE`.
        x: a batch in the model's own layout, float32, full scale ±1.
        eps: standard-normal noise, float32 (batch, ``model.noise_dims``); drawn when ``None``.
        beta: weight of the KL (Higgins et al. 2017).
        free_bits: nats per latent whose KL is not reduced further.
        training: whether normalisation layers use the batch's statistics.
    """
    mean, logvar = model.posterior(x, training=training)
    z = model.reparameterize(mean, logvar, eps)
    decoded, reconstruction, distances = model.explain(x, z, training=training)
    kl = model.kl(z, mean, logvar)
    loss = beta * pressed_kl(kl, free_bits) - tf.reduce_mean(reconstruction)
    return ElboTerms(loss, mean, reconstruction, kl, decoded, distances)


def compute_loss(model: Any, x: tf.Tensor, eps: tf.Tensor | None = None) -> tf.Tensor:
    """The negative ELBO of one batch, float32 scalar, in nats per clip.

    Args: as for :func:`elbo_terms`.
    """
    return elbo_terms(model, x, eps).loss
