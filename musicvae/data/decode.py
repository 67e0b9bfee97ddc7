"""Decodes one sound file to the samples that models train on, or says why it cannot be used.

Each rule has a row in docs/data.md. Raise :data:`RULES` when you change a rule: it is part of the
cache's key, so that no sound made by older rules is used again.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import (
    AudioSpec,
    Samples,
    Sound,
    read,
    resample,
    soundfile_module,
    to_channels,
)
from musicvae.errors import AudioError
from musicvae.files import open_regular

#: Version of the rules in this file.
RULES = 1

#: A shorter track is not used.
SHORTEST_SECONDS = 1.0
#: RMS below which a track is silent, in dBFS.
SILENCE_DBFS = -60.0
#: A channel whose mean is larger than this is taken to have an offset. The mean of music is about
#: 1e-4 over 30 s, and 1e-2 over a short piece; below this limit the samples stay exactly as
#: librosa.load would give them.
OFFSET = 0.02
#: Channels cancel each other where the RMS of their mean, divided by that of the loudest of them,
#: is below this.
CANCELLED = 0.1
#: A sample counts as at full scale from this magnitude on.
FULL_SCALE = 0.999
#: A track is called clipped where at least this share of its samples is at full scale.
CLIPPED_SHARE = 0.01
#: A float file with a peak above this is taken to have another full scale than 1. Lossy formats
#: exceed 1 by a little; that is music and is left alone.
OVERSCALE = 2.0
#: Rates that a real recording may have, in Hz. A header that claims 1 Hz would make gigabytes.
RATES = (1_000, 768_000)
#: Lengths in a header that mean "not known yet": 0, or from this on (ffmpeg and sox, to a pipe).
UNKNOWN_LENGTH = 0x7FFFF000


@dataclass(frozen=True, eq=False)
class Decoded:
    """A track that can be used.

    Attributes:
        samples: float32, shape (samples, channels), full scale ±1, at the wanted rate.
        notes: what was done to it or is unusual about it, a phrase each.
    """

    samples: Samples
    notes: tuple[str, ...]


def decode(path: Path, spec: AudioSpec) -> Decoded:
    """Read a sound file and bring it to the wanted rate and number of channels.

    Args:
        path: the file.
        spec: the wanted rate in Hz and number of channels.

    Raises:
        AudioError: the track cannot be used; ``error.what`` is the reason, as a phrase.
        OSError: the file cannot be opened.
    """
    sound, notes = _read(path)
    _check(sound)
    samples = _level(sound.samples, notes)
    samples = _to_channels(samples, spec.channels, notes)
    if sound.sample_rate != spec.sample_rate:
        samples = to_rate(Sound(samples, sound.sample_rate), spec.sample_rate)
        notes.append(f"resampled from {sound.sample_rate} Hz")
    if _rms(samples).max() < 10 ** (SILENCE_DBFS / 20):
        raise AudioError(f"silent: below {SILENCE_DBFS:.0f} dBFS")
    return Decoded(np.ascontiguousarray(samples, np.float32), tuple(notes))


def to_rate(sound: Sound, sample_rate: int) -> Samples:
    """Change the rate, bit for bit as ``librosa.resample(res_type="soxr_hq")`` does.

    The difference is the length: librosa rounds it up, soxr to the nearest. librosa itself is not
    used, since importing it takes ten times as long.

    Args:
        sound: at any rate.
        sample_rate: the wanted rate in Hz.

    Returns:
        float32, shape (samples, channels), full scale ±1.
    """
    length = int(np.ceil(len(sound.samples) * sample_rate / sound.sample_rate))
    samples = resample(sound, sample_rate).samples[:length]
    return np.pad(samples, ((0, length - len(samples)), (0, 0)))


def promised_bytes(path: Path) -> int | None:
    """Size in bytes that the header of a WAV (RIFF) or AU (.snd) file states for the whole file.

    libsndfile reads a file that breaks off without an error, as if it were that short. Comparing
    this size with that of the file tells that a download broke off.

    Returns:
        ``None`` where the header does not say, or the file is of another format.
    """
    with open_regular(path) as file:
        head = file.read(12)
    if len(head) < 12:
        return None
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        offset, (size,) = 8, struct.unpack("<I", head[4:8])
    elif head[:4] == b".snd":
        offset, size = struct.unpack(">II", head[4:12])
    else:
        return None
    return int(offset + size) if 0 < size < UNKNOWN_LENGTH else None


def _read(path: Path) -> tuple[Sound, list[str]]:
    """The whole sound, or what there is of it, and the notes so far."""
    size = path.stat().st_size
    if size == 0:
        raise AudioError("empty: zero bytes")
    try:
        sound, whole = read(path), True
    except AudioError as error:
        sound, whole = _read_until_broken(path, error), False
    promised = promised_bytes(path)
    if not whole or (promised is not None and size < promised) or _promises_more(path, sound):
        return sound, [f"shorter than its header says: broken off after {sound.seconds:.2f} s"]
    return sound, []


def _read_until_broken(path: Path, error: AudioError) -> Sound:
    """Read a broken file second by second: of a FLAC, libsndfile gives all or nothing at once."""
    soundfile = soundfile_module()
    pieces: list[Samples] = []
    try:
        with soundfile.SoundFile(path) as file:
            rate = int(file.samplerate)
            while len(piece := file.read(rate, dtype="float32", always_2d=True)):
                pieces.append(piece)
    except (soundfile.LibsndfileError, OSError, TypeError):
        pass  # the reason is in `error` already
    if not pieces:
        # Without the path, so that the same file has the same reason in every folder.
        reason = getattr(error.__cause__, "error_string", "") or str(error.received)
        raise AudioError(f"cannot be decoded: {reason.rstrip('.')}") from error
    return Sound(np.concatenate(pieces), rate)


def _promises_more(path: Path, sound: Sound) -> bool:
    """Whether the header of an MP3 (Xing) or Ogg states a length that the file does not have."""
    stated = int(soundfile_module().info(str(path)).frames)
    return stated - len(sound.samples) > sound.sample_rate // 10  # encoders pad by less than 0.1 s


def _check(sound: Sound) -> None:
    """Refuse a sound that cannot be used, with the reason."""
    if len(sound.samples) == 0:
        raise AudioError("empty: a header without samples")
    if not RATES[0] <= sound.sample_rate <= RATES[1]:
        raise AudioError(f"claims a sample rate of {sound.sample_rate} Hz")
    bad = int(np.count_nonzero(~np.isfinite(sound.samples)))
    if bad:
        raise AudioError(f"{bad} samples are NaN or infinite")
    if sound.seconds < SHORTEST_SECONDS:
        raise AudioError(f"lasts {sound.seconds:.2f} s: shorter than {SHORTEST_SECONDS:.0f} s")


def _level(samples: Samples, notes: list[str]) -> Samples:
    """Bring another full scale to ±1 and remove offsets; shape (samples, channels) as before."""
    peak = float(max(samples.max(), -samples.min()))
    if peak > OVERSCALE:
        samples = samples / np.float32(peak)
        notes.append(f"scaled down from a peak of {peak:.5g}")
    elif (
        peak >= FULL_SCALE
        and (share := float(np.mean(np.abs(samples) >= FULL_SCALE))) >= CLIPPED_SHARE
    ):
        notes.append(f"clipped: {share:.0%} of the samples at full scale")
    offset = samples.mean(axis=0, dtype=np.float64)
    if np.abs(offset).max() > OFFSET:
        samples = (samples - offset).astype(np.float32)
        notes.append(f"offset of {offset[np.abs(offset).argmax()]:.2g} removed")
    return samples


def _to_channels(samples: Samples, channels: int, notes: list[str]) -> Samples:
    """The same as :func:`musicvae.audio.to_channels`, except for channels that cancel each other.

    Samples are float32, shape (samples, channels), full scale ±1.
    """
    count = samples.shape[1]
    converted = to_channels(samples, channels)
    if count > channels == 2:
        notes.append(f"channels 1 and 2 of {count} used")
    if count > channels == 1:
        levels = _rms(samples)
        # The first of those that are about equally loud, so that rounding does not choose.
        loudest = int(np.argmax(levels > 0.99 * levels.max()))
        if _rms(converted)[0] < CANCELLED * levels[loudest]:
            name = ("left", "right")[loudest] if count == 2 else f"channel {loudest + 1}"
            notes.append(f"channels cancel: {name} used")
            return samples[:, loudest : loudest + 1]
    return converted


def _rms(samples: Samples) -> NDArray[np.float64]:
    """RMS of each channel without its mean, of full scale, float64, shape (channels,)."""
    # float32 is precise enough, as the offset is small by now; numpy.std takes ten times as long.
    power = np.array([np.dot(channel, channel) for channel in samples.T], np.float64)
    mean = samples.mean(axis=0, dtype=np.float64)
    rms: NDArray[np.float64] = np.sqrt(np.maximum(0, power / len(samples) - mean**2))
    return rms
