"""Spectra as both families use them: windows, magnitudes, mel bands, and the encoders' scale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from musicvae.measures.spectra import librosa

get_window, mel = librosa().filters.get_window, librosa().filters.mel


@contextmanager
def as_matrices(*layers: Any) -> Iterator[None]:
    """While the block runs, these layers' Fourier transforms are matrix products, as ONNX needs."""
    for layer in layers:
        layer.as_matrix = True
    try:
        yield
    finally:
        for layer in layers:
            layer.as_matrix = False


def hann(size: int) -> NDArray[np.float64]:
    """The periodic Hann window of ``size`` samples, float64 (size,), between 0 and 1."""
    window: NDArray[np.float64] = get_window("hann", size, fftbins=True)
    return window


def mel_bank(
    sample_rate: int, fft: int, bands: int, bins: int | None = None
) -> NDArray[np.float32]:
    """Weights of mel bands from 0 Hz to half the sample rate, on Slaney's scale.

    Each band is a mean over its bins, so that white noise has the same level in all bands.

    Args:
        sample_rate: in Hz.
        fft: transform size in samples.
        bands: number of bands.
        bins: number of bins, from 0 Hz on; by default all, fft // 2 + 1.

    Returns:
        float32 (bins, bands); magnitudes (…, bins) are multiplied from the left.
    """
    bank = mel(sr=sample_rate, n_fft=fft, n_mels=bands, norm=None)[:, :bins]
    weights: NDArray[np.float32] = (bank / np.maximum(bank.sum(axis=1, keepdims=True), 1e-9)).T
    return weights


def power(spectrum: tf.Tensor) -> tf.Tensor:
    """Squared magnitudes, float32, of a complex64 spectrum of any shape."""
    return tf.math.real(spectrum) ** 2 + tf.math.imag(spectrum) ** 2


def magnitude(squared: tf.Tensor) -> tf.Tensor:
    """Magnitudes, float32, of a power spectrum of any shape.

    A plain root has an infinite slope at 0: digital silence would make the gradient NaN.
    """
    return tf.sqrt(squared + 1e-10)


def stft_magnitudes(audio: tf.Tensor, fft: int, hop: int) -> tf.Tensor:
    """Magnitudes of the short-time Fourier transform with Hann windows, without padding.

    Args:
        audio: float32 (batch, samples), full scale ±1.
        fft: window and transform size in samples.
        hop: in samples.

    Returns:
        float32 (batch, frames, fft // 2 + 1); a full-scale sine peaks near fft / 4.
    """
    return magnitude(power(tf.signal.stft(audio, fft, hop, fft)))


def log_bands(bands: Iterable[tf.Tensor]) -> tf.Tensor:
    """Natural logarithms of mel-band magnitudes at about unit variance, as encoders take them.

    Args:
        bands: one float32 (batch, frames, bands) for each channel; a full-scale sine peaks near 1.

    Returns:
        float32 (batch, frames, bands × channels).
    """
    logarithms = [tf.math.log(band + 1e-4) for band in bands]
    # Music at -20 dBFS lies around -6 here and spreads by about 2.
    return (tf.concat(logarithms, axis=2) + 6.0) / 2.0
