"""Keeps decoded tracks on disk: one ``.npy`` for each, named by what it was made from.

    <cache folder>/index.sqlite          the outcome for every source file
    <cache folder>/lock                  held by the process that fills the cache
    <cache folder>/sounds/ab/abcd….npy   float32, shape (samples, channels), full scale ±1

A name is the SHA-256 of the source's bytes, the rate, the channels and the version of the decoding
rules. So the sound of a renamed or copied source is found again, and one that was made by older
rules is not used.

platformdirs finds the cache folder of the system, and filelock locks files.
"""

from __future__ import annotations

import errno
import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from musicvae.audio import AudioSpec, Samples
from musicvae.data.decode import RULES
from musicvae.errors import DataError
from musicvae.files import open_regular, replacing
from musicvae.paths import expand

#: Errors of a file system that has no locks.
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP)


@dataclass(frozen=True)
class Stored:
    """The file of one decoded track, as it was written.

    Attributes:
        samples: length of the sound in samples.
        size: size of the file, in bytes.
        mtime_ns: when the file was last changed, in nanoseconds since 1970.
        crc32: checksum of the samples.
    """

    samples: int
    size: int
    mtime_ns: int
    crc32: int


def cache_folder() -> Path:
    """``$MUSICVAE_CACHE``, or ``musicvae`` in the user's folder for caches on this system.

    Raises:
        DataError: the variable holds no path.
    """
    if named := os.environ.get("MUSICVAE_CACHE"):
        return expand(named, DataError)
    from platformdirs import user_cache_path

    return user_cache_path("musicvae", appauthor=False, opinion=False)


@contextmanager
def locked(folder: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Keep other processes from filling the cache within the ``with`` block.

    The operating system frees the lock when its holder dies. Where the file system has no locks, as
    some network drives, nobody waits: two processes may then decode the same track, but files are
    whole or absent all the same.

    Args:
        folder: folder of the cache; made where missing.
        waiting: called once if another process holds the lock.

    Raises:
        OSError: the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        waiting()
        lock.acquire()
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    try:
        yield
    finally:
        lock.release()


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex; reads it piece by piece.

    Raises:
        OSError: the file cannot be read.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sound_digest(content: str, spec: AudioSpec) -> str:
    """The name, in hex, of the sound that a source with that content hash decodes to."""
    text = f"{content} {spec.sample_rate} Hz {spec.channels} channels rules {RULES}"
    return hashlib.sha256(text.encode()).hexdigest()


def sound_path(folder: Path, digest: str) -> Path:
    """The file of the sound with that digest."""
    return folder / "sounds" / digest[:2] / f"{digest}.npy"


def write_sound(path: Path, blocks: Iterable[Samples], samples: int, channels: int) -> Stored:
    """Write a sound that comes in blocks, whole or not at all.

    Args:
        path: the ``.npy`` file.
        blocks: float32, shape (any length, channels) each, full scale ±1, contiguous.
        samples: their length together, in samples.
        channels: how many they have.

    Raises:
        OSError: it cannot be written.
    """
    shape = {"descr": "<f4", "fortran_order": False, "shape": (samples, channels)}
    crc32 = 0
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, shape)
        for block in blocks:
            data = block.astype("<f4", copy=False).data
            file.write(data)
            crc32 = zlib.crc32(data, crc32)
    status = path.stat()
    return Stored(samples, status.st_size, status.st_mtime_ns, crc32)


def open_sound(path: Path, samples: int, channels: int) -> Samples:
    """Map a sound into memory, read-only: float32, shape (samples, channels), full scale ±1.

    Args:
        path: the ``.npy`` file.
        samples: length of the sound, in samples.
        channels: how many it has.

    Raises:
        OSError: it cannot be opened.
    """
    # numpy.load parses the header as Python, which takes six times as long; the shape is known.
    offset = path.stat().st_size - 4 * samples * channels
    return np.memmap(path, np.float32, "r", offset, (samples, channels))


def check_sound(path: Path, stored: Stored, channels: int) -> Stored | None:
    """Check that a file is still the one that was written.

    Usually its size and time tell. Where the time differs, as in a copied cache, the file is read
    and its checksum compared.

    Args:
        path: the ``.npy`` file.
        stored: the file as it was written.
        channels: number of channels of the sound.

    Returns:
        ``stored`` with the present time of the file; ``None`` where it is missing or damaged.
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


def remove_leftovers(folder: Path) -> None:
    """Remove the unfinished files of a killed run; to be called with the lock held."""
    for path in (folder / "sounds").glob("*/.*.npy"):
        path.unlink(missing_ok=True)
