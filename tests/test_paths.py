"""Paths of people: expanded, missing ones called missing, and no output over an input."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import AudioError, SettingError
from musicvae.paths import expand, input_file, output_file, output_folder

SOUNDS = (".wav", ".flac")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.wav"
    path.write_bytes(b"sound")
    return path


def test_the_home_folder_is_meant_as_a_shell_means_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert expand("~/song.wav") == tmp_path / "song.wav"
    assert expand(Path("~")) == tmp_path
    assert expand("~nobody-of-this-name/x.wav") == Path("~nobody-of-this-name/x.wav")
    assert expand("a~b.wav") == Path("a~b.wav")


@pytest.mark.parametrize("path", ["", "a\0b.wav", "a\ud800.wav", 3, None, ["a.wav"]])
def test_what_is_no_path_is_refused(path: Any) -> None:
    for check in (expand, lambda path: input_file(path, "a sound"), output_folder):
        with pytest.raises(SettingError, match="not a path"):
            check(path)
    with pytest.raises(SettingError, match="not a path"):
        output_file(path, SOUNDS)


def test_an_input_may_be_a_file_or_a_link_to_one(tmp_path: Path, song: Path) -> None:
    (tmp_path / "link.wav").symlink_to(song)
    assert input_file(str(song), "a sound") == song
    assert input_file(tmp_path / "link.wav", "a sound") == tmp_path / "link.wav"


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _dead_link(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "there is no file"),
        (_folder, "is a folder"),
        (_pipe, "is a pipe or a device"),
        (_dead_link, "is a link to nothing"),
        (_loop, "is a link to nothing"),
    ],
)
def test_what_is_no_file_to_read(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    make(tmp_path / "take.wav")
    with pytest.raises(AudioError, match=reason) as caught:
        input_file(tmp_path / "take.wav", "a sound file", AudioError)
    assert "take.wav" in str(caught.value)
    assert caught.value.expected == "the path of a sound file"


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path, song: Path) -> None:
    with pytest.raises(SettingError, match=r"did you mean '.*song\.wav'\?"):
        input_file(tmp_path / "sing.wav", "a sound")
    with pytest.raises(SettingError, match="look into the folder"):
        input_file(tmp_path / "other.flac", "a sound")
    with pytest.raises(SettingError, match=r"no folder '.*runs' either"):
        input_file(tmp_path / "runs" / "other.flac", "a sound")
    with pytest.raises(SettingError, match="Hint: make one"):
        input_file(tmp_path / "other.flac", "a sound", hint="make one")
    with pytest.raises(SettingError, match="there is no file"):
        input_file(song / "below.wav", "a sound")
    with pytest.raises(SettingError, match="too long"):
        input_file(tmp_path / ("x" * 300), "a sound")
    with pytest.raises(SettingError, match="too long"):
        output_file(tmp_path / ("x" * 300 + ".wav"), SOUNDS)


def test_a_file_that_may_not_be_read(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
    with pytest.raises(SettingError, match="may not be read by you"):
        input_file(song, "a sound")
    with pytest.raises(SettingError, match="may not be written by you"):
        output_file(song.with_name("new.wav"), SOUNDS)


def test_control_characters_of_a_name_are_escaped(tmp_path: Path) -> None:
    name = "a\nmusicvae: all is well\x1b[2J\u202e.wav"
    with pytest.raises(SettingError) as caught:
        input_file(tmp_path / name, "a sound")
    assert str(caught.value).isprintable()


def test_an_output_may_be_new_or_replace_an_ordinary_file(tmp_path: Path, song: Path) -> None:
    assert output_file(song, SOUNDS) == song
    assert output_file(str(tmp_path / "new" / "folder" / "TAKE.WAV"), SOUNDS).name == "TAKE.WAV"
    assert not (tmp_path / "new").exists()
    _dead_link(tmp_path / "dead.wav")
    output_file(tmp_path / "dead.wav", SOUNDS)  # the link is replaced


@pytest.mark.parametrize("name", ["song.mp3", "song", ".wav", "song.wav.txt", "song.wav/", "."])
def test_an_ending_that_does_not_fit_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioError, match=r"ends in \.wav or \.flac"):
        output_file(f"{tmp_path}/{name}", SOUNDS, error=AudioError)


@pytest.mark.parametrize(("make", "reason"), [(_folder, "a folder"), (_pipe, "a pipe")])
def test_an_output_replaces_only_files(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(tmp_path / "take.wav")
    with pytest.raises(SettingError, match=reason):
        output_file(tmp_path / "take.wav", SOUNDS)


def test_a_write_protected_file_is_not_replaced(song: Path) -> None:
    song.chmod(0o444)
    with pytest.raises(SettingError, match="write-protected"):
        output_file(song, SOUNDS)


def test_an_output_below_a_file_is_refused(tmp_path: Path, song: Path) -> None:
    with pytest.raises(SettingError, match=r"song\.wav' is no folder"):
        output_file(song / "deeper" / "take.wav", SOUNDS)
    with pytest.raises(SettingError, match=r"song\.wav' is no folder"):
        output_folder(song)
    _dead_link(tmp_path / "dead")
    with pytest.raises(SettingError, match="dead' is no folder"):
        output_folder(tmp_path / "dead" / "results")
    assert output_folder(tmp_path / "new") == tmp_path / "new"


def _itself(song: Path) -> Path:
    return song


def _by_the_parent(song: Path) -> Path:
    (song.parent / "runs").mkdir()
    return song.parent / "runs" / ".." / song.name


def _link(song: Path) -> Path:
    (song.parent / "link.wav").symlink_to(song.name)
    return song.parent / "link.wav"


def _hard_link(song: Path) -> Path:
    os.link(song, song.parent / "hard.wav")
    return song.parent / "hard.wav"


def _linked_folder(song: Path) -> Path:
    (song.parent / "here").symlink_to(".")
    return song.parent / "here" / song.name


def _relative(song: Path) -> Path:
    return Path(os.path.relpath(song))


def _at_home(song: Path) -> Path:
    return Path("~") / song.name


@pytest.mark.parametrize(
    "alias",
    [_itself, _by_the_parent, _link, _hard_link, _linked_folder, _relative, _at_home],
)
def test_no_output_replaces_an_input_under_any_name(
    song: Path, alias: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(song.parent))
    monkeypatch.setenv("USERPROFILE", str(song.parent))
    other = alias(song)
    for output, source in ((other, song), (song, other)):
        with pytest.raises(SettingError, match="would replace what it is made from"):
            output_file(output, SOUNDS, inputs=["missing.wav", source])
    output_file(song.with_name("copy.wav"), SOUNDS, inputs=[song])
