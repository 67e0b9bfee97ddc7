"""What both families share of spectra, against numpy, scipy and librosa."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
import tensorflow as tf
from scipy.signal import windows

from musicvae.vae import spectra


@pytest.mark.parametrize("size", [4, 256, 1000])
def test_the_window_is_the_periodic_one(size: int) -> None:
    window = spectra.hann(size)
    assert window.dtype == np.float64
    np.testing.assert_allclose(window, windows.hann(size + 1)[:-1], atol=1e-15)
    assert window[0] == 0.0
    # Windows a quarter apart add up to 2, which overlap-add relies on.
    np.testing.assert_allclose(window.reshape(4, -1).sum(axis=0), 2.0, atol=1e-12)


def test_white_noise_is_level_over_mel_bands() -> None:
    bank = spectra.mel_bank(16_000, 1_024, 40)
    assert bank.shape == (513, 40)
    assert bank.dtype == np.float32
    np.testing.assert_allclose(np.ones(513) @ bank, 1.0, rtol=1e-5)
    peaks = bank.argmax(axis=0) * 16_000 / 1_024
    assert (np.diff(peaks) > 0).all()


def test_the_highest_bin_can_be_left_out() -> None:
    bank = spectra.mel_bank(16_000, 256, 24, bins=128)
    assert bank.shape == (128, 24)
    np.testing.assert_allclose(bank.sum(axis=0), 1.0, rtol=1e-5)


def test_magnitudes_are_those_of_librosa() -> None:
    audio = 0.1 * np.random.default_rng(0).standard_normal((2, 4_000)).astype(np.float32)
    found = spectra.stft_magnitudes(tf.constant(audio), 512, 128)
    expected = np.abs(librosa.stft(audio, n_fft=512, hop_length=128, center=False))
    np.testing.assert_allclose(found, expected.transpose(0, 2, 1), atol=2e-5)


def test_a_full_scale_sine_peaks_at_a_quarter_of_the_window() -> None:
    sine = np.sin(2 * np.pi * 32 * np.arange(2_048) / 512).astype(np.float32)[None]
    found = spectra.stft_magnitudes(tf.constant(sine), 512, 128).numpy()
    np.testing.assert_allclose(found[:, :, 32], 512 / 4, rtol=1e-4)


def test_silence_has_a_finite_gradient() -> None:
    silence = tf.Variable(tf.zeros((1, 1_024)))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(spectra.stft_magnitudes(silence, 256, 64))
    assert np.isfinite(tape.gradient(total, silence).numpy()).all()


def test_bands_of_channels_lie_side_by_side_at_about_unit_variance() -> None:
    left, right = tf.fill((1, 3, 4), np.float32(np.exp(-6))), tf.fill((1, 3, 4), 1.0)
    bands = spectra.log_bands([left, right]).numpy()
    assert bands.shape == (1, 3, 8)
    np.testing.assert_allclose(bands[0, :, :4], 0.0, atol=0.03)
    np.testing.assert_allclose(bands[0, :, 4:], 3.0, atol=1e-3)
    assert np.isfinite(spectra.log_bands([tf.zeros((1, 1, 1))])).all()


class Layer:
    as_matrix = False


def test_transforms_are_matrices_only_inside_the_block() -> None:
    one, other = Layer(), Layer()
    with spectra.as_matrices(one, other):
        assert one.as_matrix
        assert other.as_matrix
    assert [one.as_matrix, other.as_matrix] == [False, False]
    with pytest.raises(KeyError), spectra.as_matrices(one):
        raise KeyError
    assert [one.as_matrix] == [False]
