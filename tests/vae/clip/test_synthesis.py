"""The clip's synthesis beyond its inverse: level, limits, normalisation at the ends, matrices."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from musicvae.vae.clip.fourier import FourierSynthesis, LogMel, magnitudes
from musicvae.vae.spectra import as_matrices

FFT, HOP, FRAMES, BINS = 256, 64, 20, 129


def _tone(layer: FourierSynthesis, bin_: int, level: float = 0.0) -> np.ndarray:
    """The sound of a bin whose phase turns as a steady tone's does."""
    log_magnitude = np.full((1, FRAMES, BINS), -20.0, np.float32)
    log_magnitude[:, :, bin_] = level
    phase = np.zeros_like(log_magnitude)
    phase[0, :, bin_] = 2 * np.pi * bin_ * HOP * np.arange(FRAMES) / FFT
    sound: np.ndarray = layer(tf.constant(log_magnitude), tf.constant(phase)).numpy()[0, :, 0]
    return sound


@pytest.mark.parametrize("as_matrix", [False, True], ids=["fast", "matrix"])
@pytest.mark.parametrize("bin_", [3, 20, 100])
def test_a_turning_bin_is_a_steady_tone_of_its_frequency(bin_: int, as_matrix: bool) -> None:
    layer = FourierSynthesis(FRAMES, FFT, HOP)
    layer.as_matrix = as_matrix
    sound = _tone(layer, bin_)
    assert sound.shape == (FRAMES * HOP,)
    inner = sound[FFT:-FFT]
    spectrum = np.abs(np.fft.rfft(inner[: len(inner) // FFT * FFT]))
    assert spectrum.argmax() == bin_ * (len(inner) // FFT)
    peaks = np.abs(inner).reshape(-1, HOP).max(axis=1)
    assert peaks.min() > 0.9 * peaks.max()


def test_the_level_of_a_tone_is_the_exponential_of_its_magnitude() -> None:
    layer = FourierSynthesis(FRAMES, FFT, HOP)
    loud, quiet = _tone(layer, 16, 0.0), _tone(layer, 16, -3.0)
    np.testing.assert_allclose(quiet, np.exp(-3) * loud, atol=1e-6)
    assert 0.3 < np.abs(loud[FFT:-FFT]).max() < 1.1


def test_magnitudes_are_limited() -> None:
    """An untrained decoder must not overflow: e² is far above full scale."""
    layer = FourierSynthesis(FRAMES, FFT, HOP)
    np.testing.assert_array_equal(_tone(layer, 16, 100.0), _tone(layer, 16, 2.0))


def test_the_ends_are_as_loud_as_the_middle() -> None:
    """Fewer windows overlap there; each sample is divided by the windows that it has."""
    sound = _tone(FourierSynthesis(FRAMES, FFT, HOP), 16)
    level = np.abs(sound).reshape(FRAMES, HOP).max(axis=1)
    assert level[0] == pytest.approx(level[FRAMES // 2], rel=0.7)
    assert level[-1] > 0.3 * level[FRAMES // 2]
    assert np.isfinite(sound).all()


def test_a_frame_sounds_in_its_own_window_alone() -> None:
    layer, frame = FourierSynthesis(FRAMES, FFT, HOP), 9
    base = np.full((1, FRAMES, BINS), -5.0, np.float32)
    phase = tf.random.uniform(base.shape, 0, 6, seed=0)
    before = layer(tf.constant(base), phase).numpy()[0, :, 0]
    base[0, frame] += 2.0
    after = layer(tf.constant(base), phase).numpy()[0, :, 0]
    changed = np.flatnonzero(np.abs(after - before) > 1e-7)
    assert np.abs(after - before).max() > 0.01
    middle = frame * HOP + HOP / 2
    assert middle - FFT / 2 <= changed[0]
    assert changed[-1] <= middle + FFT / 2


def test_it_has_nothing_to_learn_but_passes_gradients_on() -> None:
    layer = FourierSynthesis(FRAMES, FFT, HOP)
    log_magnitude = tf.Variable(tf.fill((1, FRAMES, BINS), -3.0))
    phase = tf.Variable(tf.random.uniform((1, FRAMES, BINS), 0, 6, seed=0))
    with tf.GradientTape() as tape:
        power = tf.reduce_sum(layer(log_magnitude, phase) ** 2)
    assert not layer.trainable_variables
    for gradient in tape.gradient(power, [log_magnitude, phase]):
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 0


def test_matrices_are_used_inside_the_block_alone() -> None:
    layers = [FourierSynthesis(4, FFT, HOP) for _ in range(2)]
    with as_matrices(*layers):
        assert all(layer.as_matrix for layer in layers)
    assert not any(layer.as_matrix for layer in layers)
    with as_matrices(layers[0]):
        assert [layer.as_matrix for layer in layers] == [True, False]


def test_an_error_leaves_the_fast_transform_behind() -> None:
    layer = FourierSynthesis(4, FFT, HOP)

    def fail() -> None:
        assert layer.as_matrix
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"), as_matrices(layer):
        fail()
    assert not layer.as_matrix


def test_a_tone_is_loudest_in_its_own_band_and_ten_times_are_ln_10() -> None:
    layer = LogMel(16_000, FFT, HOP, 24)
    centres = layer.bank.numpy().T @ np.fft.rfftfreq(FFT, 1 / 16_000)
    time = np.arange(2_048) / 16_000
    for frequency in (500.0, 2_000.0, 6_000.0):
        tone = np.sin(2 * np.pi * frequency * time).astype(np.float32)[None, :, None]
        bands = layer(tf.constant(tone)).numpy()[0, 16]
        assert bands.argmax() == np.abs(centres - frequency).argmin()
    noise = np.random.default_rng(0).standard_normal((1, 2_048, 1)).astype(np.float32)
    loud, quiet = layer(tf.constant(noise)), layer(tf.constant(0.1 * noise))
    np.testing.assert_allclose(loud - quiet, np.log(10) / 2, atol=0.02)


def test_magnitudes_are_centred_and_see_no_edge() -> None:
    """The sound is reflected at its ends, so that a steady one has no click there."""
    time = np.arange(2_048)
    tone = np.cos(2 * np.pi * 16 * time / FFT).astype(np.float32)[None]
    found = magnitudes(tf.constant(tone), FFT, HOP).numpy()[0]
    assert (found.argmax(axis=1) == 16).all()
    assert found[:, 40:].max() < 0.05
    click = np.zeros((1, 2_048), np.float32)
    click[0, 10 * HOP + HOP // 2] = 1.0
    energy = magnitudes(tf.constant(click), FFT, HOP).numpy()[0].sum(axis=1)
    assert energy.argmax() == 10
