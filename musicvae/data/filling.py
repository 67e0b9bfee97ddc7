"""Finding or making what every track decodes to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue

from musicvae.audio import AudioSpec
from musicvae.data.index import Index, Outcome, Source
from musicvae.data.lock import locked
from musicvae.data.store import (
    check_sound,
    content_hash,
    remove_leftovers,
    sound_digest,
    sound_path,
)
from musicvae.data.tracks import Track
from musicvae.data.worker import Here, Job, Worker

#: Called as ``progress(done, total, key)`` after each track, in the caller's thread.
Progress = Callable[[int, int, str], None]

#: What stands in the place of a key while another process holds the cache's lock.
WAITING = "waiting for another process that fills the cache"

#: A worker takes a third of a second to start; it pays from so many tracks each.
TRACKS_PER_WORKER = 8


@dataclass(frozen=True)
class Found:
    """What one track decodes to.

    Attributes:
        digest: name of the decoded sound; empty where the outcome may differ the next time.
        outcome: what became of it.
    """

    digest: str
    outcome: Outcome


def worker_count(tracks: int) -> int:
    """How many processes to decode so many tracks in; 1 means in this one."""
    try:
        cores = len(os.sched_getaffinity(0))  # a container may lend fewer than there are
    except AttributeError:
        cores = os.cpu_count() or 1
    return max(1, min(cores, -(-tracks // TRACKS_PER_WORKER))) if sys.executable else 1


class Filler:
    """Finds or makes what every track decodes to.

    Args:
        index: of the cache.
        folder: of the cache.
        spec: rate and channels that are wanted.
    """

    def __init__(self, index: Index, folder: Path, spec: AudioSpec) -> None:
        self.index, self.folder, self.spec = index, folder, spec
        self.workers: SimpleQueue[Worker | Here] = SimpleQueue()

    def fill(self, tracks: list[Track], workers: int | None, tell: Progress) -> dict[str, Found]:
        """What each track decodes to, by its key.

        Args:
            tracks: the tracks.
            workers: decoding processes, or ``None`` to choose.
            tell: called after each track.
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
            with locked(self.folder / "lock", lambda: tell(len(found), total, WAITING)):
                remove_leftovers(self.folder)
                missing = look()  # whoever held the lock may have made some
                count = worker_count(len(missing)) if workers is None else max(1, workers)
                with closing(self.make(missing, count)) as results:
                    for track, made in results:
                        found[track.key] = made
                        tell(len(found), total, track.key)
        return found

    def known(self, track: Track) -> Found | None:
        """What the index knows of an unchanged source; opens neither it nor its sound."""
        try:
            source = Source.of(track.path)
        except OSError as error:
            return Found("", Outcome(None, f"cannot be read: {error.strerror}"))
        content = self.index.content(source)
        return None if content is None else self.of_content(source, content)

    def of_content(self, source: Source, content: str) -> Found | None:
        """What the index knows of that content, wherever it lay; damaged sounds are not known."""
        digest = sound_digest(content, self.spec)
        outcome = self.index.outcome(digest)
        if outcome is None:
            return None
        if outcome.stored is None:
            same_decoder = outcome.decoder == version("soundfile")
            return Found(digest, outcome) if same_decoder else None
        path = sound_path(self.folder, digest)
        stored = check_sound(path, outcome.stored, self.spec.channels)
        if stored is None:
            return None
        if stored != outcome.stored:
            outcome = replace(outcome, stored=stored)
            self.index.put(source, content, digest, outcome)
        return Found(digest, outcome)

    def make(self, tracks: list[Track], count: int) -> Generator[tuple[Track, Found], None, None]:
        """Decode in ``count`` processes; yields in the order of completion."""
        crew: list[Worker | Here] = [Here()] if count == 1 else [Worker() for _ in range(count)]
        for worker in crew:
            self.workers.put(worker)
        pool = ThreadPoolExecutor(len(crew), "decode")
        try:
            jobs = {pool.submit(self.make_one, track): track for track in tracks}
            for job in as_completed(jobs):
                yield jobs[job], job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in crew:
                worker.close()  # frees the threads that wait for an answer
            pool.shutdown()
            for worker in crew:
                worker.close()  # one may have been started meanwhile

    def make_one(self, track: Track) -> Found:
        """Read one source and have it decoded, unless its content is known; in a thread."""
        try:
            source = Source.of(track.path)
            content = content_hash(track.path)
        except OSError as error:
            return Found("", Outcome(None, f"cannot be read: {error.strerror}"))
        found = self.of_content(source, content) or self.decode(source, content)
        if found.digest:
            self.index.put(source, content, found.digest, found.outcome)
        return found

    def decode(self, source: Source, content: str) -> Found:
        """Have a source decoded by the next free worker."""
        digest = sound_digest(content, self.spec)
        target = str(sound_path(self.folder, digest))
        job = Job(source.path, target, self.spec.sample_rate, self.spec.channels)
        worker = self.workers.get()
        try:
            answer = worker.perform(job)
        finally:
            self.workers.put(worker)
        try:
            unchanged = Source.of(Path(source.path)) == source
        except OSError:
            unchanged = False
        if not unchanged:
            return Found("", Outcome(None, "it changed while it was read"))
        return Found(digest if answer.lasting else "", answer.outcome)
