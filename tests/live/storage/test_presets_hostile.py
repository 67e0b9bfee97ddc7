"""Names, files and folders of others: a preset is none of them, and reaches none of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from musicvae.errors import PresetError, SettingError
from musicvae.live.storage.folders import OpenFolder
from musicvae.live.storage.presets import Presets
from tests.live.storage.preset_models import JAZZ, ROCK, SPACE, STATE


@pytest.mark.parametrize("name", ["../../x", "a/b", "", "nul"])
def test_hostile_names_reach_no_file(presets: Presets, name: str) -> None:
    for act in (
        lambda: presets.save(name, STATE, JAZZ, "jazz"),
        lambda: presets.load(name, JAZZ, "jazz"),
        lambda: presets.delete(name, JAZZ, "jazz"),
    ):
        with pytest.raises(SettingError, match="cannot be a name"):
            act()
    assert not presets.folder.exists()


GOOD = {"musicvae": "preset", "schema": 1, "model": "jazz", "latent_space": SPACE}
GOOD |= {"latent_dim": 4, "saved": "2026-11-26T14:03:22+00:00"}


def holding(state: str) -> str:
    return json.dumps(GOOD)[:-1] + f', "state": {state}}}'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read"),
        ("no json", "cannot be read"),
        ("[1]", "no JSON object but a list"),
        ('"preset"', "no JSON object but a str"),
        ('{"musicvae": "tape"}', "is no preset"),
        ("[" * 100_000, "cannot be read"),
        (holding("[" * 100_000), "cannot be read"),
        (holding('[["/gain", NaN]]'), "NaN is not a number"),
        (holding('[["/gain", -Infinity]]'), "-Infinity is not a number"),
        (holding('[["/gain", 1e999]]'), "not finite"),
        (holding(f'[["/seed", {"9" * 5000}]]'), "cannot be read"),
        (holding(f'[["/seed", {"9" * 50}]]'), "64 bits"),
        (holding('[["/gain", true]]'), "1 or 0"),
        (holding('[["/gain", null]]'), "neither a number nor a text"),
        (holding('[["/gain", [1]]]'), "neither a number nor a text"),
        (holding('[{"/gain": 1}]'), "a message is a list"),
        (holding('["/gain"]'), "a message is a list"),
        (holding("[[]]"), "a message is a list"),
        (holding('[["gain", 1]]'), "no address"),
        (holding('{"/gain": 1}'), "no list of up to"),
        (holding("null"), "no list of up to"),
        (holding("[" + '["/gain", 1],' * 5000 + '["/gain", 1]]'), "no list of up to"),
        (json.dumps(GOOD | {"schema": 2}), "another musicvae.*schema 2"),
        (json.dumps(GOOD), "no list of up to"),
        (" " * 10_000_000, "more than 1048576 bytes"),
        (holding("[" + "[]," * 9_000 + "[]]"), "more than 8192 lists and objects"),
        (json.dumps(GOOD)[:-1] + ', "model": "rain"}', "'model' twice"),
    ],
)
def test_hostile_files_give_a_reason(presets: Presets, text: str, reason: str) -> None:
    path = presets.folder / SPACE / "evil.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(PresetError, match=reason) as caught:
        presets.load("evil", JAZZ, "jazz")
    assert len(str(caught.value)) < 400
    assert presets.names(JAZZ) == ["evil"]
    with pytest.raises(PresetError):
        presets.load("evil", ROCK, "rock")
    presets.delete("evil", JAZZ, "jazz")
    assert presets.names(JAZZ) == []


def test_bytes_that_are_no_text(presets: Presets) -> None:
    path = presets.save("evil", STATE, JAZZ, "jazz")
    path.write_bytes(b'{"musicvae": "\xff"}')
    with pytest.raises(PresetError, match="cannot be read"):
        presets.load("evil", JAZZ, "jazz")


@pytest.mark.parametrize("linked", ["file", "latents", "folder"])
def test_nothing_is_reached_through_a_link(presets: Presets, tmp_path: Path, linked: str) -> None:
    file = presets.save("warm", STATE, JAZZ, "jazz")
    path = {"file": file, "latents": file.parent, "folder": presets.folder}[linked]
    outside = path.rename(tmp_path / "outside")
    path.symlink_to(outside)
    before = sorted((path, path.lstat()) for path in (outside, *outside.rglob("*")))
    for act in (
        lambda: presets.load("warm", JAZZ, "jazz"),
        lambda: presets.save("warm", [], JAZZ, "jazz"),
        lambda: presets.delete("warm", JAZZ, "jazz"),
    ):
        with pytest.raises(SettingError, match="links are not followed"):
            act()
    assert sorted((path, path.lstat()) for path in (outside, *outside.rglob("*"))) == before
    if linked == "file":
        assert presets.names(JAZZ) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_no_preset_and_is_not_waited_for(presets: Presets) -> None:
    path = presets.save("warm", STATE, JAZZ, "jazz")
    path.unlink()
    os.mkfifo(path)
    for act in (
        lambda: presets.load("warm", JAZZ, "jazz"),
        lambda: presets.save("warm", [], JAZZ, "jazz"),
        lambda: presets.delete("warm", JAZZ, "jazz"),
    ):
        with pytest.raises(SettingError, match="is not a file"):
            act()
    assert presets.names(JAZZ) == []


def test_a_name_that_the_file_system_takes_for_another_one(
    presets: Presets, monkeypatch: pytest.MonkeyPatch
) -> None:
    presets.save("warm", STATE, JAZZ, "jazz")
    is_file = OpenFolder.is_file
    monkeypatch.setattr(OpenFolder, "is_file", lambda home, name: is_file(home, name.lower()))
    with pytest.raises(PresetError, match="other capitals"):
        presets.save("Warm", [], JAZZ, "jazz")
    assert presets.load("warm", JAZZ, "jazz") == STATE
