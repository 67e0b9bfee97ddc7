from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.audio import AudioSpec
from musicvae.data.decode import TrackDecoder
from musicvae.data.filling import TRACKS_PER_WORKER, WAITING, Filler, worker_count
from musicvae.data.index import Index, Outcome, Source
from musicvae.data.store import content_hash
from musicvae.data.tracks import Track, scan
from musicvae.data.worker import Answer, Job, Worker
from musicvae.data.worker import perform as in_this_process

SPEC = AudioSpec(8_000)

#: Holds the lock of a cache until a line arrives.
HOLDER = """
import pathlib, sys
from musicvae.data.store import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def tracks(make_sound: Callable[..., Path], tmp_path: Path) -> list[Track]:
    for number in range(3):
        make_sound(tmp_path / "sources" / f"{number}.wav", rate=8_000, seed=number)
    return list(scan(tmp_path / "sources").tracks)


def test_few_tracks_are_decoded_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(4)), raising=False)
    counts = [worker_count(n * TRACKS_PER_WORKER) for n in (0, 1, 2, 3, 4, 100)]
    assert counts == [1, 1, 2, 3, 4, 4]
    assert worker_count(TRACKS_PER_WORKER + 1) == 2


def test_whoever_fills_a_cache_makes_others_wait(tracks: list[Track], tmp_path: Path) -> None:
    cache, told = tmp_path / "cache", []
    command = [sys.executable, "-c", HOLDER, str(cache)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        def tell(done: int, total: int, key: str) -> None:
            told.append(key)
            if key == WAITING:
                holder.communicate("\n")

        with Index(cache / "index.sqlite") as index:
            found = Filler(index, cache, SPEC).fill(tracks, 1, tell)
    assert told == [WAITING, "0.wav", "1.wav", "2.wav"]
    assert all(each.outcome.stored is not None for each in found.values())


def test_a_source_that_changes_while_it_is_read_is_not_kept(
    tracks: list[Track], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(path: Path, spec: AudioSpec) -> object:
        decoder = TrackDecoder(path, spec)
        if path.name == "1.wav":
            path.write_bytes(path.read_bytes()[:-100])
        return decoder

    monkeypatch.setattr("musicvae.data.worker.TrackDecoder", change)
    cache = tmp_path / "cache"
    with Index(cache / "index.sqlite") as index:
        found = Filler(index, cache, SPEC).fill(tracks, 1, lambda *_: None)
    assert found["1.wav"].digest == ""
    assert found["1.wav"].outcome.reason == "it changed while it was read"
    assert found["0.wav"].outcome.stored is not None


def test_copies_are_decoded_once_however_many_decode(
    tracks: list[Track], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        (tmp_path / "sources" / f"link{number:02d}.wav").symlink_to(tracks[0].path)
    decoded: list[str] = []

    def perform(self: Worker, job: Job) -> Answer:
        decoded.append(job.path)
        return in_this_process(job)

    monkeypatch.setattr("musicvae.data.filling.Worker.perform", perform)
    cache = tmp_path / "cache"
    with Index(cache / "index.sqlite") as index:
        every = list(scan(tmp_path / "sources").tracks)
        found = Filler(index, cache, SPEC).fill(every, 3, lambda *_: None)
    assert len(decoded) == 3
    assert len({each.digest for each in found.values()}) == 3
    assert all(each.outcome.stored is not None for each in found.values())


@pytest.mark.parametrize(
    ("reason", "note", "again"),
    [
        ("empty: a header without samples", "", True),
        ("", "broken off after 1.00 s", True),
        ("", "loud", False),
    ],
)
def test_what_an_older_reader_did_not_read_whole_is_read_again(
    tracks: list[Track], tmp_path: Path, reason: str, note: str, again: bool
) -> None:
    cache = tmp_path / "cache"
    with Index(cache / "index.sqlite") as index:
        filler = Filler(index, cache, SPEC)
        found = filler.fill(tracks, 1, lambda *_: None)[tracks[0].key]
        stored = None if reason else found.outcome.stored
        old = Outcome(stored, reason or None, (note,), decoder="0.12.1")
        source = Source.of(tracks[0].path)
        index.put(source, content_hash(tracks[0].path), found.digest, old)
        index.flush()
        assert (filler.known(tracks[0]) is None) == again
