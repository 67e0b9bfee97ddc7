"""Energy scores: losses for samples, without a likelihood.

mean|y - z| - ½ mean|y - y'| is least, on average over z, where samples y and y' have the
distribution of z (Gneiting and Raftery 2007). It needs two independent samples at least.
"""

from __future__ import annotations

import tensorflow as tf


def energy_score(draws: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """The energy score of samples of vectors, averaged over all other axes; a scalar.

    Args:
        draws: float32 (M, ..., width), M independent samples of each vector.
        target: float32 (..., width).
    """
    count, width = draws.shape[0], draws.shape[-1]
    near = tf.reduce_mean(_norm(draws - target))
    # Any average over pairs of different samples will do; these shifts cover all of up to five.
    shifts = range(1, min(2, count - 1) + 1)
    apart = [tf.reduce_mean(_norm(draws - tf.roll(draws, shift, axis=0))) for shift in shifts]
    return (near - 0.5 * tf.add_n(apart) / len(apart)) / width**0.5


def step_score(draws: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """The score of single steps: of all latents, and of the first quarter, which is heard most.

    Args:
        draws: float32 (M, ..., D).
        target: float32 (..., D).
    """
    first = max(1, target.shape[-1] // 4)
    leading = energy_score(draws[..., :first], target[..., :first])
    return 0.5 * (energy_score(draws, target) + leading)


def rollout_score(draws: tf.Tensor, target: tf.Tensor, window: int) -> tf.Tensor:
    """The score of whole stretches: of steps, of windows, and of what a window is like on average.

    Args:
        draws: float32 (M, batch, steps, D), samples that went on by themselves.
        target: how the music went on, float32 (batch, steps, D).
        window: steps, of which there are whole multiples.
    """
    steps = target.shape[-2]
    lengths = sorted({1, window, steps})
    joint = [energy_score(_windows(draws, n), _windows(target, n)) for n in lengths]
    manner = [energy_score(_manner(draws, n), _manner(target, n)) for n in lengths if n > 1]
    return tf.add_n(joint) / len(joint) + tf.add_n(manner) / len(manner)


def _windows(x: tf.Tensor, steps: int) -> tf.Tensor:
    """Steps joined to windows: (..., n, D) to (..., n / steps, steps × D)."""
    return tf.reshape(x, (*x.shape[:-2], x.shape[-2] // steps, steps * x.shape[-1]))


def _manner(x: tf.Tensor, steps: int) -> tf.Tensor:
    """Mean, spread and movement of each latent in windows: (..., n / steps, 3 D)."""
    x = tf.reshape(x, (*x.shape[:-2], x.shape[-2] // steps, steps, x.shape[-1]))
    mean = tf.reduce_mean(x, axis=-2)
    spread = tf.reduce_mean(tf.abs(x - mean[..., None, :]), axis=-2)
    movement = tf.reduce_mean(tf.abs(x[..., 1:, :] - x[..., :-1, :]), axis=-2)
    return tf.concat([mean, spread, movement], axis=-1)


def _norm(x: tf.Tensor) -> tf.Tensor:
    return tf.sqrt(tf.reduce_sum(tf.square(x), axis=-1) + 1e-8)
