from __future__ import annotations

import threading
import unicodedata
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import DeviceError, SettingError
from musicvae.live.storage.names import checked, claim, resolve, take_name


@pytest.mark.parametrize(
    "name", ["jazz", "take 2", "a.b_c-d", "été", "夜", "ночь", "हिन्दी", "7", "console", "x" * 64]
)
def test_names_of_people_are_legal(name: str, tmp_path: Path) -> None:
    path = resolve(tmp_path, name, ".json")
    assert path.parent == tmp_path
    path.write_text("it can be made")
    assert resolve(tmp_path, name, ".json").read_text() == "it can be made"


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../up", "/etc/passwd", "a/b", "a\\b", "C:x", ".hidden", "end.", "end "),
        *(" start", "a\nb", "a\0b", "\x1b[2J", "~root$", "a*", "a?", "[a]", "\ud800", "\u202eabc"),
        *("con", "CON", "nul.tar", "Com1", "LPT9.x", "aux .b", "x" * 65, "𐌰" * 64, "\u200b"),
    ],
)
def test_what_is_no_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be a name: ") as caught:
        resolve(tmp_path, name, ".json")
    assert str(caught.value).isprintable()  # it is sent, and shown in terminals
    assert str(caught.value).encode()


def test_one_letter_has_one_form(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "été")
    assert apart != "été"
    assert resolve(tmp_path, apart, ".tape") == resolve(tmp_path, "été", ".tape")


def test_an_ending_that_was_typed_is_not_doubled(tmp_path: Path) -> None:
    assert resolve(tmp_path, "take.wav", ".wav") == tmp_path / "take.wav"
    assert resolve(tmp_path, "take.WAV", ".wav") == tmp_path / "take.wav"
    assert resolve(tmp_path, "take.wav", ".json") == tmp_path / "take.wav.json"
    with pytest.raises(SettingError, match="1 to 64"):
        checked(".wav", ".wav")


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "presets"
    folder.mkdir()
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    inner = folder / "inner.json"
    inner.write_text("{}")
    for name, target in (
        ("out", secret),
        ("dangling", tmp_path / "not there.json"),
        ("loop", folder / "loop.json"),
        ("fine", inner),
    ):
        (folder / f"{name}.json").symlink_to(target)
        if name == "fine":
            assert resolve(folder, name, ".json").samefile(inner)
        else:
            with pytest.raises(SettingError, match="leads out"):
                resolve(folder, name, ".json")


def test_a_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert resolve(tmp_path / "link", "a", ".wav") == tmp_path / "link" / "a.wav"


@given(st.text(max_size=70) | st.text("./\\:~ aC0", max_size=8))
def test_any_text_is_refused_or_stays_inside(name: str) -> None:
    folder = Path("/somewhere/presets")
    try:
        path = resolve(folder, name, ".json")
    except SettingError:
        return
    assert path.parent == folder
    assert path.suffix == ".json"
    assert checked(path.stem) == path.stem


def test_recordings_are_named_by_the_clock() -> None:
    name = take_name(datetime(2026, 11, 26, 14, 3, 22))
    assert name == "take-2026-11-26-14-03-22"
    assert checked(name) == name


def test_a_claim_overwrites_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "takes"
    assert claim(folder, "take", ".wav") == folder / "take.wav"
    (folder / "take.wav").write_bytes(b"music")
    assert claim(folder, "take", ".wav") == folder / "take-2.wav"
    assert claim(folder, "take.wav", ".wav") == folder / "take-3.wav"
    assert (folder / "take.wav").read_bytes() == b"music"
    with pytest.raises(SettingError, match="cannot be a name"):
        claim(folder, "../take", ".wav")


def test_two_claims_at_once_get_two_files(tmp_path: Path) -> None:
    claimed: list[Path] = []
    threads = [
        threading.Thread(target=lambda: claimed.append(claim(tmp_path, "take", ".wav")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(claimed)) == 8
    assert sorted(claimed) == sorted(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeviceError, match=r"cannot create a file in .*file"):
        claim(tmp_path / "file" / "takes", "take", ".wav")
