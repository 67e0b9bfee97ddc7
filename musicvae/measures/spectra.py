"""Spectra that the measures and the pictures share, so that both look at the same thing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples, Sound, resample
from musicvae.errors import AudioError, MissingExtraError

#: Sounds are compared at one rate (Hz), GTZAN's own, whatever rate each came with.
COMPARISON_RATE = 22_050
MEL_BANDS = 80
MEL_FFT = 2048
MEL_HOP = 512
#: Added to a mel magnitude before its logarithm: what is far below it does not count.
LOG_OFFSET = 1e-3


def log_mel(sound: Sound) -> NDArray[np.float32]:
    """The log-mel spectrogram that every mel-based figure and picture of this project uses.

    Mean of the channels, resampled to 22 050 Hz; magnitude STFT of 2048-sample Hann windows, hop
    512, centred (zeros beyond the ends); 80 bands from 0 to 11 025 Hz as librosa makes them (Slaney
    scale, each band's weights of unit area); ``ln(magnitude + 1e-3)``.

    Returns:
        float32, shape (frames, 80), natural logarithm; frames = 1 + samples // 512 at 22 050 Hz.

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    bands = _mel(sound, n_mels=MEL_BANDS, fmin=0.0, fmax=COMPARISON_RATE / 2, power=1.0)
    logarithm: NDArray[np.float32] = np.log(bands.T + LOG_OFFSET).astype(np.float32)
    return logarithm


def power_spectrogram(sound: Sound) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Power in time and frequency at the sound's own rate.

    Hann windows of the power of two nearest to 93 ms (2048 samples at 22 050 Hz), a quarter apart.

    Returns:
        The frequencies in Hz, shape (bins,), and the power, shape (bins, frames).

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    size = 2 ** round(np.log2(sound.sample_rate * MEL_FFT / COMPARISON_RATE))
    power = magnitude(usable(sound), size, size // 4).astype(np.float64) ** 2
    frequencies: NDArray[np.float64] = librosa().fft_frequencies(sr=sound.sample_rate, n_fft=size)
    return frequencies, power


def onset_strength(sound: Sound) -> NDArray[np.float32]:
    """How much new energy each frame brings: spectral flux of a mel spectrogram in dB.

    As librosa computes it (Böck & Widmer 2013 without the vibrato suppression), at 22 050 Hz.

    Returns:
        float32, shape (frames,), one frame each 512 samples at 22 050 Hz.

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    strength: NDArray[np.float32] = librosa().onset.onset_strength(
        S=librosa().power_to_db(_mel(sound)), sr=COMPARISON_RATE, hop_length=MEL_HOP
    )
    return strength


def magnitude(
    samples: Samples, size: int, hop: int, window: int | None = None
) -> NDArray[np.float32]:
    """Magnitudes of a centred STFT with Hann windows, shape (1 + size // 2, frames).

    Args:
        samples: shape (samples,), of any length.
        size: FFT size in samples, even.
        hop: samples from one frame to the next.
        window: length of the window in samples; the whole FFT when not given.
    """
    stft = librosa().stft(
        _padded(samples, size), n_fft=size, hop_length=hop, win_length=window, center=False
    )
    absolute: NDArray[np.float32] = np.abs(stft)
    return absolute


def comparable(sound: Sound) -> Samples:
    """The mean of the channels at 22 050 Hz, shape (samples,)."""
    usable(sound)
    return resample(Sound.of(sound.mono(), sound.sample_rate), COMPARISON_RATE).mono()


def usable(sound: Sound) -> Samples:
    """The mean of the channels, shape (samples,), of a sound that can be measured.

    Raises:
        AudioError: the sound is empty or not finite.
    """
    if not len(sound.samples):
        raise AudioError("nothing to measure", expected="at least one sample", received=sound)
    if not np.isfinite(sound.samples).all():
        raise AudioError("a sound with NaN or infinite samples cannot be measured", received=sound)
    return sound.mono()


def _mel(sound: Sound, **settings: Any) -> NDArray[np.float32]:
    bands: NDArray[np.float32] = librosa().feature.melspectrogram(
        y=_padded(comparable(sound), MEL_FFT),
        sr=COMPARISON_RATE,
        n_fft=MEL_FFT,
        hop_length=MEL_HOP,
        center=False,
        **settings,
    )
    return bands


def _padded(samples: Samples, size: int) -> Samples:
    # What librosa does for center=True, which warns when a sound is shorter than the window.
    return np.pad(samples, size // 2)


def librosa() -> Any:
    """The library, imported when it is first needed (it takes a while)."""
    try:
        import librosa as library
    except ImportError as error:
        raise MissingExtraError("train", "librosa", "measuring sounds") from error
    return library
