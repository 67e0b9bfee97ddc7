"""Holds sounds in memory, reads and writes them, and changes their rate and channels.

Samples are float32, shape (samples, channels), full scale ±1, everywhere. Reading and writing need
soundfile, which the base install has; changing the rate needs soxr.
"""

from __future__ import annotations

import base64
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from musicvae.errors import AudioError
from musicvae.files import replacing
from musicvae.paths import AnyPath, expand, output_file
from musicvae.recipes.audio_spec import AudioSpec as AudioSpec
from musicvae.recipes.ranges import is_number
from musicvae.soundfiles.conversion import beginning, check_rate, gathered, resampled
from musicvae.soundfiles.conversion import crossfade as crossfade
from musicvae.soundfiles.conversion import to_channels as to_channels
from musicvae.soundfiles.opening import readable
from musicvae.soundfiles.reader import BLOCK, soundfile_module
from musicvae.soundfiles.samples import Samples as Samples
from musicvae.soundfiles.samples import as_samples, is_samples
from musicvae.soundfiles.writer import Writer

#: The formats that :func:`write` writes, in libsndfile's words, by ending.
WRITABLE = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".au": "AU"}


@dataclass(frozen=True, eq=False)
class Sound:
    """A sound with its rate; a notebook shows a player for it.

    Attributes:
        samples: float32, shape (samples, channels), full scale ±1, which they may exceed; any
            numbers that :meth:`of` takes are converted.
        sample_rate: in Hz.

    Raises:
        AudioError: these are no samples (see :meth:`of`), or the rate is no whole number from 1 on.
    """

    samples: Samples
    sample_rate: int

    def __post_init__(self) -> None:
        if not is_samples(self.samples):
            object.__setattr__(self, "samples", as_samples(self.samples))
        rate = self.sample_rate
        if isinstance(rate, bool) or not isinstance(rate, int | float | np.number):
            whole = False
        else:
            whole = bool(np.isfinite(rate)) and rate == int(rate) and rate >= 1
        if not whole:
            raise AudioError(
                "a sound needs a sample rate", expected="a whole number of Hz", received=rate
            )
        object.__setattr__(self, "sample_rate", int(rate))

    @classmethod
    def of(cls, samples: ArrayLike, sample_rate: int) -> Sound:
        """A sound from any real numbers.

        Floating-point numbers are taken as they are. Whole numbers of 8, 16 and 32 bits are divided
        by their full scale, as they come from other libraries that read sound files
        (:func:`musicvae.soundfiles.samples.as_samples`).

        Args:
            samples: shape (samples,) or (samples, channels).
            sample_rate: in Hz.

        Raises:
            AudioError: the shape or the type is another, channels come first, the full scale is
                obviously another than ±1, or the rate is no rate.
        """
        return cls(as_samples(samples), sample_rate)

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


def no_sound(value: object) -> AudioError:
    """The error for something else where a sound is needed, most often a bare array."""
    if isinstance(value, str | os.PathLike):
        hint = f'musicvae.read("{os.fspath(value)}")'
    else:
        hint = "musicvae.Sound.of(array, sample_rate)"
    return AudioError(
        "this is not a sound, which knows its sample rate",
        expected="a musicvae.Sound",
        received=f"{type(value).__name__}",
        hint=hint,
    )


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
        place = expand(folder, AudioError)
        return [
            sound.write(place / f"{stem}-{number:02d}.wav")
            for number, sound in enumerate(self, start=1)
        ]


def read(path: AnyPath, seconds: float | None = None) -> Sound:
    """Read any sound file that libsndfile knows: wav, aiff, flac, ogg, opus, mp3, au and others.

    A file that breaks off is read up to the break, and one whose header does not know its length to
    its end: as in a data set (``docs/data.md``). :func:`read_with_notes` tells of both.

    Args:
        path: the file; ``~`` is the home folder.
        seconds: read only the beginning, so many seconds or less; ``None`` reads all.

    Returns:
        The sound at the file's own rate in Hz and number of channels.

    Raises:
        AudioError: the file is missing, cannot be decoded, or is too long for the memory; or
            ``seconds`` is below 0 or not finite.
    """
    return read_with_notes(path, seconds)[0]


def read_with_notes(path: AnyPath, seconds: float | None = None) -> tuple[Sound, tuple[str, ...]]:
    """The same as :func:`read`, and what is unusual about the file, a phrase each."""
    if seconds is not None and not (is_number(seconds) and 0 <= seconds < float("inf")):
        raise AudioError(
            "so much of a sound cannot be read",
            expected="seconds from 0 on",
            received=repr(seconds)[:80],
        )
    with readable(path) as reader:
        blocks, expected = reader.blocks(), reader.frames
        if seconds is not None:
            most = round(seconds * reader.rate)
            blocks, expected = beginning(blocks, most), min(most, expected or most)
        samples = gathered(blocks, reader.channels, expected)
        return Sound(samples, reader.rate), tuple(reader.notes)


def read_as(
    path: AnyPath, sample_rate: int, channels: int | None = None
) -> tuple[Sound, tuple[str, ...]]:
    """Read a file at another rate and with another number of channels, as :func:`resample` does.

    It is decoded and converted block by block: only the result is held in memory.

    Args:
        path: as for :func:`read`.
        sample_rate: the wanted rate in Hz.
        channels: the wanted number of channels, as :func:`to_channels` makes them; ``None`` keeps
            those of the file.

    Returns:
        The sound, and what is unusual about the file, a phrase each.

    Raises:
        AudioError: as :func:`read`.
        MissingExtraError: the file has another rate, and soxr is not installed.
    """
    with readable(path) as reader:
        blocks = resampled(reader.blocks(), reader.rate, sample_rate)
        count = channels or reader.channels
        samples = gathered((to_channels(block, count) for block in blocks), count)
        return Sound(samples, sample_rate), tuple(reader.notes)


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
        AudioError: samples are NaN or infinite, or the format cannot hold this sound, or the path
            cannot be a sound file (:func:`musicvae.paths.output_file`).
        OSError: it cannot be written.
    """
    target = output_file(path, WRITABLE, error=AudioError)
    if not isinstance(sound, Sound):
        raise no_sound(sound)
    if not np.isfinite(sound.samples).all():
        raise AudioError(f"refusing to write {target.name!r}: samples are NaN or infinite")
    form = WRITABLE[target.suffix.lower()]
    with (
        replacing(target) as temporary,
        Writer(temporary, sound.sample_rate, sound.channels, form, subtype, target.name) as writer,
    ):
        writer.write(sound.samples)
    return target


def resample(sound: Sound, sample_rate: int) -> Sound:
    """The sound at another rate, band-limited (soxr, quality HQ).

    Args:
        sound: any rate and number of channels.
        sample_rate: in Hz.

    Returns:
        The sound at that rate; the very object where it has that rate.

    Raises:
        AudioError: the sound has a rate that no recording has.
        MissingExtraError: soxr is not installed.
    """
    if sample_rate == sound.sample_rate:
        return sound
    check_rate(sound.sample_rate)
    step = max(1, BLOCK // sound.channels)
    blocks = (sound.samples[at : at + step] for at in range(0, max(1, len(sound.samples)), step))
    channels = sound.channels
    return Sound(gathered(resampled(blocks, sound.sample_rate, sample_rate), channels), sample_rate)
