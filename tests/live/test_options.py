from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import SettingError
from musicvae.live.options import Options
from musicvae.live.outputs.output import choose


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("gain_db", -96, 12),
        ("seconds", 0.1, 1e6),
        ("block", 16, 8192),
        ("rate", 1_000, 192_000),
        ("channels", 1, 64),
        ("decks", 1, 26),
        ("ahead_ms", 1, 100),
    ],
)
def test_numbers_are_within_their_bounds(name: str, low: float, high: float) -> None:
    options: dict[str, Any]
    for good in (low, high):
        options = {name: good}
        assert getattr(Options(**options), name) == good
    for bad in (low - 0.01, high + 1, float("nan"), float("inf")):
        options = {name: bad}
        with pytest.raises(SettingError, match=f"{low:g} to {high:.9g}"):
            Options(**options)


def test_there_is_no_half_a_deck() -> None:
    with pytest.raises(SettingError, match="a whole number from 1 to 26"):
        Options(decks=2.5)  # type: ignore[arg-type]


def test_what_the_output_needs_is_what_it_takes() -> None:
    """Every name must be a parameter of ``choose``, or the daemon would not start."""
    sound = Options(rate=8000, channels=3, device="horn", block=64, fast=True, ahead_ms=4).sound()
    assert sound == {
        "rate": 8000,
        "channels": 3,
        "device": "horn",
        "block": 64,
        "fast": True,
        "ahead_ms": 4,
        "microphone": None,
    }
    output = choose("null", 16_000, **sound)
    assert (output.sample_rate, output.channels, output.block) == (8000, 3, 64)


def test_the_sound_card_has_a_default_of_its_own() -> None:
    assert "ahead_ms" not in Options().sound()


def test_unknown_options_are_mistakes_of_the_caller() -> None:
    options: Any = {"gian_db": -3}
    with pytest.raises(TypeError, match="gian_db"):
        Options(**options)


@pytest.mark.parametrize(
    ("heard", "device"),
    [(None, None), ("", ""), ("Scarlett", "Scarlett"), ("voice.wav", None), (Path("mic"), None)],
)
def test_only_a_device_that_is_heard_can_be_shared(heard: Any, device: str | None) -> None:
    assert Options(input=heard).microphone == device
