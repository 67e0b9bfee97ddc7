"""One optimiser step of a prior, and the running averages of its weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from musicvae.vae.prior.model import Crops, PriorModel

#: Steps over which the learning rate rises, and the share of it at the end.
RISE, END = 50, 0.05
#: Largest norm of a gradient.
NORM = 1.0
#: What the averages keep of themselves at each step, once there were many.
_KEEP = 0.998


def learning_rate(highest: float, step: int, planned: int) -> float:
    """Adam's learning rate at a step: a short rise, then a cosine decay."""
    done = min(1.0, step / max(1, planned))
    level = END + (1 - END) * 0.5 * (1 + math.cos(math.pi * done))
    return highest * level * min(1.0, (step + 1) / RISE)


class Optimiser:
    """Trains a model's weights, and averages them.

    The averages make better rollouts than the weights of any one step (Polyak and Juditsky 1992).

    Args:
        model: see :class:`PriorModel`.
        compiled: whether XLA compiles the first phase, which takes half a minute and halves a step.
    """

    def __init__(self, model: PriorModel, compiled: bool = True) -> None:
        self.model = model
        self.weights = list(model.trainable_variables)
        self.adam = keras.optimizers.Adam(1e-3, beta_2=0.99, epsilon=1e-8)
        self.adam.build(self.weights)
        self.averages = [keras.Variable(weight.value, trainable=False) for weight in self.weights]
        self._whole = tf.function(
            partial(self._gradients, model.loss), autograph=False, jit_compile=compiled
        )
        self._rolled = tf.function(partial(self._gradients, model.rollout_loss), autograph=False)
        self._measure = tf.function(model.loss, autograph=False, jit_compile=compiled)

    @property
    def variables(self) -> list[Any]:
        """The variables that a checkpoint holds, in order."""
        return [*self.model.variables, *self.averages, *self.adam.variables]

    def step(self, crops: Crops, phase: int, rate: float, number: int) -> float:
        """Do one step; the loss before it.

        Args:
            crops: the batch.
            phase: 0, or 1 for rollouts.
            rate: the learning rate.
            number: of the step, from 0.
        """
        self.adam.learning_rate = rate
        loss, gradients = self._whole(crops)
        if phase:  # rollouts alone would forget what single steps are like
            other, more = self._rolled(crops)
            loss, gradients = loss + other, [a + b for a, b in zip(gradients, more, strict=True)]
        keep = min(_KEEP, (1 + number) / (10 + number))
        self._apply(gradients, tf.constant(keep, tf.float32))
        return float(loss)

    def loss(self, crops: Crops) -> float:
        """The first phase's loss with the present weights."""
        return float(self._measure(crops))

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """While it lasts, the model has the averaged weights."""
        kept = [weight.numpy() for weight in self.weights]
        try:
            for weight, average in zip(self.weights, self.averages, strict=True):
                weight.assign(average)
            yield
        finally:
            for weight, value in zip(self.weights, kept, strict=True):
                weight.assign(value)

    def start_averages(self) -> None:
        """Let the averages begin with the present weights."""
        for weight, average in zip(self.weights, self.averages, strict=True):
            average.assign(weight)

    def _gradients(
        self, measure: Callable[[Crops], tf.Tensor], crops: Crops
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            loss = measure(crops)
        weights = [weight.value for weight in self.weights]
        zero = tf.UnconnectedGradients.ZERO
        return loss, tape.gradient(loss, weights, unconnected_gradients=zero)

    @tf.function(autograph=False)
    def _apply(self, gradients: list[tf.Tensor], keep: tf.Tensor) -> None:
        clipped, _ = tf.clip_by_global_norm(gradients, NORM)
        self.adam.apply_gradients(zip(clipped, self.weights, strict=True))
        for weight, average in zip(self.weights, self.averages, strict=True):
            average.assign(keep * average + (1.0 - keep) * weight)
