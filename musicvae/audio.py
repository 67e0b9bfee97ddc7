"""Holds sounds in memory, reads and writes them, and changes their rate and channels.

Samples are float32, shape (samples, channels), full scale ±1, everywhere. Reading and writing need
soundfile, which the base install has; changing the rate needs soxr.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.errors import AudioError, MissingExtraError
from musicvae.files import refuse_others, replacing
from musicvae.recipes.audio_spec import AudioSpec as AudioSpec

#: Sound: float32, shape (samples, channels), full scale ±1, unless another shape is documented.
Samples = NDArray[np.float32]

#: Endings of the files that a data set takes, lower case. The format is read from the content.
AUDIO_SUFFIXES = (".wav", ".au", ".flac", ".ogg", ".mp3")

#: The formats that :func:`write` writes, in libsndfile's words, by ending.
_WRITABLE = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".au": "AU"}


@dataclass(frozen=True, eq=False)
class Sound:
    """A sound with its rate; a notebook shows a player for it.

    Attributes:
        samples: float32, shape (samples, channels), full scale ±1.
        sample_rate: in Hz.
    """

    samples: Samples
    sample_rate: int

    @classmethod
    def of(cls, samples: ArrayLike, sample_rate: int) -> Sound:
        """A sound from any numbers, converted to float32.

        Args:
            samples: shape (samples,) or (samples, channels), full scale ±1.
            sample_rate: in Hz.

        Raises:
            AudioError: the shape is another.
        """
        array = np.asarray(samples, dtype=np.float32)
        if array.ndim == 1:
            array = array[:, None]
        if array.ndim != 2:
            raise AudioError(
                "a sound must be an array of samples",
                expected="shape (samples,) or (samples, channels)",
                received=f"shape {array.shape}",
            )
        return cls(np.ascontiguousarray(array), int(sample_rate))

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    def mono(self) -> Samples:
        """The mean of the channels, float32, shape (samples,)."""
        mean: Samples = self.samples.mean(axis=1, dtype=np.float32)
        return mean

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the sound to a file; see :func:`write`."""
        return write(path, self)

    def _repr_html_(self) -> str:
        buffer = io.BytesIO()
        soundfile_module().write(
            buffer, self.samples, self.sample_rate, format="WAV", subtype="PCM_16"
        )
        data = base64.b64encode(buffer.getvalue()).decode("ascii")
        return f'<audio controls src="data:audio/wav;base64,{data}"></audio>'

    def __repr__(self) -> str:
        return f"Sound({self.seconds:.2f} s, {self.sample_rate} Hz, {self.channels} channel(s))"


class Sounds(list[Sound]):
    """Several sounds; a notebook shows one player for each."""

    def _repr_html_(self) -> str:
        return "<br>".join(sound._repr_html_() for sound in self)

    def write(self, folder: str | os.PathLike[str], stem: str = "sample") -> list[Path]:
        """Write the sounds to ``folder`` as ``<stem>-01.wav``, ``<stem>-02.wav`` and so on.

        Returns:
            The paths written.

        Raises:
            AudioError: as :func:`write`.
        """
        Path(folder).mkdir(parents=True, exist_ok=True)
        return [
            sound.write(Path(folder) / f"{stem}-{number:02d}.wav")
            for number, sound in enumerate(self, start=1)
        ]


def read(path: str | os.PathLike[str]) -> Sound:
    """Read any sound file that libsndfile knows (wav, au, flac, ogg, mp3).

    Returns:
        The sound at the file's own rate in Hz and number of channels.

    Raises:
        AudioError: the file is missing or cannot be decoded.
    """
    soundfile = soundfile_module()
    try:
        refuse_others(path)
        samples, rate = soundfile.read(os.fspath(path), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:
        raise AudioError(
            f"cannot read {Path(path).name!r} as sound",
            expected="wav, au, flac, ogg or mp3 with a readable header",
            received=str(error).rstrip("."),
        ) from error
    return Sound(samples, int(rate))


def write(path: str | os.PathLike[str], sound: Sound, subtype: str = "PCM_24") -> Path:
    """Write a sound to a file, whole or not at all.

    Args:
        path: the file; its ending chooses the format: .wav, .flac, .ogg or .au.
        sound: the sound; samples beyond ±1 are clipped.
        subtype: a libsndfile sample format such as ``"PCM_16"``, ``"PCM_24"`` or ``"FLOAT"``;
            an .ogg is always Vorbis.

    Returns:
        The path written.

    Raises:
        AudioError: samples are NaN or infinite, or the format cannot hold this sound.
    """
    target = Path(path)
    if not np.isfinite(sound.samples).all():
        raise AudioError(f"refusing to write {target.name!r}: samples are NaN or infinite")
    form = _WRITABLE.get(target.suffix.lower())
    if form is None:
        raise AudioError(
            f"cannot write {target.name!r}: unknown sound format",
            expected=", ".join(_WRITABLE),
            received=target.suffix or "no ending",
        )
    soundfile = soundfile_module()
    clipped = np.clip(sound.samples, -1, 1)
    subtype = "VORBIS" if form == "OGG" else subtype
    try:
        with replacing(target) as temporary:
            soundfile.write(temporary, clipped, sound.sample_rate, format=form, subtype=subtype)
    except (soundfile.LibsndfileError, ValueError) as error:
        raise AudioError(
            f"cannot write {target.name!r} as {form}",
            received=f"{sound!r}, subtype {subtype}: {str(error).rstrip('.')}",
        ) from error
    return target


def resample(sound: Sound, sample_rate: int) -> Sound:
    """The sound at another rate, band-limited (soxr, quality HQ).

    Args:
        sound: any rate and number of channels.
        sample_rate: in Hz.

    Returns:
        The sound at that rate; the very object where it has that rate.

    Raises:
        MissingExtraError: soxr is not installed.
    """
    if sample_rate == sound.sample_rate:
        return sound
    try:
        import soxr
    except ImportError as error:
        raise MissingExtraError("live", "soxr", "changing the sample rate") from error
    return Sound.of(soxr.resample(sound.samples, sound.sample_rate, sample_rate), sample_rate)


def to_channels(samples: Samples, channels: int) -> Samples:
    """Sound with another number of channels.

    Several channels become one by their mean. Else the channels that are there are taken in turn:
    one is repeated, and of more than are wanted the first are used. The engine does the same in
    place (:func:`musicvae.live.engine.channels.spread`).

    Args:
        samples: float32, shape (samples, n), full scale ±1, n ≥ 1.
        channels: how many are wanted, at least 1.

    Returns:
        float32, shape (samples, channels); the very array where it has as many.
    """
    have = samples.shape[1]
    if have == channels:
        return samples
    if channels == 1:
        mean: Samples = samples.mean(axis=1, keepdims=True, dtype=np.float32)
        return mean
    return samples[:, np.arange(channels) % have]


def crossfade(sounds: Iterable[Samples], overlap: int) -> Samples:
    """Join sounds, each overlapping the next by ``overlap`` samples, with linear fades.

    A linear fade keeps the level where the two sounds are correlated.

    Args:
        sounds: float32, shape (samples, channels) each, full scale ±1.
        overlap: in samples.

    Returns:
        float32, shape (sum of the lengths - overlap · number of overlaps, channels).

    Raises:
        AudioError: there is nothing to join, or a sound is shorter than the overlap.
    """
    pieces = list(sounds)
    if not pieces or not 0 <= overlap <= min(len(piece) for piece in pieces):
        raise AudioError(
            "these sounds cannot be joined",
            expected="at least one sound, and an overlap no longer than the shortest",
            received=f"{len(pieces)} sounds, overlap {overlap} samples",
        )
    starts = np.cumsum([0] + [len(piece) - overlap for piece in pieces[:-1]])
    joined = np.zeros((starts[-1] + len(pieces[-1]), pieces[0].shape[1]), np.float32)
    ramp = ((np.arange(overlap, dtype=np.float32) + 0.5) / max(overlap, 1))[:, None]
    for number, (start, piece) in enumerate(zip(starts, pieces, strict=True)):
        faded = piece.astype(np.float32)  # a copy
        if number > 0:
            faded[:overlap] *= ramp
            joined[start : start + overlap] *= 1 - ramp
        joined[start : start + len(piece)] += faded
    return joined


def soundfile_module() -> ModuleType:
    """The soundfile package, imported at the first call: not before a file is read or written."""
    import soundfile

    module: ModuleType = soundfile
    return module
