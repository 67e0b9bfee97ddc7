"""The decoder's clock: it counts, begins again after a period, and turns each bin at its rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import tensorflow as tf

from musicvae.vae.stream.clock import PERIOD, Clock
from musicvae.vae.stream.fourier import StreamSynthesis

FFT, HOP = 256, 64


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(FFT, HOP)


def _time(frames: Sequence[int]) -> tf.Tensor:
    """The time of each clip of a batch, as the clock remembers it."""
    return tf.reshape(tf.constant(frames, tf.float32), (-1, 1, 1))


@pytest.mark.parametrize("cut", [1, 5, 9])
def test_counting_can_be_cut_anywhere(clock: Clock, cut: int) -> None:
    face, turn, after = clock.advance(tf.constant(10), _time([3]))
    first, turned, between = clock.advance(tf.constant(cut), _time([3]))
    second, turned_on, later = clock.advance(tf.constant(10 - cut), between)
    np.testing.assert_array_equal(tf.concat([first, second], axis=1), face)
    np.testing.assert_array_equal(tf.concat([turned, turned_on], axis=1), turn)
    assert float(between[0, 0, 0]) == 3 + cut
    assert float(later[0, 0, 0]) == float(after[0, 0, 0]) == 13


def test_after_a_period_it_begins_again(clock: Clock) -> None:
    face, turn, after = clock.advance(tf.constant(PERIOD + 2), _time([0]))
    assert float(after[0, 0, 0]) == 2
    np.testing.assert_array_equal(face[:, PERIOD:], face[:, :2])
    np.testing.assert_array_equal(turn[:, PERIOD:], turn[:, :2])


def test_no_two_times_look_alike(clock: Clock) -> None:
    face = clock.advance(tf.constant(PERIOD), _time([0]))[0].numpy()[0]
    assert face.shape == (PERIOD, clock.width)
    assert len(np.unique(face.round(3), axis=0)) == PERIOD
    assert np.abs(face).max() < 6


def test_each_clip_of_a_batch_has_its_own_time(clock: Clock) -> None:
    face, _, after = clock.advance(tf.constant(4), _time([0, 7, PERIOD - 1]))
    np.testing.assert_array_equal(face[1], clock.advance(tf.constant(4), _time([7]))[0][0])
    np.testing.assert_array_equal(after[:, 0, 0], [4, 11, 3])


def test_all_clocks_show_the_same(clock: Clock) -> None:
    """The noise is fixed: what was trained with one clock is played with another."""
    other = Clock(FFT, HOP).advance(tf.constant(20), _time([5]))
    for one, another in zip(clock.advance(tf.constant(20), _time([5])), other, strict=True):
        np.testing.assert_array_equal(one, another)
    assert not clock.trainable_variables


@pytest.mark.parametrize("hop", [64, 32, 16])
def test_a_bin_turns_as_a_tone_of_its_frequency_does(hop: int) -> None:
    turn = Clock(FFT, hop).advance(tf.constant(40), _time([0]))[1].numpy()[0]
    frames, bins = np.arange(40)[:, None], np.arange(FFT // 2)[None]
    expected = 2 * np.pi * bins * hop * frames / FFT
    np.testing.assert_allclose(np.exp(1j * turn), np.exp(1j * expected), atol=1e-4)


def test_with_it_equal_spectra_are_a_steady_tone(clock: Clock) -> None:
    frames, bin_ = 24, 9
    log_magnitude = np.full((1, frames, FFT // 2), -20.0, np.float32)
    log_magnitude[:, :, bin_] = 0.0
    synthesis = StreamSynthesis(1, FFT, HOP)
    turn = clock.advance(tf.constant(frames), _time([0]))[1]
    past = tf.zeros((1, *synthesis.memory))
    tone = synthesis.advance(tf.constant(log_magnitude), turn, past)[0].numpy()[0, FFT:, 0]
    time = np.arange(FFT, FFT + len(tone))
    np.testing.assert_allclose(tone, 0.5 * np.cos(2 * np.pi * bin_ * time / FFT), atol=1e-4)
    still = synthesis.advance(tf.constant(log_magnitude), tf.zeros_like(turn), past)[0]
    assert np.abs(still.numpy()[0, FFT:, 0] - tone).max() > 0.1
