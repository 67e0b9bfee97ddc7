"""Heads of a prior: features become the distribution of the next step, from which noise draws one.

Both begin as the linear walk: the next step is A times the last one and noise of covariance Q. So
an untrained prior already plays what ``walk`` plays, and training moves it away from there.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.vae.prior.layers import dense, leaky
from musicvae.vae.prior.outline import Outline
from musicvae.vae.prior.scores import step_score
from musicvae.vae.prior.settings import TwoPathSettings

#: The noise that is added last is at least and at most so many times that of the linear walk: it
#: never vanishes, so that a rollout does not freeze.
QUIETEST, LOUDEST = 0.15, 2.0
_LOG_2PI = math.log(2 * math.pi)


def _constant(matrix: Any, inputs: int, width: int) -> Any:
    """A dense layer without bias that begins with a matrix, (width, inputs)."""
    layer = dense(inputs, width, 0.0, bias=False)
    layer.kernel.assign(np.asarray(matrix, np.float32).T)
    return layer


class EnergyHead(keras.layers.Layer):
    """Moves noise through a network: no likelihood, trained by the energy score.

    A few numbers of noise go through the network and move all latents together; D more are added
    at the end, with a spread that depends on the past. Beside that a normal distribution is fitted
    to the features, for surprise alone.

    Args:
        outline: see :class:`Outline`.
        settings: sizes.
    """

    def __init__(self, outline: Outline, settings: TwoPathSettings, **options: Any) -> None:
        super().__init__(**options)
        s, D = settings, outline.latent_dim
        self.settings, self.latent_dim = settings, D
        self.noise, self.expected_size = s.code + D, 2 * D
        self.carry = _constant(outline.matrix, D, D)
        self.root = _constant(outline.root, D, D)
        self.enter = dense(s.width, s.head)
        self.code = dense(s.code, s.head, bias=False)
        self.middle = dense(s.head, s.head)
        self.leave = dense(s.head, D, 0.01)
        self.spread = dense(s.head, D, 0.0)
        self.guess = dense(s.width, 2 * D, 0.0)
        self.built = True

    def draw(self, x: tf.Tensor, heard: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        """The next step, float32 (..., steps, D).

        Args:
            x: features, float32 (..., steps, width).
            heard: the last step, float32 (..., steps, D).
            noise: float32 (..., steps, N); it may have more axes in front, for several samples.
        """
        code, fine = tf.split(noise, [self.settings.code, self.latent_dim], axis=-1)
        hidden = leaky(self.enter(x) + self.code(code))
        hidden = leaky(self.middle(hidden))
        factor = tf.clip_by_value(tf.exp(self.spread(hidden)), QUIETEST, LOUDEST)
        return self.carry(heard) + self.leave(hidden) + self.root(fine * factor)

    def loss(self, x: tf.Tensor, heard: tf.Tensor, target: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """What training reduces, a scalar: the energy score, and the misfit of the guess."""
        shape = (self.settings.draws, *target.shape[:-1], self.noise)
        noise = tf.random.stateless_normal(shape, seed)
        guess = self.expect(tf.stop_gradient(x), heard)
        unlikely = tf.reduce_mean(self.surprise(guess, target))
        return step_score(self.draw(x, heard, noise), target) + 0.05 * unlikely

    def expect(self, x: tf.Tensor, heard: tf.Tensor) -> tf.Tensor:
        """Mean and log-variance of a normal distribution of the next step, (..., steps, 2 D)."""
        mean, logvar = tf.split(self.guess(x), 2, axis=-1)
        return tf.concat([self.carry(heard) + mean, logvar], axis=-1)

    def surprise(self, expected: tf.Tensor, latent: tf.Tensor) -> tf.Tensor:
        """Nats per latent of a step under what was expected, (..., steps, 1)."""
        mean, logvar = tf.split(expected, 2, axis=-1)
        logvar = tf.clip_by_value(logvar, -8.0, 8.0)
        nats = 0.5 * (tf.square(latent - mean) * tf.exp(-logvar) + logvar + _LOG_2PI)
        return tf.reduce_mean(nats, axis=-1, keepdims=True)


class MixtureHead(keras.layers.Layer):
    """A mixture of diagonal normal distributions, trained by its exact likelihood.

    Args:
        outline: see :class:`Outline`.
        settings: sizes.
    """

    def __init__(self, outline: Outline, settings: TwoPathSettings, **options: Any) -> None:
        super().__init__(**options)
        D, K = outline.latent_dim, settings.components
        self.settings, self.latent_dim, self.count = settings, D, K
        self.noise, self.expected_size = 1 + D, K * (1 + 2 * D)
        self.carry = _constant(outline.matrix, D, D)
        self.enter = dense(settings.width, settings.head)
        self.leave = dense(settings.head, self.expected_size, 0.01)
        spread = np.log(np.linalg.norm(outline.root, axis=1) + 1e-3)
        first = np.concatenate([np.zeros(K * (1 + D)), np.tile(spread, K)])
        self.leave.bias.assign(first.astype(np.float32))
        self.built = True

    def draw(self, x: tf.Tensor, heard: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        """The next step; see :meth:`EnergyHead.draw`."""
        logits, means, spreads = self._parts(self.expect(x, heard))
        place, fine = noise[..., :1], noise[..., 1:]
        share = 0.5 * (1.0 + tf.math.erf(place / 2**0.5))
        ends = tf.math.cumsum(tf.nn.softmax(logits), axis=-1)
        begun = tf.cast(
            share > tf.concat([tf.zeros_like(ends[..., :1]), ends[..., :-1]], -1), "float32"
        )
        chosen = (begun - tf.concat([begun[..., 1:], tf.zeros_like(begun[..., :1])], -1))[..., None]
        mean = tf.reduce_sum(chosen * means, axis=-2)
        return mean + tf.reduce_sum(chosen * tf.exp(spreads), axis=-2) * fine

    def loss(self, x: tf.Tensor, heard: tf.Tensor, target: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """The mean surprise of the music, in nats per latent, a scalar."""
        return tf.reduce_mean(self.surprise(self.expect(x, heard), target))

    def expect(self, x: tf.Tensor, heard: tf.Tensor) -> tf.Tensor:
        """Logits, means and log-deviations of all components, (..., steps, K (1 + 2 D))."""
        K, D = self.count, self.latent_dim
        out = self.leave(leaky(self.enter(x)))
        carried = tf.concat([self.carry(heard)] * K, axis=-1)
        logits, means, spreads = tf.split(out, [K, K * D, K * D], axis=-1)
        return tf.concat([logits, means + carried, spreads], axis=-1)

    def surprise(self, expected: tf.Tensor, latent: tf.Tensor) -> tf.Tensor:
        """Nats per latent of a step under what was expected, (..., steps, 1)."""
        logits, means, spreads = self._parts(expected)
        apart = (latent[..., None, :] - means) * tf.exp(-spreads)
        each = -tf.reduce_sum(0.5 * (tf.square(apart) + _LOG_2PI) + spreads, axis=-1)
        log = tf.nn.log_softmax(logits) + each
        most = tf.reduce_max(log, axis=-1, keepdims=True)
        total = most + tf.math.log(tf.reduce_sum(tf.exp(log - most), axis=-1, keepdims=True))
        return -total / self.latent_dim

    def _parts(self, expected: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Logits (..., K), means and log-deviations (..., K, D)."""
        K, D = self.count, self.latent_dim
        logits, means, spreads = tf.split(expected, [K, K * D, K * D], axis=-1)
        shape = (*expected.shape[:-1], K, D)
        return (
            logits,
            tf.reshape(means, shape),
            tf.clip_by_value(tf.reshape(spreads, shape), -4.0, 2.0),
        )
