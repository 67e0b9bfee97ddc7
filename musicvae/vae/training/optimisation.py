"""The optimiser: Adam, its learning-rate and KL-weight schedules, and one training step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.losses import ElboTerms, elbo_terms

#: Steps over which the learning rate rises to its full value where it decays afterwards.
RISE = 20


def make_optimizer(recipe: Recipe) -> Any:
    """Adam as the notebook set it: β1 0.9, β2 0.999, ε 1e-8 (Kingma and Ba 2015)."""
    return keras.optimizers.Adam(
        learning_rate=recipe.learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8
    )


def beta(recipe: Recipe, step: int) -> float:
    """Weight of the KL at a step: linear from 0 over the warm-up (Bowman et al. 2016)."""
    if not recipe.kl_warmup:
        return recipe.kl_weight
    return recipe.kl_weight * min(1.0, step / recipe.kl_warmup)


def learning_rate(recipe: Recipe, step: int, planned_steps: int) -> float:
    """Adam's learning rate at a step: constant, or a short rise and a cosine decay.

    (Loshchilov and Hutter 2017, without restarts.)
    """
    if recipe.final_learning_rate == 1.0:
        return recipe.learning_rate
    done = min(1.0, step / max(1, planned_steps))
    low = recipe.final_learning_rate
    level = low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done))
    return recipe.learning_rate * level * min(1.0, (step + 1) / RISE)


def train_step(
    model: Any,
    x: tf.Tensor,
    optimizer: Any,
    eps: tf.Tensor | None = None,
    beta: tf.Tensor | float = 1.0,
    free_bits: float = 0.0,
    gradient_norm: float = 0.0,
    weights: Sequence[Any] | None = None,
) -> ElboTerms:
    """Follow the gradient of the negative ELBO once; call it inside ``tf.function`` for speed.

    Args:
        model: a CVAE.
        x: this replica's part of the batch, in the model's layout.
        optimizer: a Keras optimiser.
        eps: standard-normal noise (batch, D); drawn when ``None``.
        beta: weight of the KL.
        free_bits: nats per latent that are not pressed.
        gradient_norm: largest norm of the gradient of the loss per sample; 0 does not clip.
        weights: those that move; all by default.
    """
    replica = tf.distribute.get_replica_context()
    replicas = replica.num_replicas_in_sync
    with tf.GradientTape() as tape:
        terms = elbo_terms(model, x, eps, beta, free_bits, training=True)
        # The optimiser sums over replicas; each gives its share of the mean.
        share = terms.loss / replicas
    weights = model.trainable_variables if weights is None else weights
    gradients = tape.gradient(share, weights)
    if gradient_norm:
        # Clipping is not linear, so it must see the sum; the optimiser then sums equal parts.
        total = replica.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        clipped, _ = tf.clip_by_global_norm(total, gradient_norm * model.loss_samples(x))
        gradients = [gradient / replicas for gradient in clipped]
    optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return terms
