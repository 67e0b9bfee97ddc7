"""Causal layers: what each remembers is enough to go on, and no more than it says."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from musicvae.vae.stream.layers import (
    CausalBlock,
    Delayed,
    pack,
    receptive_frames,
    run_stack,
    state_size,
    unpack,
    zero_pasts,
)

WIDTH = 3


def _sequence(frames: int, batch: int = 2) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal((batch, frames, WIDTH)).astype(np.float32)


@pytest.fixture(scope="module", params=[1, 2, 5], ids="dilation {}".format)
def block(request: pytest.FixtureRequest) -> CausalBlock:
    layer = CausalBlock(WIDTH, 8, request.param)
    for index, weight in enumerate(layer.trainable_variables):
        noise = np.random.default_rng(index).standard_normal(weight.shape)
        weight.assign(noise.astype(np.float32))
    return layer


@pytest.mark.parametrize("dilation", [1, 3])
def test_a_frame_stands_beside_the_one_before(dilation: int) -> None:
    x = _sequence(8)
    past = np.full((2, dilation, WIDTH), 7.0, np.float32)
    pairs, after = Delayed(WIDTH, dilation).advance(tf.constant(x), tf.constant(past))
    np.testing.assert_array_equal(pairs[:, :, WIDTH:], x)
    np.testing.assert_array_equal(pairs[:, :dilation, :WIDTH], past)
    np.testing.assert_array_equal(pairs[:, dilation:, :WIDTH], x[:, :-dilation])
    np.testing.assert_array_equal(after, x[:, -dilation:])


def test_a_block_shorter_than_the_memory_keeps_the_rest_of_it() -> None:
    x, past = _sequence(1), _sequence(4) + 10
    _, after = Delayed(WIDTH, 4).advance(tf.constant(x), tf.constant(past))
    np.testing.assert_array_equal(after, np.concatenate([past[:, 1:], x], axis=1))


@pytest.mark.parametrize("cut", [1, 2, 3, 6])
def test_a_block_can_be_cut_anywhere(block: CausalBlock, cut: int) -> None:
    x = tf.constant(_sequence(7))
    (past,) = zero_pasts([block.memory], 2)
    whole, after = block.advance(x, past)
    first, between = block.advance(x[:, :cut], past)
    second, later = block.advance(x[:, cut:], between)
    np.testing.assert_allclose(tf.concat([first, second], axis=1), whole, atol=1e-5)
    np.testing.assert_array_equal(later, after)


def test_a_frame_influences_itself_and_the_one_a_dilation_later(block: CausalBlock) -> None:
    x = _sequence(12)
    (past,) = zero_pasts([block.memory], 2)
    before = block.advance(tf.constant(x), past)[0].numpy()
    x[:, 4] += 1.0
    after = block.advance(tf.constant(x), past)[0].numpy()
    changed = np.flatnonzero(np.abs(after - before).max(axis=(0, 2)) > 0)
    np.testing.assert_array_equal(changed, [4, 4 + block.memory[0]])


def test_a_fresh_block_is_near_the_identity() -> None:
    x = tf.constant(_sequence(50))
    block = CausalBlock(WIDTH, 64, 1)
    change = block.advance(x, zero_pasts([block.memory], 2)[0])[0] - x
    assert 0 < float(tf.math.reduce_std(change)) < 0.5 * float(tf.math.reduce_std(x))


def test_a_stack_applies_one_layer_after_another() -> None:
    x = tf.constant(_sequence(6))
    layers = [CausalBlock(WIDTH, 8, dilation) for dilation in (1, 2)]
    pasts = zero_pasts([layer.memory for layer in layers], 2)
    middle, first = layers[0].advance(x, pasts[0])
    end, second = layers[1].advance(middle, pasts[1])
    out, remembered = run_stack(layers, x, pasts)
    np.testing.assert_array_equal(out, end)
    for one, other in zip(remembered, [first, second], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_stack_needs_a_past_for_each_layer() -> None:
    layers = [Delayed(WIDTH, 1), Delayed(2 * WIDTH, 1)]
    with pytest.raises(ValueError, match="zip"):
        run_stack(layers, tf.constant(_sequence(2)), zero_pasts([(1, WIDTH)], 2))


def test_a_stack_depends_on_as_many_frames_as_it_says() -> None:
    layers = [CausalBlock(WIDTH, 8, dilation) for dilation in (1, 2, 4)]
    memories = [layer.memory for layer in layers]
    reach = receptive_frames(memories)
    assert reach == 1 + 1 + 2 + 4
    x = _sequence(reach + 3, batch=1)
    before = run_stack(layers, tf.constant(x), zero_pasts(memories, 1))[0].numpy()
    x[0, 1] += 1.0
    after = run_stack(layers, tf.constant(x), zero_pasts(memories, 1))[0].numpy()
    changed = np.flatnonzero(np.abs(after - before).max(axis=(0, 2)) > 0)
    assert (changed[0], changed[-1]) == (1, reach)


def test_a_flat_state_is_the_pasts_one_after_another() -> None:
    memories = [(1, 1), (3, 2), (2, 5)]
    size = state_size(memories)
    assert size == 1 + 6 + 10
    state = tf.reshape(tf.range(size, dtype=tf.float32), (1, size))
    pasts = unpack(state, memories)
    assert [tuple(past.shape) for past in pasts] == [(1, 1, 1), (1, 3, 2), (1, 2, 5)]
    assert float(pasts[1][0, 0, 0]) == 1.0
    assert float(pasts[2][0, 1, 4]) == size - 1
    np.testing.assert_array_equal(pack(pasts, memories), state)


def test_a_stream_begins_with_zeros() -> None:
    pasts = zero_pasts([(2, 3), (1, 4)], 5)
    assert [tuple(past.shape) for past in pasts] == [(5, 2, 3), (5, 1, 4)]
    assert not any(past.numpy().any() for past in pasts)
