"""Sounds in memory and on disk: float32, shape (samples, channels), full scale ±1.

Reading and writing need soundfile only, which the base install has. Resampling needs soxr and is
imported when it is first used.
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.errors import AudioError, MissingExtraError, SettingError
from musicvae.files import replacing

Samples = NDArray[np.float32]

#: Endings that the dataset looks at, lower case. What the file holds decides, not its ending.
AUDIO_SUFFIXES = (".wav", ".au", ".flac", ".ogg", ".mp3")


@dataclass(frozen=True)
class AudioSpec:
    """What a model expects of a sound.

    Attributes:
        sample_rate: in Hz, 1 000 to 192 000.
        channels: 1 or 2.

    Raises:
        SettingError: either is out of range.
    """

    sample_rate: int
    channels: int = 1

    def __post_init__(self) -> None:
        if not 1_000 <= self.sample_rate <= 192_000:
            raise SettingError(
                "the sample rate is out of range",
                legal="1000 to 192000 Hz",
                received=self.sample_rate,
            )
        if self.channels not in (1, 2):
            raise SettingError("wrong number of channels", legal="1 or 2", received=self.channels)


@dataclass(frozen=True, eq=False)
class Sound:
    """A sound with its rate; plays inline in a notebook.

    Attributes:
        samples: float32, shape (samples, channels), full scale ±1.
        sample_rate: in Hz.
    """

    samples: Samples
    sample_rate: int

    @classmethod
    def of(cls, samples: ArrayLike, sample_rate: int) -> Sound:
        """A sound from any array of shape (samples,) or (samples, channels)."""
        array = np.asarray(samples, dtype=np.float32)
        if array.ndim == 1:
            array = array[:, None]
        if array.ndim != 2:
            raise AudioError(
                "a sound must be an array of samples",
                legal="shape (samples,) or (samples, channels)",
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
        """The mean of the channels, shape (samples,)."""
        mean: Samples = self.samples.mean(axis=1, dtype=np.float32)
        return mean

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file; see :func:`write`."""
        return write(path, self)

    def _repr_html_(self) -> str:
        buffer = io.BytesIO()
        _soundfile().write(buffer, self.samples, self.sample_rate, format="WAV", subtype="PCM_16")
        data = base64.b64encode(buffer.getvalue()).decode("ascii")
        return f'<audio controls src="data:audio/wav;base64,{data}"></audio>'

    def __repr__(self) -> str:
        return f"Sound({self.seconds:.2f} s, {self.sample_rate} Hz, {self.channels} channel(s))"


class Sounds(list[Sound]):
    """Several sounds; a notebook shows one player for each."""

    def _repr_html_(self) -> str:
        return "<br>".join(sound._repr_html_() for sound in self)

    def write(self, folder: str | os.PathLike[str], stem: str = "sample") -> list[Path]:
        """Write them to ``folder`` as ``<stem>-01.wav``, ``<stem>-02.wav`` and so on."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        return [
            sound.write(Path(folder) / f"{stem}-{number:02d}.wav")
            for number, sound in enumerate(self, start=1)
        ]


def read(path: str | os.PathLike[str]) -> Sound:
    """Read any sound file that libsndfile knows (wav, au, flac, ogg, mp3).

    Returns:
        The sound at the file's own rate and number of channels.

    Raises:
        AudioError: the file is missing or cannot be decoded.
    """
    soundfile = _soundfile()
    try:
        samples, rate = soundfile.read(os.fspath(path), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:
        raise AudioError(
            f"cannot read {Path(path).name!r} as sound",
            legal="wav, au, flac, ogg or mp3 with a readable header",
            received=str(error).rstrip("."),
        ) from error
    return Sound(samples, int(rate))


def write(path: str | os.PathLike[str], sound: Sound, subtype: str = "PCM_24") -> Path:
    """Write a sound so that the file is either whole or not there (temporary file + rename).

    Args:
        path: the file; its ending chooses the format.
        sound: samples beyond ±1 are clipped.
        subtype: a libsndfile sample format such as ``"PCM_16"``, ``"PCM_24"`` or ``"FLOAT"``.

    Returns:
        The path written.

    Raises:
        AudioError: samples are NaN or infinite, or the format is unknown.
    """
    target = Path(path)
    if not np.isfinite(sound.samples).all():
        raise AudioError(f"refusing to write {target.name!r}: samples are NaN or infinite")
    soundfile = _soundfile()
    form = "OGG" if target.suffix.lower() == ".ogg" else target.suffix[1:].upper()
    if form not in soundfile.available_formats():
        raise AudioError(
            "unknown sound format",
            legal=".wav, .flac, .ogg, .au",
            received=target.suffix or "no ending",
        )
    if form == "OGG":
        subtype = "VORBIS"
    with replacing(target) as temporary:
        soundfile.write(
            os.fspath(temporary),
            np.clip(sound.samples, -1, 1),
            sound.sample_rate,
            format=form,
            subtype=subtype,
        )
    return target


def resample(sound: Sound, sample_rate: int) -> Sound:
    """The sound at another rate, band-limited (soxr, HQ); unchanged where the rate is the same.

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


def crossfade(sounds: Iterable[Samples], overlap: int) -> Samples:
    """Join sounds of shape (samples, channels), each overlapping the next by ``overlap`` samples.

    The fade is linear, so that what is correlated across the seam keeps its level.
    """
    joined: Samples | None = None
    ramp = ((np.arange(overlap, dtype=np.float32) + 0.5) / max(overlap, 1))[:, None]
    for piece in sounds:
        if joined is None:
            joined = piece
            continue
        seam = joined[len(joined) - overlap :] * (1 - ramp) + piece[:overlap] * ramp
        joined = np.concatenate([joined[: len(joined) - overlap], seam, piece[overlap:]])
    if joined is None:
        raise AudioError("nothing to join", legal="at least one sound")
    return joined


def _soundfile() -> Any:
    # Late, so that `import musicvae.audio` does not load libsndfile before a file is touched.
    import soundfile

    return soundfile
