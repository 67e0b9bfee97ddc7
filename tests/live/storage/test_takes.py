"""A take overwrites nothing, whatever of it is there already."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.errors import DeviceError, SettingError
from musicvae.live.storage import takes as takes_module
from musicvae.live.storage.folders import Folder, OpenFolder
from musicvae.live.storage.takes import Take, claim


def made(folder: Path, name: str = "solo", **options: bool) -> list[str]:
    """The names of the files that a new take creates."""
    take = claim(Folder(folder), name, **options)
    files = [file for file in (take.wav, take.score) if file is not None]
    names = []
    for file in files:
        file.write(b"new")
        file.close()
    for path in folder.iterdir():
        if path.is_file() and not path.is_symlink() and path.read_bytes() == b"new":
            names.append(path.name)
            path.unlink()
    assert take.path.name in names
    return sorted(names, reverse=True)


def a_file(path: Path) -> None:
    path.write_text("precious")


def a_link_out(path: Path) -> None:
    path.symlink_to(path.parents[1] / "outside")


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parents[1] / "nothing")


def a_pipe(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(path)


def seen(path: Path) -> tuple[int, ...]:
    """What is there: which file, of what kind, how long, and when it was changed."""
    there = path.lstat()
    return there.st_ino, there.st_mode, there.st_size, there.st_mtime_ns


THINGS = pytest.mark.parametrize(
    "thing", [a_file, a_link_out, a_link_to_nothing, a_pipe, Path.mkdir]
)


@THINGS
@pytest.mark.parametrize("suffix", [".wav", ".score.jsonl", ".WAV", ".Score.JSONL"])
@pytest.mark.parametrize("scored", [True, False])
def test_whatever_has_a_name_of_the_take_stays(
    tmp_path: Path, thing: Callable[[Path], None], suffix: str, scored: bool
) -> None:
    takes, outside = tmp_path / "takes", tmp_path / "outside"
    takes.mkdir()
    outside.write_text("precious")
    thing(takes / f"solo{suffix}")
    before = seen(takes / f"solo{suffix}")
    expected = ["solo-2.wav", "solo-2.score.jsonl"] if scored else ["solo-2.wav"]
    assert made(takes, scored=scored) == expected
    assert made(takes, "SOLO", scored=scored)[0] == "SOLO-2.wav"
    assert seen(takes / f"solo{suffix}") == before
    assert outside.read_text() == "precious"
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("solo", "solo"),
        ("solo.wav", "solo"),
        ("solo.score", "solo.score"),
        ("solo.score.jsonl", "solo.score.jsonl"),
        ("a.b", "a.b"),
        ("solo-2", "solo-2"),
        ("ſolo", "ſolo"),  # the long s: its capital is S
        ("夜" * 64, "夜" * 64),
    ],
)
def test_every_name_has_both_files(tmp_path: Path, name: str, expected: str) -> None:
    assert made(tmp_path, name) == [f"{expected}.wav", f"{expected}.score.jsonl"]


def test_it_counts_past_gaps_and_long_names(tmp_path: Path) -> None:
    for taken in ("solo.wav", "solo-2.score.jsonl", "solo-4.wav", f"{'x' * 64}.wav"):
        (tmp_path / taken).touch()
    assert made(tmp_path)[0] == "solo-3.wav"
    assert made(tmp_path, "x" * 64)[0] == f"{'x' * 64}-2.wav"


def test_there_is_an_end_of_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takes_module, "_MOST", 2)
    for taken in ("solo.wav", "solo-2.wav"):
        (tmp_path / taken).touch()
    with pytest.raises(SettingError, match="2 takes of this name"):
        made(tmp_path)


def test_a_link_that_appears_a_moment_later_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the folder was empty when it was listed."""
    takes = tmp_path / "takes"
    takes.mkdir()
    a_link_out(takes / "solo.score.jsonl")
    monkeypatch.setattr(OpenFolder, "names", lambda folder: [])
    assert made(takes) == ["solo-2.wav", "solo-2.score.jsonl"]
    assert not (takes / "solo.wav").exists()  # nothing is left of the first try
    assert not (tmp_path / "outside").exists()


def test_many_at_once_get_files_of_their_own(tmp_path: Path) -> None:
    takes: list[Take] = []
    begin = threading.Barrier(8)

    def take() -> None:
        begin.wait()
        takes.append(claim(Folder(tmp_path), "solo"))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({take.path for take in takes}) == 8
    assert len(list(tmp_path.iterdir())) == 16
    for each in takes:
        each.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_is_discarded_is_only_our_own(tmp_path: Path) -> None:
    take = claim(Folder(tmp_path), "solo")
    (tmp_path / "solo.wav").rename(tmp_path / "kept.wav")
    (tmp_path / "solo.wav").write_text("another's")
    take.discard(take.score)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.wav", "solo.wav"]
    take.discard()
    take.discard()
    assert (tmp_path / "solo.wav").read_text() == "another's"
    assert take.wav.closed


@pytest.mark.parametrize(
    "name", ["..", "../up", "CON", "nul.wav", "end.", "end ", "a\0", "a\n", "/x"]
)
def test_hostile_names_create_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingError, match="cannot be a name"):
        claim(Folder(tmp_path / "takes"), name)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_the_score_keeps_no_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = OpenFolder.create

    def refuse(folder: OpenFolder, name: str) -> object:
        if name.endswith(".jsonl"):
            raise OSError(24, "Too many open files")
        return create(folder, name)

    monkeypatch.setattr(OpenFolder, "create", refuse)
    with pytest.raises(DeviceError, match="Too many open files"):
        claim(Folder(tmp_path), "solo")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeviceError, match=r"cannot create a file in .*file"):
        claim(Folder(tmp_path / "file" / "takes"), "take")
