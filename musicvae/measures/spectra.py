"""Computes the spectra that measures and pictures share."""

from __future__ import annotations

from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples, Sound, no_sound, resample
from musicvae.errors import AudioError, MissingExtraError
from musicvae.isolated import import_numba

#: Rate in Hz to which sounds are resampled before they are compared; that of GTZAN.
COMPARISON_RATE = 22_050
MEL_BANDS = 80
MEL_FFT = 2048  # samples
MEL_HOP = 512  # samples
#: Added to a mel magnitude before its logarithm, so that what is far below it does not count.
LOG_OFFSET = 1e-3


def log_mel(sound: Sound) -> NDArray[np.float32]:
    """The log-mel spectrogram on which all mel-based measures and pictures are based.

    The mean of the channels is resampled to 22 050 Hz. Its magnitude STFT has Hann windows of 2048
    samples and a hop of 512, and is centred, with zeros beyond the ends. It is summed in 80 bands
    from 0 to 11 025 Hz as librosa makes them (Slaney scale, the weights of each band have unit
    area), and the result is ``ln(magnitude + 1e-3)``.

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
    """Power over frequency and time, at the sound's own rate.

    The length of the Hann windows is the power of two nearest to 93 ms (2048 samples at 22 050 Hz),
    and the hop a quarter of it.

    Returns:
        The frequencies in Hz, float64 (bins,), and the power in squared full scale, float64 (bins,
        frames).

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    size = 2 ** round(np.log2(sound.sample_rate * MEL_FFT / COMPARISON_RATE))
    power = magnitude(usable(sound), size, size // 4).astype(np.float64) ** 2
    frequencies: NDArray[np.float64] = librosa().fft_frequencies(sr=sound.sample_rate, n_fft=size)
    return frequencies, power


def onset_strength(sound: Sound) -> NDArray[np.float32]:
    """The increase of energy at each frame: spectral flux of a mel spectrogram, at 22 050 Hz.

    librosa computes it (Böck & Widmer 2013, without the vibrato suppression).

    Returns:
        float32, shape (frames,), in dB; one frame each 512 samples at 22 050 Hz.

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
    """Magnitudes of a centred STFT with Hann windows.

    Args:
        samples: float32, shape (samples,), of any length, full scale ±1.
        size: FFT size in samples, even.
        hop: samples from one frame to the next.
        window: length of the window in samples; ``None`` is the FFT size.

    Returns:
        float32, shape (1 + size // 2, frames), not scaled by the length of the window.

    Raises:
        MissingExtraError: librosa is not installed.
    """
    stft = librosa().stft(
        _padded(samples, size), n_fft=size, hop_length=hop, win_length=window, center=False
    )
    absolute: NDArray[np.float32] = np.abs(stft)
    return absolute


def comparable(sound: Sound) -> Samples:
    """The mean of the channels at 22 050 Hz, float32, shape (samples,), full scale ±1.

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: soxr is not installed.
    """
    usable(sound)
    return resample(Sound.of(sound.mono(), sound.sample_rate), COMPARISON_RATE).mono()


def usable(sound: Sound) -> Samples:
    """The mean of the channels of a sound that can be measured: float32, shape (samples,), ±1.

    Raises:
        AudioError: it is no sound, or is empty or not finite.
    """
    if not isinstance(sound, Sound):
        raise no_sound(sound)
    if not len(sound.samples):
        raise AudioError("nothing to measure", expected="at least one sample", received=sound)
    if not np.isfinite(sound.samples).all():
        raise AudioError("a sound with NaN or infinite samples cannot be measured", received=sound)
    return sound.mono()


def _mel(sound: Sound, **settings: object) -> NDArray[np.float32]:
    """A mel spectrogram at 22 050 Hz, float32 (bands, frames); settings as librosa's."""
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
    """A sound, float32 (samples,), with zeros on both sides: centred, as ``center=True`` does."""
    # librosa's own center=True warns when a sound is shorter than the window.
    return np.pad(samples, size // 2)


def librosa() -> ModuleType:
    """The librosa package, imported at the first call, since importing it takes a second.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import_numba()
        import librosa as library
    except ImportError as error:
        raise MissingExtraError("measure", "librosa", "measuring sounds") from error
    return library
