"""Fills the cache: finds the decoded sound of every track, or has the track decoded."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from musicvae.audio import AudioSpec
from musicvae.data.index import Index, Outcome, Source
from musicvae.data.store import (
    check_sound,
    content_hash,
    locked,
    remove_leftovers,
    sound_digest,
    sound_path,
)
from musicvae.data.tracks import Track
from musicvae.data.worker import Job, SameProcess, Worker, decoder_name

#: Called as ``progress(done, total, key)`` after each track, in the caller's thread.
Progress = Callable[[int, int, str], None]

#: The key that ``progress`` gets while another process holds the cache's lock.
WAITING = "waiting for another process that fills the cache"

#: Tracks for each worker that make up for starting it, which takes a third of a second.
TRACKS_PER_WORKER = 8


@dataclass(frozen=True)
class Found:
    """The outcome of one track.

    Attributes:
        digest: name of the decoded sound; empty where the outcome may differ the next time.
        outcome: the stored sound, or the reason why there is none.
    """

    digest: str
    outcome: Outcome


def worker_count(tracks: int) -> int:
    """The number of processes in which to decode this many tracks; 1 means this process."""
    try:
        cores = len(os.sched_getaffinity(0))  # those that this process may use
    except AttributeError:
        cores = os.cpu_count() or 1
    return max(1, min(cores, -(-tracks // TRACKS_PER_WORKER))) if sys.executable else 1


class Filler:
    """Finds the decoded sound of every track, or has the track decoded.

    Args:
        index: index of the cache.
        folder: folder of the cache.
        spec: the wanted rate in Hz and number of channels.
    """

    def __init__(self, index: Index, folder: Path, spec: AudioSpec) -> None:
        self.index, self.folder, self.spec = index, folder, spec
        self.free: SimpleQueue[Worker | SameProcess] = SimpleQueue()
        self.by_content: defaultdict[str, Lock] = defaultdict(Lock)

    def fill(self, tracks: list[Track], workers: int | None, tell: Progress) -> dict[str, Found]:
        """The outcome of each track, by its key.

        Args:
            tracks: the tracks.
            workers: number of decoding processes, or ``None`` for :func:`worker_count`.
            tell: called after each track.

        Raises:
            DataError: the cache cannot be written, or no process can be started.
            OSError, sqlite3.OperationalError: as :class:`musicvae.data.index.Index`.
        """
        total = len(tracks)
        found: dict[str, Found] = {}

        def look() -> list[Track]:
            missing = []
            for track in tracks:
                if track.key not in found and (known := self.known(track)):
                    found[track.key] = known
                    tell(len(found), total, track.key)
                elif track.key not in found:
                    missing.append(track)
            return missing

        if look():
            with locked(self.folder, lambda: tell(len(found), total, WAITING)):
                remove_leftovers(self.folder)
                missing = look()  # the process that held the lock may have made some
                count = worker_count(len(missing)) if workers is None else max(1, workers)
                with closing(self.make(missing, count)) as results:
                    for track, made in results:
                        found[track.key] = made
                        tell(len(found), total, track.key)
        return found

    def known(self, track: Track) -> Found | None:
        """The outcome of an unchanged source, from the index; opens neither it nor its sound."""
        try:
            source = Source.of(track.path)
        except OSError as error:
            return Found("", Outcome(None, f"cannot be read: {error.strerror}"))
        content = self.index.content(source)
        return None if content is None else self.of_content(source, content)

    def of_content(self, source: Source, content: str) -> Found | None:
        """The outcome of a content, from the index, unless its sound is missing or damaged."""
        digest = sound_digest(content, self.spec)
        outcome = self.index.outcome(digest)
        if outcome is None:
            return None
        if outcome.decoder != decoder_name() and (outcome.stored is None or outcome.is_broken):
            return None
        if outcome.stored is None:
            return Found(digest, outcome)
        path = sound_path(self.folder, digest)
        stored = check_sound(path, outcome.stored, self.spec.channels)
        if stored is None:
            return None
        if stored != outcome.stored:
            outcome = replace(outcome, stored=stored)
            self.index.put(source, content, digest, outcome)
        return Found(digest, outcome)

    def make(self, tracks: list[Track], count: int) -> Generator[tuple[Track, Found], None, None]:
        """Decode in ``count`` processes; yields tracks in the order in which they are done."""
        workers: list[Worker | SameProcess] = (
            [SameProcess()] if count == 1 else [Worker() for _ in range(count)]
        )
        for worker in workers:
            self.free.put(worker)
        pool = ThreadPoolExecutor(count, "decode")
        try:
            jobs = {pool.submit(self.make_one, track): track for track in tracks}
            for job in as_completed(jobs):
                yield jobs[job], job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.close()  # ends the wait of the threads that wait for an answer
            pool.shutdown()
            for worker in workers:
                worker.close()  # a thread may have started one meanwhile

    def make_one(self, track: Track) -> Found:
        """Hash one source, and have it decoded unless its content is known; runs in a thread."""
        try:
            source = Source.of(track.path)
            content = content_hash(track.path)
        except OSError as error:
            return Found("", Outcome(None, f"cannot be read: {error.strerror}"))
        with self.by_content[content]:  # copies of one file are decoded once
            found = self.of_content(source, content) or self.decode(source, content)
            if found.digest:
                self.index.put(source, content, found.digest, found.outcome)
        return found

    def decode(self, source: Source, content: str) -> Found:
        """Have a source decoded by the next free worker."""
        digest = sound_digest(content, self.spec)
        target = str(sound_path(self.folder, digest))
        job = Job(source.path, target, self.spec.sample_rate, self.spec.channels)
        worker = self.free.get()
        try:
            answer = worker.perform(job)
        finally:
            self.free.put(worker)
        try:
            unchanged = Source.of(Path(source.path)) == source
        except OSError:
            unchanged = False
        if not unchanged:
            return Found("", Outcome(None, "it changed while it was read"))
        return Found(digest if answer.lasting else "", answer.outcome)
