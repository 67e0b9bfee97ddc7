"""The decoding rules: from one sound file to what the models train on, or a reason why not.

Each rule has a row in docs/data.md. Whoever changes one raises :data:`RULES`, which is part of the
cache's key, so that no sound made by older rules is used again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.audio import AudioSpec, Samples, Sound, read, resample
from musicvae.data.header import promised_bytes
from musicvae.errors import AudioError

#: Version of the rules in this file.
RULES = 1

SHORTEST_SECONDS = 1.0
#: RMS below which a track is silent, in dBFS.
SILENCE_DBFS = -60.0
#: Mean above which a channel is taken to carry an offset. Music has some 1e-4 over 30 s, and 1e-2
#: in a short cut; below this the samples stay exactly as librosa.load would give them.
OFFSET = 0.02
#: The mean of the channels is dropped where it is this much weaker than the loudest of them.
CANCELLED = 0.1
#: Magnitude from which a sample counts as at full scale.
FULL_SCALE = 0.999
#: Share of samples at full scale from which a track is called clipped.
CLIPPED_SHARE = 0.01
#: Peak, of full scale, beyond which a float file is taken to have another scale. Lossy formats
#: overshoot 1 by a little, which is music and is left alone.
OVERSCALE = 2.0
#: Rates that a real recording may have, in Hz. A header that claims 1 Hz would make gigabytes.
RATES = (1_000, 768_000)


@dataclass(frozen=True, eq=False)
class Decoded:
    """A usable track.

    Attributes:
        samples: float32, shape (samples, channels), at the rate that was asked for.
        notes: what was done to it or is unusual about it, a phrase each.
    """

    samples: Samples
    notes: tuple[str, ...]


def decode(path: Path, spec: AudioSpec) -> Decoded:
    """Read a sound file and bring it to ``spec``.

    Raises:
        AudioError: the track cannot be used; ``error.what`` is the reason, as a phrase.
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
    """Samples at another rate, bit for bit as ``librosa.resample(res_type="soxr_hq")`` gives them.

    librosa rounds the length up, soxr to the nearest; importing librosa takes ten times as long.
    """
    length = int(np.ceil(len(sound.samples) * sample_rate / sound.sample_rate))
    samples = resample(sound, sample_rate).samples[:length]
    return np.pad(samples, ((0, length - len(samples)), (0, 0)))


def _read(path: Path) -> tuple[Sound, list[str]]:
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
    """What can be read of a file that breaks off; in one go, libsndfile gives nothing of a FLAC."""
    soundfile = _soundfile()
    blocks: list[Any] = []
    try:
        with soundfile.SoundFile(path) as file:
            rate = int(file.samplerate)
            while len(block := file.read(rate, dtype="float32", always_2d=True)):
                blocks.append(block)
    except (soundfile.LibsndfileError, OSError, TypeError):
        pass  # the reason is in `error` already
    if not blocks:
        # Without the path, which is not the same for everybody who has this file.
        reason = getattr(error.__cause__, "error_string", "") or str(error.received)
        raise AudioError(f"cannot be decoded: {reason.rstrip('.')}") from error
    return Sound(np.concatenate(blocks), rate)


def _promises_more(path: Path, sound: Sound) -> bool:
    # An MP3's Xing header states its length; MP3 and Ogg are padded by up to a few frames.
    return int(_soundfile().info(str(path)).frames) - len(sound.samples) > sound.sample_rate // 10


def _check(sound: Sound) -> None:
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
    count = samples.shape[1]
    if count == channels:
        return samples
    if channels == 2:
        if count == 1:
            return np.repeat(samples, 2, axis=1)
        notes.append(f"channels 1 and 2 of {count} used")
        return samples[:, :2]
    mono: Samples = samples.mean(axis=1, keepdims=True, dtype=np.float32)
    levels = _rms(samples)
    # The first of those that are alike, so that rounding does not choose.
    loudest = int(np.argmax(levels > 0.99 * levels.max()))
    if _rms(mono)[0] < CANCELLED * levels[loudest]:
        name = ("left", "right")[loudest] if count == 2 else f"channel {loudest + 1}"
        notes.append(f"channels cancel: {name} used")
        return samples[:, loudest : loudest + 1]
    return mono


def _rms(samples: Samples) -> Any:
    """RMS of each channel without its mean, shape (channels,)."""
    # Single precision will do: the offset is small by now, and numpy.std takes ten times as long.
    power = np.array([np.dot(channel, channel) for channel in samples.T], np.float64)
    mean = samples.mean(axis=0, dtype=np.float64)
    return np.sqrt(np.maximum(0, power / len(samples) - mean**2))


def _soundfile() -> Any:
    import soundfile

    return soundfile
