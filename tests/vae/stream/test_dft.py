"""The Fourier transform as matrix products equals numpy's."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.vae.stream import dft

SIZES = (16, 256, 1024)


@pytest.mark.parametrize("size", SIZES)
def test_inverse(size: int) -> None:
    random = np.random.default_rng(0)
    window, R = random.random(size), dft.root(size)
    spectra = random.standard_normal((5, size // 2)) + 1j * random.standard_normal((5, size // 2))
    spectra[:, 0] = spectra[:, 0].real  # as of a real signal
    scale, first, twiddle, second = dft.inverse(window)
    expected = np.fft.irfft(np.pad(spectra, ((0, 0), (0, 1))), size) * window
    spectra[:, 0] /= 2
    spectra = spectra[:, dft.order(size)]
    x = np.concatenate([p.reshape(5, R, R // 2) for p in (spectra.real, spectra.imag)], axis=2)
    x = second @ ((x @ first) * twiddle).reshape(5, 4 * R, R) * scale
    np.testing.assert_allclose(x.reshape(5, size), expected, atol=1e-6)


@pytest.mark.parametrize("size", SIZES)
def test_forward(size: int) -> None:
    random = np.random.default_rng(0)
    window, R = random.random(size), dft.root(size)
    frames = random.standard_normal((5, size))
    scale, first, twiddle, second = dft.forward(window)
    x = first @ (frames.reshape(5, R, R) * scale) * twiddle
    x = x.reshape(5, R, 4 * R) @ second
    real, imaginary = x.transpose(0, 2, 1).reshape(5, 2, size // 2).transpose(1, 0, 2)
    expected = np.fft.rfft(frames * window)[:, :-1]
    np.testing.assert_allclose(real + 1j * imaginary, expected, atol=1e-5 * size**0.5)


@pytest.mark.parametrize("size", [2, 9, 512])
def test_sizes_that_do_not_split_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="R² points"):
        dft.root(size)
