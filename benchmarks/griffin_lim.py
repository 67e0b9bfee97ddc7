"""A baseline without a neural decoder: log-mel frames reduced by PCA, inverted by Griffin-Lim.

One frame each 512 samples at 22 050 Hz (43.07 a second) of 80 log-mel bands
(:func:`musicvae.measures.log_mel`) becomes so many numbers, unquantised, by a principal component
analysis of the frames of the training tracks. The way back: the bands; the smooth magnitude
spectrum that has them; phases by Griffin-Lim from a random start. Both directions see the whole
sound, which a model that streams never does.

What was tried on training tracks of four genres and came out equal or worse: the pseudo-inverse of
the mel bands, cut off at 0 (log-mel L1 0.24 instead of 0.22 on jazz); librosa's mel_to_stft, which
starts from that and ends there; no or more momentum, 60 or 200 iterations (within 0.003); frames
interpolated to a hop of 256.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound, resample
from musicvae.measures import log_mel
from musicvae.measures.spectra import (
    COMPARISON_RATE,
    LOG_OFFSET,
    MEL_BANDS,
    MEL_FFT,
    MEL_HOP,
    librosa,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Method:
    """The settings of the inversion.

    Attributes:
        spectrum_updates: multiplicative updates from bands to spectrum.
        iterations: of Griffin-Lim.
        momentum: of its fast form (Perraudin, Balazs & Søndergaard 2013); 0 is the original.
        seed: of the phases that it starts from.
    """

    spectrum_updates: int = 20
    iterations: int = 100
    momentum: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Principal:
    """The principal components of log-mel frames.

    Attributes:
        mean: of the frames, float64 (bands,).
        components: orthonormal rows in order of variance, float64 (D, bands).
    """

    mean: Array
    components: Array

    @classmethod
    def of(cls, frames: NDArray[np.floating], dimensions: int) -> Principal:
        """Fit components to frames of shape (frames, bands)."""
        covariance = np.cov(frames.astype(np.float64), rowvar=False)
        vectors = np.linalg.eigh(covariance)[1][:, ::-1]  # eigh sorts upwards
        return cls(frames.mean(axis=0, dtype=np.float64), vectors[:, :dimensions].T)

    def encode(self, frames: NDArray[np.floating]) -> Array:
        """Frames (frames, bands) as numbers (frames, D)."""
        numbers: Array = (frames - self.mean) @ self.components.T
        return numbers

    def decode(self, numbers: Array) -> Array:
        """Numbers (frames, D) as frames (frames, bands)."""
        return self.mean + numbers @ self.components


@dataclass(frozen=True)
class MelBaseline:
    """The baseline as a model: learns components from sounds, and reconstructs sounds with them."""

    principal: Principal
    method: Method = Method()

    @classmethod
    def fit(
        cls, tracks: Sequence[Sound], dimensions: int, method: Method | None = None
    ) -> MelBaseline:
        """Learn the components from sounds."""
        frames = np.concatenate([log_mel(track) for track in tracks])
        return cls(Principal.of(frames, dimensions), method or Method())

    def reconstruct(self, sound: Sound) -> Sound:
        """The sound from its D numbers a frame: mono, 22 050 Hz, as long as it was."""
        frames = self.principal.decode(self.principal.encode(log_mel(sound)))
        length = len(resample(sound, COMPARISON_RATE).samples)
        return invert(frames, length, self.method)

    def settings(self) -> dict[str, int | float]:
        """All settings that decide the result, besides the sounds."""
        return {"dimensions": len(self.principal.components), **asdict(self.method)}


def invert(frames: Array, length: int, method: Method) -> Sound:
    """The sound of so many samples of log-mel frames (frames, 80), by Griffin & Lim (1984)."""
    bands = np.maximum(np.exp(frames.T) - LOG_OFFSET, 0)
    samples = librosa().griffinlim(
        spectrum_of(bands, method.spectrum_updates).astype(np.float32),
        n_iter=method.iterations,
        n_fft=MEL_FFT,
        hop_length=MEL_HOP,
        momentum=method.momentum,
        length=length,
        random_state=method.seed,
    )
    return Sound.of(samples, COMPARISON_RATE)


def spectrum_of(bands: Array, updates: int) -> Array:
    """A smooth magnitude spectrum (1025, frames), not negative, with these mel bands (80, frames).

    From each bin's share of its bands, by the multiplicative updates for the Kullback-Leibler
    divergence (Lee & Seung 2001; in optics Richardson 1972 and Lucy 1974). Least squares with a
    bound at 0 leaves holes in the spectrum instead, which log magnitudes do not forgive.
    """
    filters = (
        librosa()
        .filters.mel(
            sr=COMPARISON_RATE, n_fft=MEL_FFT, n_mels=MEL_BANDS, fmin=0.0, fmax=COMPARISON_RATE / 2
        )
        .astype(np.float64)
    )
    heard = np.maximum(filters.sum(axis=0), 1e-12)[:, None]  # the bins at 0 Hz and the top are not
    spectrum: Array = filters.T @ (bands / filters.sum(axis=1)[:, None]) / heard
    for _ in range(updates):
        spectrum = spectrum * (filters.T @ (bands / np.maximum(filters @ spectrum, 1e-9))) / heard
    return spectrum
