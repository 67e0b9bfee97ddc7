"""Decoded tracks on disk: one ``.npy`` for each, named by what went into it.

    <cache folder>/index.sqlite          what is known of every source file
    <cache folder>/sounds/ab/abcd….npy   float32, shape (samples, channels)

A name is the SHA-256 of the source's bytes, the rate, the channels and the version of the decoding
rules. So a renamed or copied source is found again, and changed rules never meet old sounds.
"""

from __future__ import annotations

import hashlib
import os
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from musicvae.audio import AudioSpec, Samples
from musicvae.data.decode import RULES
from musicvae.files import replacing


@dataclass(frozen=True)
class Stored:
    """How one decoded track lies on disk.

    Attributes:
        samples: its length, in samples.
        size: of the file, in bytes.
        mtime_ns: of the file, in nanoseconds.
        crc32: of the samples.
    """

    samples: int
    size: int
    mtime_ns: int
    crc32: int


def cache_folder() -> Path:
    """``$MUSICVAE_CACHE``, or ``musicvae`` in the platform's folder for caches."""
    if named := os.environ.get("MUSICVAE_CACHE"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        # The XDG specification: a relative path in the variable is to be ignored.
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = named if Path(named).is_absolute() else Path.home() / ".cache"
    return Path(base) / "musicvae"


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex; reads it in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sound_digest(content: str, spec: AudioSpec) -> str:
    """The name of what a source with that content hash decodes to, in hex."""
    text = f"{content} {spec.sample_rate} Hz {spec.channels} channels rules {RULES}"
    return hashlib.sha256(text.encode()).hexdigest()


def sound_path(folder: Path, digest: str) -> Path:
    """Where the sound of that digest lies."""
    return folder / "sounds" / digest[:2] / f"{digest}.npy"


def write_sound(path: Path, samples: Samples) -> Stored:
    """Write float32 samples of shape (samples, channels), whole or not at all."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, samples)
    status = path.stat()
    return Stored(len(samples), status.st_size, status.st_mtime_ns, zlib.crc32(samples.data))


def open_sound(path: Path, samples: int, channels: int) -> Samples:
    """The sound as a read-only memory map, shape (samples, channels)."""
    # numpy.load parses the header as Python, which takes six times as long; the shape is known.
    offset = path.stat().st_size - 4 * samples * channels
    return np.memmap(path, np.float32, "r", offset, (samples, channels))


def check_sound(path: Path, stored: Stored, channels: int) -> Stored | None:
    """Whether the file is still the one that was written.

    Size and time tell in the usual case. A file of another time, as in a copied cache, is read and
    compared by its checksum.

    Returns:
        ``stored``, brought up to date; ``None`` where the file is missing or damaged.
    """
    try:
        status = path.stat()
        if status.st_size != stored.size:
            return None
        if status.st_mtime_ns == stored.mtime_ns:
            return stored
        sound = cast(Samples, np.load(path, mmap_mode="r"))
    except (OSError, ValueError, EOFError):
        return None
    if sound.shape != (stored.samples, channels) or sound.dtype != np.float32:
        return None
    crc32 = 0
    for start in range(0, len(sound), 1 << 20):
        crc32 = zlib.crc32(np.ascontiguousarray(sound[start : start + (1 << 20)]).data, crc32)
    if crc32 != stored.crc32:
        return None
    return Stored(stored.samples, stored.size, status.st_mtime_ns, crc32)


def remove_leftovers(folder: Path) -> int:
    """Remove what a killed run left half-written; to be called while nobody else writes.

    Returns:
        How many files were removed.
    """
    leftovers = list((folder / "sounds").glob("*/.*.npy"))
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)
