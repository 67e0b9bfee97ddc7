from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.corpus import Corpus
from musicvae.data.store import sound_path
from musicvae.data.tracks import Track, scan
from musicvae.errors import DataError

SPEC = AudioSpec(8_000)


@pytest.fixture
def sources(make_sound: Callable[..., Path], tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    for number in range(4):
        make_sound(folder / f"{number} été.wav", seconds=1.5 + number / 4, seed=number)
    (folder / "text.wav").write_text("not sound")
    return folder


def tracks(folder: Path) -> tuple[Track, ...]:
    return scan(folder).tracks


def sounds(corpus: Corpus) -> list[Path]:
    return [sound_path(corpus.folder, entry.digest) for entry in corpus.entries]


def same(one: Corpus, other: Corpus) -> bool:
    return (
        one.digest == other.digest
        and one.keys == other.keys
        and one.skipped == other.skipped
        and one.notes == other.notes
        and all(np.array_equal(one.audio(i), other.audio(i)) for i in range(len(one)))
    )


def overwrite(path: Path, data: bytes) -> None:
    """Change a file's bytes, but neither its size nor its time."""
    status = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size


def test_a_second_start_opens_no_source(sources: Path, tmp_path: Path) -> None:
    first = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    before = [np.array(first.audio(i)) for i in range(len(first))]
    for track in tracks(sources):
        overwrite(track.path, bytes(track.path.stat().st_size))
    second = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    assert same(first, second)
    assert all(np.array_equal(a, second.audio(i)) for i, a in enumerate(before))
    assert [skip.key for skip in second.skipped] == ["text.wav"]


def test_processes_give_what_one_process_gives(sources: Path, tmp_path: Path) -> None:
    one = build(tracks(sources), SPEC, tmp_path / "one", workers=1)
    two = build(tracks(sources), SPEC, tmp_path / "two", workers=2)
    assert same(one, two)


def test_progress(sources: Path, tmp_path: Path) -> None:
    calls: list[tuple[int, int, str]] = []
    for _ in ("cold", "cached"):
        build(tracks(sources), SPEC, tmp_path / "cache", 1, lambda *call: calls.append(call))
    assert [(done, total) for done, total, _ in calls] == 2 * [(n, 5) for n in range(1, 6)]
    keys = {track.key for track in tracks(sources)}
    assert {key for _, _, key in calls[:5]} == {key for _, _, key in calls[5:]} == keys


def test_a_changed_source_is_read_again(
    make_sound: Callable[..., Path], sources: Path, tmp_path: Path
) -> None:
    first = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    make_sound(sources / "0 été.wav", seconds=3, seed=9)
    (sources / "text.wav").unlink()
    make_sound(sources / "text.wav")
    second = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    assert second.lengths.tolist() == [24_000, *first.lengths[1:], 16_000]
    assert second.digest != first.digest
    assert second.skipped == ()


def test_a_moved_or_touched_source_is_not_decoded(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    sources.rename(tmp_path / "moved")
    os.utime(tmp_path / "moved" / "0 été.wav", ns=(1, 1))
    monkeypatch.setattr("musicvae.data.worker.TrackDecoder", None)
    assert same(build(tracks(tmp_path / "moved"), SPEC, tmp_path / "cache", workers=1), first)


def test_another_rate_is_another_sound(sources: Path, tmp_path: Path) -> None:
    low = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    high = build(tracks(sources), AudioSpec(22_050, 2), tmp_path / "cache", workers=1)
    assert low.digest != high.digest
    assert high.audio(0).shape == (33_075, 2)
    assert low.audio(0).shape == (12_000, 1)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)


def spoil_header(path: Path) -> None:
    path.write_bytes(b"\0" * 64 + path.read_bytes()[64:])


@pytest.mark.parametrize("damage", [cut, flip, spoil_header, Path.unlink])
def test_a_damaged_sound_is_made_again(
    sources: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    first = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    before = [np.array(first.audio(i)) for i in range(len(first))]
    times = [path.stat().st_mtime_ns for path in sounds(first)]
    damage(sounds(first)[1])
    second = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    assert all(np.array_equal(a, second.audio(i)) for i, a in enumerate(before))
    again = [path.stat().st_mtime_ns for path in sounds(second)]
    assert [a == b for a, b in zip(times, again, strict=True)] == [True, False, True, True]


def test_a_copied_cache_is_believed_after_its_checksum(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    for path in sounds(first):
        os.utime(path, ns=(1, 1))
    monkeypatch.setattr("musicvae.data.worker.TrackDecoder", None)
    assert same(build(tracks(sources), SPEC, tmp_path / "cache", workers=1), first)


@pytest.mark.parametrize("damage", [cut, spoil_header, Path.unlink])
def test_a_damaged_index_is_made_anew(
    sources: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    first = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    damage(tmp_path / "cache" / "index.sqlite")
    assert same(build(tracks(sources), SPEC, tmp_path / "cache", workers=1), first)


def test_leftovers_of_a_killed_run_are_removed(sources: Path, tmp_path: Path) -> None:
    first = build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    leftover = sounds(first)[0].parent / ".abc.x1y2.npy"
    leftover.write_bytes(b"half")
    sounds(first)[0].unlink()
    build(tracks(sources), SPEC, tmp_path / "cache", workers=1)
    assert sorted((tmp_path / "cache" / "sounds").rglob("*.npy")) == sorted(sounds(first))


KILLED = """
import sys
from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.tracks import scan
# No __main__ guard, as in most people's scripts.
build(scan(sys.argv[1]).tracks, AudioSpec(8000), sys.argv[2], 2,
      lambda done, total, key: print(done, flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups, no kill -9")
def test_killed_while_building(make_sound: Callable[..., Path], tmp_path: Path) -> None:
    for number in range(40):
        make_sound(tmp_path / "sources" / f"{number}.wav", seconds=4, rate=48_000, seed=number)
    command: list[str | Path] = [
        sys.executable,
        "-c",
        KILLED,
        tmp_path / "sources",
        tmp_path / "cache",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        process.kill()
        process.wait()
        _wait_until_gone(process.pid)
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("[!.]*.npy")}
    assert 5 <= len(made) < 40
    for path in made:
        assert np.isfinite(np.load(path)).all()
    finished = build(tracks(tmp_path / "sources"), SPEC, tmp_path / "cache", workers=1)
    assert same(finished, build(tracks(tmp_path / "sources"), SPEC, tmp_path / "fresh", workers=2))
    assert set((tmp_path / "cache" / "sounds").rglob("*.npy")) == set(sounds(finished))


def _wait_until_gone(group: int) -> None:
    """The decoding processes end by themselves when their parent is killed."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    pytest.fail("a decoding process outlived its parent")


def test_an_error_in_the_callers_progress_stops_the_work(sources: Path, tmp_path: Path) -> None:
    def stop(done: int, total: int, key: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tracks(sources), SPEC, tmp_path / "cache", 2, stop)
    assert len(build(tracks(sources), SPEC, tmp_path / "cache", 1)) == 4


def test_a_source_that_vanished(sources: Path, tmp_path: Path) -> None:
    found = tracks(sources)
    found[0].path.unlink()
    corpus = build(found, SPEC, tmp_path / "cache", workers=1)
    assert corpus.skipped[0].reason == "cannot be read: No such file or directory"


def test_a_cache_that_cannot_be_written(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="MUSICVAE_CACHE"):
        build(tracks(sources), SPEC, tmp_path / "file" / "cache", workers=1)
    (tmp_path / "cache" / "sounds").mkdir(parents=True)
    (tmp_path / "cache" / "sounds").rmdir()
    (tmp_path / "cache" / "sounds").write_text("in the way")
    for workers in (1, 2):
        with pytest.raises(DataError, match="MUSICVAE_CACHE"):
            build(tracks(sources), SPEC, tmp_path / "cache", workers=workers)
