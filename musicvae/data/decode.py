"""Decodes one sound file to the samples that models train on, or says why it cannot be used.

It is read twice, block by block: what a rule needs to know of the whole sound is measured first,
then the rules are applied. So a sound of any length needs little memory; one that is not long is
kept from the first time. Each rule has a row in docs/data.md. Raise :data:`RULES` when you change
a rule: it is part of the cache's key, so that no sound made by older rules is used again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import AudioSpec, Samples, to_channels
from musicvae.data.totals import LARGEST, Totals
from musicvae.errors import AudioError
from musicvae.soundfiles.conversion import check_rate, gathered, resampled
from musicvae.soundfiles.reader import Reader

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
#: A track is called clipped where at least this share of its samples is at full scale.
CLIPPED_SHARE = 0.01
#: A float file with a peak above this is taken to have another full scale than 1. Lossy formats
#: exceed 1 by a little; that is music and is left alone.
OVERSCALE = 2.0
#: Numbers of a sound that is kept in memory instead of being decoded twice: 128 MiB as float32.
KEPT = 2**25


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
    track = TrackDecoder(path, spec)
    samples = gathered(track.blocks(), spec.channels, track.samples)
    return Decoded(samples, track.notes)


class TrackDecoder:
    """A track that can be used, ready to be decoded in blocks.

    Args:
        path: the file.
        spec: the wanted rate in Hz and number of channels.

    Attributes:
        samples: length in samples at the wanted rate.
        notes: what is done to it or is unusual about it, a phrase each.

    Raises:
        AudioError: the track cannot be used; ``error.what`` is the reason, as a phrase.
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path, spec: AudioSpec) -> None:
        self._reader, self._spec = Reader(path), spec
        self._kept: list[Samples] | None = []
        self._totals = Totals(self._reader.channels)
        for block in self._reader.blocks():
            self._totals.add(block)
            if self._totals.samples * self._reader.channels > KEPT:
                self._kept = None
            if self._kept is not None:
                self._kept.append(block)
        notes = list(self._reader.notes)
        self._check()
        self._scale, self._offset = self._level(notes)
        self._only = self._chosen(notes)
        rate = self._reader.rate
        self.samples = int(np.ceil(self._totals.samples * spec.sample_rate / rate))
        if rate != spec.sample_rate:
            notes.append(f"resampled from {rate} Hz")
        self.notes = tuple(notes)

    def blocks(self) -> Iterator[Samples]:
        """The sound in blocks, float32 (any length, channels), at the wanted rate.

        The rate is changed bit for bit as ``librosa.resample(res_type="soxr_hq")`` does. The
        difference is the length: librosa rounds it up, soxr to the nearest. librosa itself is not
        used, since importing it takes ten times as long.

        Raises:
            AudioError: after the last block: the track is silent, or the file is gone.
        """
        blocks = map(self._levelled, self._kept or self._again())
        heard, left = Totals(self._spec.channels), self.samples
        for block in resampled(blocks, self._reader.rate, self._spec.sample_rate):
            part = np.ascontiguousarray(block[:left])
            left -= len(part)
            heard.add(part)
            yield part
        if left:
            yield np.zeros((left, self._spec.channels), np.float32)
        if heard.rms(self.samples).max() < 10 ** (SILENCE_DBFS / 20):
            raise AudioError(f"silent: below {SILENCE_DBFS:.0f} dBFS")

    def _again(self) -> Iterator[Samples]:
        """The blocks of the file, decoded a second time."""
        try:
            yield from self._reader.blocks()
        except OSError as error:
            raise AudioError(f"cannot be read: {error.strerror}") from error

    def _check(self) -> None:
        """Refuse a sound that cannot be used, with the reason."""
        totals, rate = self._totals, self._reader.rate
        if totals.samples == 0:
            raise AudioError("empty: a header without samples")
        check_rate(rate)
        if totals.bad:
            too = f"above {LARGEST:g}" if totals.peak > LARGEST else "NaN or infinite"
            raise AudioError(f"{totals.bad} samples are {too}")
        if totals.samples < SHORTEST_SECONDS * rate:
            seconds = totals.samples / rate
            raise AudioError(f"lasts {seconds:.2f} s: shorter than {SHORTEST_SECONDS:.0f} s")

    def _level(self, notes: list[str]) -> tuple[np.float32 | None, NDArray[np.float64] | None]:
        """What to divide by and what to subtract from each channel: other full scale, offset."""
        totals, scale = self._totals, None
        if totals.peak > OVERSCALE:
            scale = np.float32(totals.peak)
            notes.append(f"scaled down from a peak of {totals.peak:.5g}")
        elif totals.full_scale >= CLIPPED_SHARE:
            notes.append(f"clipped: {totals.full_scale:.0%} of the samples at full scale")
        offset = totals.means / (1 if scale is None else float(scale))
        if np.abs(offset).max() <= OFFSET:
            return scale, None
        notes.append(f"offset of {offset[np.abs(offset).argmax()]:.2g} removed")
        return scale, offset

    def _chosen(self, notes: list[str]) -> int | None:
        """The channel that is used alone, since the channels cancel each other, or ``None``."""
        count, totals = self._reader.channels, self._totals
        if count > self._spec.channels == 2:
            notes.append(f"channels 1 and 2 of {count} used")
        if not count > self._spec.channels == 1:
            return None
        levels = totals.rms()
        # The first of those that are about equally loud, so that rounding does not choose.
        loudest = int(np.argmax(levels > 0.99 * levels.max()))
        if totals.rms_of_mean() >= CANCELLED * levels[loudest]:
            return None
        name = ("left", "right")[loudest] if count == 2 else f"channel {loudest + 1}"
        notes.append(f"channels cancel: {name} used")
        return loudest

    def _levelled(self, block: Samples) -> Samples:
        """A block of the file with full scale ±1, no offset, and the wanted channels."""
        if self._scale is not None:
            block = block / self._scale
        if self._offset is not None:
            block = (block - self._offset).astype(np.float32)
        if self._only is not None:
            return block[:, self._only : self._only + 1]
        return to_channels(block, self._spec.channels)
