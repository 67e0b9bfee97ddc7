"""The residual block in numbers: what it adds up, what it normalises, what it lets through."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.vae.layers import MOMENTUM, SLOPE, Resnet1DBlock, instance_norm

KINDS = ("encode", "decode")


@pytest.fixture(scope="module")
def x() -> tf.Tensor:
    return tf.constant(np.random.default_rng(0).standard_normal((3, 16, 4)), tf.float32)


def _block(kind: Any, kernel_size: int = 3) -> Resnet1DBlock:
    keras.utils.set_random_seed(0)
    return Resnet1DBlock(kernel_size, 4, kind)


def _leaky(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, SLOPE * values)


@pytest.mark.parametrize("kind", KINDS)
def test_without_weights_the_input_passes(x: tf.Tensor, kind: str) -> None:
    block = _block(kind)
    block(x)
    block.conv1b.kernel.assign(tf.zeros_like(block.conv1b.kernel))
    np.testing.assert_allclose(block(x), _leaky(x.numpy()), atol=1e-6)


def test_it_is_two_convolutions_added_to_the_input(x: tf.Tensor) -> None:
    """Kernels of 1 are matrix products, which numpy can repeat."""
    block = _block("encode", kernel_size=1)
    block(x)

    def normalised(values: np.ndarray) -> np.ndarray:
        centred = values - values.mean(axis=1, keepdims=True)
        result: np.ndarray = centred / np.sqrt(values.var(axis=1, keepdims=True) + 1e-5)
        return result

    first = _leaky(normalised(x.numpy() @ block.conv1a.kernel.numpy()[0]))
    second = normalised(first @ block.conv1b.kernel.numpy()[0])
    np.testing.assert_allclose(block(x), _leaky(x.numpy() + second), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_convolutions_have_no_bias_and_the_size_that_was_asked_for(
    x: tf.Tensor, kind: str, kernel_size: int
) -> None:
    block = _block(kind, kernel_size)
    block(x)
    for convolution in (block.conv1a, block.conv1b):
        assert convolution.kernel.shape[0] == kernel_size
        assert convolution.bias is None
    trained = sum(int(np.prod(weight.shape)) for weight in block.trainable_weights)
    assert trained == 2 * kernel_size * 4 * 4 + 2 * 2 * 4


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_a_step_reaches_its_neighbours_alone(x: tf.Tensor, kernel_size: int) -> None:
    block = _block("decode", kernel_size)
    before = block(x).numpy()
    changed = x.numpy()
    changed[:, 8] += 1.0
    moved = np.abs(block(tf.constant(changed)).numpy() - before).max(axis=(0, 2))
    reach = kernel_size - 1  # of two convolutions, half a kernel each
    np.testing.assert_array_equal(np.flatnonzero(moved > 1e-7)[[0, -1]], [8 - reach, 8 + reach])


def test_instance_norm_takes_level_and_offset_from_each_channel(x: tf.Tensor) -> None:
    found = instance_norm()(x).numpy()
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(axis=1), 1, atol=1e-3)
    shifted = instance_norm()(7.0 * x + tf.constant([1.0, 2.0, 3.0, 4.0])).numpy()
    np.testing.assert_allclose(shifted, found, atol=1e-3)


def test_over_one_step_instance_norm_leaves_its_offset() -> None:
    """What the notebook's encoder does: its clips are one step long."""
    layer = instance_norm()
    one_step = tf.random.normal((2, 1, 4), seed=0)
    layer(one_step)
    layer.beta.assign([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(layer(one_step)[:, 0], [[1, 2, 3, 4]] * 2, atol=1e-3)


def test_running_statistics_follow_within_some_twenty_steps(x: tf.Tensor) -> None:
    block = _block("decode")
    loud = 3.0 * x
    block(loud, training=True)
    first = block.norm1a.moving_variance.numpy()
    batch = block.conv1a(loud).numpy().var(axis=(0, 1))
    np.testing.assert_allclose(first, MOMENTUM + (1 - MOMENTUM) * batch, rtol=1e-3)
    for _ in range(100):
        block(loud, training=True)
    np.testing.assert_allclose(block.norm1a.moving_variance, batch, rtol=0.02)


def test_playing_changes_no_statistics(x: tf.Tensor) -> None:
    block = _block("decode")
    block(x, training=True)
    before = [weight.numpy().copy() for weight in block.non_trainable_weights]
    block(5.0 * x, training=False)
    for weight, kept in zip(block.non_trainable_weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), kept)


@pytest.mark.parametrize("kind", KINDS)
def test_every_weight_learns(x: tf.Tensor, kind: str) -> None:
    block = _block(kind)
    block(x)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(block(x, training=True) ** 3)
    for gradient in tape.gradient(loss, block.trainable_variables):
        assert np.abs(gradient).max() > 0
