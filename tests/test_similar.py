from __future__ import annotations

import pytest

from musicvae.similar import did_you_mean, nearest

GENRES = ["blues", "jazz", "metal", "Polka"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("jzz", "jazz"), ("jaz", "jazz"), ("mteal", "metal"), ("JAZZ", "jazz"), ("polka", "Polka")],
)
def test_a_slip_of_the_keyboard_is_understood(typed: str, meant: str) -> None:
    assert nearest(typed, GENRES) == meant
    assert did_you_mean(typed, GENRES) == f"did you mean {meant!r}?"


@pytest.mark.parametrize("typed", ["", "symphony", "x" * 10**6, 7])
def test_what_is_like_no_name_is_left_alone(typed: object) -> None:
    assert nearest(typed, GENRES) is None
    assert did_you_mean(typed, GENRES) is None


def test_how_alike_they_must_be_can_be_said() -> None:
    assert nearest("songs.wav", ["voice.wav"], 0.8) is None
    assert nearest("voices.wav", ["voice.wav"], 0.8) == "voice.wav"


def test_nothing_in_a_name_steers_a_terminal() -> None:
    assert did_you_mean("jaz", ["jaz\x1b"]) == "did you mean 'jaz\\x1b'?"
