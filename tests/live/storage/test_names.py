from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import SettingError
from musicvae.live.storage.names import checked, take_name


@pytest.mark.parametrize(
    "name", ["jazz", "take 2", "a.b_c-d", "été", "夜", "ночь", "हिन्दी", "7", "console", "x" * 64]
)
def test_names_of_people_are_legal(name: str) -> None:
    assert checked(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../up", "/etc/passwd", "a/b", "a\\b", "C:x", ".hidden", "end.", "end "),
        *(" start", "a\nb", "a\0b", "\x1b[2J", "~root$", "a*", "a?", "[a]", "\ud800", "\u202eabc"),
        *("con", "CON", "nul.tar", "Com1", "LPT9.x", "aux .b", "x" * 65, "𐌰" * 64, "\u200b"),
        *(
            "CONIN$",
            "com¹",
            "a\x7f",
            "a\x9bb",
            "a\u2028b",
            "🎷",
            "\ufeffa",
            "a/",
            "a\u2215b",
            "．．／a",
        ),
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match="cannot be a name: ") as caught:
        checked(name, ".json")
    assert str(caught.value).isprintable()  # it is sent, and shown in terminals
    assert str(caught.value).encode()


def test_one_letter_has_one_form() -> None:
    apart = unicodedata.normalize("NFD", "été")
    assert apart != "été"
    assert checked(apart) == checked("été") == "été"


def test_an_ending_that_was_typed_is_not_doubled() -> None:
    assert checked("take.wav", ".wav") == "take"
    assert checked("take.WAV", ".wav") == "take"
    assert checked("take.wav", ".json") == "take.wav"
    with pytest.raises(SettingError, match="1 to 64"):
        checked(".wav", ".wav")


@given(st.text(max_size=70) | st.text("./\\:~ aC0", max_size=8))
def test_any_text_is_refused_or_a_name_of_every_file_system(name: str) -> None:
    try:
        bare = checked(name, ".json")
    except SettingError:
        return
    assert Path(bare).name == bare
    assert not set('/\\:*?"<>|\0') & set(bare)
    assert len(f"{bare}-10000.score.jsonl".encode()) <= 255
    assert checked(bare) == bare


def test_recordings_are_named_by_the_clock() -> None:
    name = take_name(datetime(2026, 11, 26, 14, 3, 22))
    assert name == "take-2026-11-26-14-03-22"
    assert checked(name) == name
