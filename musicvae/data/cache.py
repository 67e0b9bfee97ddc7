"""Builds a corpus from tracks: each is decoded and resampled once, in parallel, into the cache.

build(tracks) ── unchanged and in the cache? ── yes ──> memory map
                    │ no
                    └─> hash ── content known? ── no ──> worker: decode, resample, write .npy
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from musicvae.audio import AudioSpec
from musicvae.data.corpus import Corpus, Entry
from musicvae.data.filling import Filler, Found, Progress
from musicvae.data.index import Index
from musicvae.data.store import cache_folder
from musicvae.data.tracks import Skipped, Track
from musicvae.data.worker import unwritable
from musicvae.errors import DataError, MissingExtraError
from musicvae.paths import AnyPath, expand
from musicvae.text import printable


def build(
    tracks: Iterable[Track],
    spec: AudioSpec,
    folder: AnyPath | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """Decode the tracks that are not in the cache yet, and open them all as a corpus.

    Args:
        tracks: as :func:`musicvae.data.tracks.scan` finds them.
        spec: the wanted rate in Hz and number of channels.
        folder: folder of the cache; ``None`` is :func:`musicvae.data.store.cache_folder`.
        workers: decoding processes; 1 decodes in this process. ``None`` is one for each core, or
            fewer for few tracks.
        progress: called after each track.

    Returns:
        The tracks that can be used. Each of the others is in ``Corpus.skipped`` with a reason.

    Raises:
        DataError: no track can be used, or the cache cannot be written.
        MissingExtraError: soxr or filelock is not installed.
    """
    for package in ("soxr", "filelock"):
        if find_spec(package) is None:
            raise MissingExtraError("train", package, "filling the cache of decoded tracks")
    wanted = sorted(tracks, key=lambda track: track.key)
    place = expand(folder or cache_folder(), DataError).absolute()
    tell = progress or (lambda done, total, key: None)
    try:
        with Index(place / "index.sqlite") as index:
            found = Filler(index, place, spec).fill(wanted, workers, tell)
    except (OSError, sqlite3.OperationalError) as error:
        raise unwritable(error) from error
    return _corpus(wanted, found, spec, place)


def _corpus(tracks: list[Track], found: dict[str, Found], spec: AudioSpec, folder: Path) -> Corpus:
    """The corpus of the tracks that can be used; a note tells which hold the same bytes."""
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    first: dict[str, str] = {}
    for track in tracks:
        digest, outcome = found[track.key].digest, found[track.key].outcome
        if outcome.stored is None:
            skipped.append(Skipped(track.key, outcome.reason or "not usable"))
            continue
        notes = outcome.notes
        if digest in first:
            notes = (*notes, f"the same bytes as {first[digest]}")
        first.setdefault(digest, track.key)
        entries.append(Entry(track, digest, outcome.stored.samples, notes))
    if not entries:
        reasons = [f"{printable(skip.key)}: {skip.reason}" for skip in skipped]
        raise DataError(
            "no usable track is left",
            expected="at least one track of 1 s or more that can be decoded and is not silent",
            received="; ".join(reasons) or "no tracks",
        )
    return Corpus(spec, folder, tuple(entries), tuple(skipped))
