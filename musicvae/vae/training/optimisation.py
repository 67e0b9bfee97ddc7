"""Makes the optimiser, the schedules of learning rate and KL weight, and one training step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE
from musicvae.vae.losses import ElboTerms, elbo_terms

#: Steps over which a learning rate that decays first rises to its full value.
RISE = 20


def make_optimizer(recipe: Recipe) -> Any:
    """Adam with the notebook's values: β1 0.9, β2 0.999, ε 1e-8 (Kingma and Ba 2015)."""
    return keras.optimizers.Adam(
        learning_rate=recipe.learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8
    )


def beta(recipe: Recipe, step: int) -> float:
    """Weight of the KL at a step: linear from 0 over the warm-up (Bowman et al. 2016)."""
    if not recipe.kl_warmup:
        return recipe.kl_weight
    return recipe.kl_weight * min(1.0, step / recipe.kl_warmup)


def learning_rate(recipe: Recipe, step: int, planned_steps: int) -> float:
    """Adam's learning rate at a step: constant, or a short rise and then a cosine decay.

    The decay is that of Loshchilov and Hutter 2017, without restarts.

    Args:
        recipe: gives the highest rate and the fraction of it at the end.
        step: from 0.
        planned_steps: step at which the decay ends.
    """
    if recipe.final_learning_rate == 1.0:
        return recipe.learning_rate
    done = min(1.0, step / max(1, planned_steps))
    low = recipe.final_learning_rate
    level = low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done))
    return recipe.learning_rate * level * min(1.0, (step + 1) / RISE)


def train_step(
    model: CVAE,
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
        x: this replica's part of the batch, float32, in the model's layout.
        optimizer: a Keras optimiser.
        eps: standard-normal noise, float32 (batch, ``model.noise_dims``); drawn when ``None``.
        beta: weight of the KL.
        free_bits: nats per latent whose KL is not reduced further.
        gradient_norm: largest norm of the gradient of the loss per sample; 0 does not clip.
        weights: the variables to train; all trainable ones by default.

    Returns:
        The terms before the step.
    """
    replica = tf.distribute.get_replica_context()
    replicas = replica.num_replicas_in_sync
    with tf.GradientTape() as tape:
        terms = elbo_terms(model, x, eps, beta, free_bits, training=True)
        # The optimiser adds up the gradients of all replicas: each gives its share of the mean.
        share = terms.loss / replicas
    weights = model.trainable_variables if weights is None else weights
    gradients = tape.gradient(share, weights)
    if gradient_norm:
        # Clipping is not linear, so it needs the sum. Each replica then gives an equal part of it.
        total = replica.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        clipped, _ = tf.clip_by_global_norm(total, gradient_norm * model.loss_samples(x))
        gradients = [gradient / replicas for gradient in clipped]
    optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return terms
