"""Trains the network that hears what kind of music a window is."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.vae.embedding.crops import Crops, Tracks
from musicvae.vae.embedding.network import Network

#: Windows of a step, the highest learning rate, and the weight decay (Loshchilov & Hutter 2019).
_BATCH, _RATE, _DECAY = 48, 2e-3, 1e-4
#: Steps from report to report, and windows of a report.
_EVERY, _TESTED = 200, 600

#: Told the steps that were done, those planned, and the share of unheard windows that were right.
Report = Callable[[int, int, float], None]


def train(
    tracks: Tracks, unheard: Tracks, steps: int = 2000, seed: int = 0, report: Report | None = None
) -> Network:
    """Train a network.

    Args:
        tracks: to learn from, by genre.
        unheard: to test on, of the same genres in the same order.
        steps: optimiser steps of 48 windows.
        seed: of weights and windows: the same on the same machine gives the same network.
        report: told how far it is.

    Raises:
        DataError: there is too little music.
        SettingError: ``steps`` is below 1.
    """
    if steps < 1:
        raise SettingError("too few steps", expected="at least 1", received=steps)
    keras.utils.set_random_seed(seed)
    crops, test = Crops(tracks, seed), Crops(unheard, seed + 1)
    network = Network(len(crops.names) + 1)
    network(np.zeros((1, *crops.draw(1)[0].shape[1:]), np.float32))  # makes the weights
    optimiser = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(_RATE, steps), weight_decay=_DECAY
    )

    @tf.function
    def learn(windows: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = network(windows, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        weights = network.trainable_variables
        optimiser.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

    for step in range(1, steps + 1):
        learn(*map(tf.constant, crops.draw(_BATCH)))
        if report is not None and (step % _EVERY == 0 or step == steps):
            report(step, steps, right(network, test))
    return network


def right(network: Network, crops: Crops, count: int = _TESTED) -> float:
    """Share of drawn windows, as they are, whose kind is told."""
    windows, labels = crops.draw(count, varied=False)
    told = np.argmax(network(tf.constant(windows)).numpy(), axis=1)
    return float(np.mean(told == labels))
