from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from musicvae.data.tracks import Scan, scan
from musicvae.errors import DataError
from musicvae.genres import GENRES, Genre
from musicvae.registry import Registry
from musicvae.soundfiles import formats

BOSSA = Genre("bossa", folders=("bossa nova",))


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def keys(found: Scan) -> list[str]:
    return [track.key for track in found.tracks]


def test_a_root_of_genres(tmp_path: Path) -> None:
    touch(tmp_path, "rock/b.wav", "jazz/x/a.AU", "jazz/c.flac", "rock/a.ogg", "rock/z.Mp3")
    touch(tmp_path, "features.csv", "rock/cover.png", "rock/notes.txt")
    found = scan(tmp_path)
    assert keys(found) == ["jazz/c.flac", "jazz/x/a.AU", "rock/a.ogg", "rock/b.wav", "rock/z.Mp3"]
    assert found.skipped == ()
    assert all(track.path == tmp_path / track.key for track in found.tracks)


@pytest.mark.parametrize("folder", ["bossa", "Bossa Nova", "BOSSA_NOVA"])
@pytest.mark.parametrize("above", ["", "Data/", "Data/genres_original/"])
def test_the_folder_of_a_genre(tmp_path: Path, folder: str, above: str) -> None:
    touch(tmp_path, f"{above}{folder}/a.wav", f"{above}rock/b.wav", f"pictures/{folder}/a.png")
    found = scan(tmp_path, BOSSA)
    assert keys(found) == ["a.wav"]
    assert found.root == tmp_path / above / folder
    assert keys(scan(found.root, BOSSA)) == ["a.wav"], "the same keys, whichever is pointed at"


def test_the_root_is_the_folder(tmp_path: Path) -> None:
    touch(tmp_path, "mine/a.wav", "bossa nova/disc/b.wav")
    assert keys(scan(tmp_path / "mine", BOSSA)) == ["a.wav"]
    assert keys(scan(tmp_path / "bossa nova", BOSSA)) == ["disc/b.wav"]


def test_a_name_that_no_plugin_knows_is_a_folder(tmp_path: Path) -> None:
    touch(tmp_path, "My Tapes/a.wav", "rock/b.wav")
    assert keys(scan(tmp_path, "my tapes")) == ["a.wav"]


def test_a_name_that_is_neither_registered_nor_a_folder_is_no_label(tmp_path: Path) -> None:
    touch(tmp_path, "loops/a.wav", "rock/b.wav")
    for typed, hint in [("rok", "'rock'"), ("Loop", "'loops'"), ("zzz", "hears all")]:
        with pytest.raises(DataError, match=rf"none of that name is registered.*{hint}"):
            scan(tmp_path, typed)
    with pytest.raises(DataError, match="none of that name is registered"):
        scan(tmp_path / "rock", "loops")
    # What a model says of itself is not mistyped, though its plug-in may be missing here.
    assert keys(scan(tmp_path / "rock", "loops", any_name=True)) == ["b.wav"]
    with pytest.raises(DataError, match="there is no folder"):
        scan(tmp_path, "loop", any_name=True)


def test_a_registered_name_is_proposed(
    tmp_path: Path, fake_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_site.install("my-genres", {"bossa": "my_genres:BOSSA"})
    fake_site.module("my_genres", "from musicvae.genres import Genre\nBOSSA = Genre('bossa')")
    known = Registry(GENRES.group, Genre, "genre", "", "")
    monkeypatch.setattr("musicvae.data.tracks.GENRES", known)
    touch(tmp_path / "sounds", "a.wav")
    with pytest.raises(DataError, match=r"a registered genre: .*bossa.*did you mean 'bossa'"):
        scan(tmp_path / "sounds", "bosa")
    assert keys(scan(tmp_path / "sounds", "bossa")) == ["a.wav"]


def test_no_folder_for_the_genre(tmp_path: Path) -> None:
    touch(tmp_path, "jazz/a.wav", "rock/b.wav")
    with pytest.raises(DataError, match="'jazz', 'rock'"):
        scan(tmp_path, BOSSA)


def test_two_folders_for_the_genre(tmp_path: Path) -> None:
    touch(tmp_path, "bossa/a.wav", "bossa nova/b.wav")
    with pytest.raises(DataError, match="bossa nova"):
        scan(tmp_path, BOSSA)


def test_nothing_there(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt")
    for root in (tmp_path, tmp_path / "a.txt", tmp_path / "absent"):
        with pytest.raises(DataError):
            scan(root)


def test_hidden(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "._a.wav", ".b.wav", ".DS_Store", ".git/c.wav")
    found = scan(tmp_path)
    assert keys(found) == ["a.wav"]
    assert {skip.key for skip in found.skipped} == {"._a.wav", ".b.wav", ".git"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links(tmp_path: Path) -> None:
    touch(tmp_path, "real/jazz/a.wav")
    (tmp_path / "real" / "jazz" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone.wav").symlink_to(tmp_path / "absent.wav")
    (tmp_path / "b.wav").symlink_to(tmp_path / "real" / "jazz" / "a.wav")
    found = scan(tmp_path)
    assert keys(found) == ["b.wav", "real/jazz/a.wav"]
    assert {skip.key: skip.reason for skip in found.skipped} == {
        "again": "a folder that was already looked through",
        "gone.wav": "a broken link",
        "real/jazz/loop": "a folder that was already looked through",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert scan(tmp_path).skipped[0].reason == "not a regular file"


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
def test_a_name_that_is_not_unicode(tmp_path: Path) -> None:
    touch(tmp_path, "音楽/été.wav")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.wav"))).write_bytes(b"x")
    found = scan(tmp_path)
    assert keys(found) == ["音楽/été.wav"]
    assert [(skip.key, skip.reason) for skip in found.skipped] == [
        ("\\xff.wav", "its name is not valid Unicode")
    ]


def test_every_format_that_libsndfile_reads_is_taken(tmp_path: Path) -> None:
    endings = ["wav", "WAV", "wave", "aiff", "AIF", "aifc", "caf", "w64", "rf64", "au", "snd"]
    endings += ["flac", "ogg", "oga", "opus", "mp3", "Mp3"]
    for number, ending in enumerate(endings):
        touch(tmp_path, f"{number}.{ending}")
    found = scan(tmp_path)
    assert len(found.tracks) == len(endings)
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        *((ending, "convert it") for ending in ("m4a", "M4A", "wma", "aac", "ape", "webm", "wv")),
        *((ending, "notes, not sound") for ending in ("mid", "midi")),
        ("xm", "a tracker's song"),
    ],
)
def test_other_sound_is_listed_with_a_reason(tmp_path: Path, ending: str, reason: str) -> None:
    touch(tmp_path, "a.wav", f"b.{ending}", f"._b.{ending}", "cover.jpg", "list.m3u", ".DS_Store")
    (hidden, skipped) = scan(tmp_path).skipped
    assert (skipped.key, hidden.key) == (f"b.{ending}", f"._b.{ending}")
    assert reason in skipped.reason
    assert "macOS" in hidden.reason


def test_a_folder_of_unreadable_sound_says_so(tmp_path: Path) -> None:
    touch(tmp_path, "jazz/a.m4a", "jazz/b.m4a")
    with pytest.raises(DataError, match=r"2 skipped\), such as jazz/a\.m4a: .*convert it"):
        scan(tmp_path)


def test_a_format_that_this_libsndfile_lacks_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "readable_endings", lambda: (".wav",))
    touch(tmp_path, "a.wav", "b.mp3")
    (skipped,) = scan(tmp_path).skipped
    assert (skipped.key, skipped.reason) == ("b.mp3", "this libsndfile does not read MP3")


def test_the_home_folder_is_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    touch(tmp_path, "music/a.wav")
    assert scan("~/music").root == tmp_path / "music"
