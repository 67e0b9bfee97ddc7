"""Holds decoded tracks as memory maps, so that a data set may be larger than the memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import AudioSpec, Samples
from musicvae.data.decode import RULES
from musicvae.data.store import open_sound, sound_path
from musicvae.data.tracks import Skipped, Track
from musicvae.errors import DataError


@dataclass(frozen=True)
class Entry:
    """One track in the cache.

    Attributes:
        track: the sound file.
        digest: name of the decoded sound, see :mod:`musicvae.data.store`.
        samples: length of the decoded sound, in samples at the corpus's rate.
        notes: what was done to it or is unusual about it.
    """

    track: Track
    digest: str
    samples: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Corpus:
    """The tracks that can be used, at one rate, in the order of their keys.

    Attributes:
        spec: rate in Hz and number of channels.
        folder: folder of the cache.
        entries: one for each track that can be used.
        skipped: the tracks that are not used, each with a reason.
    """

    spec: AudioSpec
    folder: Path
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks themselves."""
        return tuple(entry.track for entry in self.entries)

    @property
    def keys(self) -> tuple[str, ...]:
        """Their keys."""
        return tuple(entry.track.key for entry in self.entries)

    @property
    def notes(self) -> dict[str, tuple[str, ...]]:
        """The notes of each track that has any, by its key."""
        return {entry.track.key: entry.notes for entry in self.entries if entry.notes}

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Length of each track in samples, int64 of shape (tracks,)."""
        return np.array([entry.samples for entry in self.entries], np.int64)

    @property
    def seconds(self) -> float:
        """Length of all tracks together, in seconds."""
        return float(self.lengths.sum()) / self.spec.sample_rate

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of the tracks' contents in order, the rate and the decoding rules."""
        text = "\n".join([f"rules {RULES}", *(entry.digest for entry in self.entries)])
        return hashlib.sha256(text.encode()).hexdigest()

    def audio(self, index: int) -> Samples:
        """The sound of track number ``index``, as a read-only memory map.

        Every call opens the file anew (30 µs), and the file is closed with the array: thousands of
        open maps would exceed the limit of open files, and their pages would count as used memory.

        Returns:
            float32, shape (samples, channels), full scale ±1.
        """
        entry = self.entries[index]
        return open_sound(sound_path(self.folder, entry.digest), entry.samples, self.spec.channels)

    def subset(self, keys: Iterable[str]) -> Corpus:
        """The corpus of the tracks with these keys; its ``skipped`` is empty.

        Raises:
            DataError: a key is not in this corpus, or there are none.
        """
        wanted = set(keys)
        unknown = sorted(wanted - set(self.keys))
        if unknown or not wanted:
            raise DataError(
                "a subset names no tracks, or tracks that are not in the corpus",
                expected=f"keys among {len(self.entries)} tracks such as {self.keys[0]!r}",
                received=", ".join(unknown[:10]) or "no keys",
            )
        kept = tuple(entry for entry in self.entries if entry.track.key in wanted)
        return Corpus(self.spec, self.folder, kept)

    def __len__(self) -> int:
        return len(self.entries)
