"""Memories as jobs: loaded, listed, limited; whatever is wrong with one, the deck plays on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.latents.memories import make_memory


@pytest.fixture
def good(models: Path) -> Path:
    """A memory beside the models, of the latent space of ``jazz``."""
    return make_memory().save(models / "even.memory")


def source(rig: Any, deck: str = "a") -> str:
    """What moves the latents of a deck."""
    return str(rig.engine.decks[deck].voice.controls.active_source)


@pytest.mark.usefixtures("good")
def test_a_memory_is_loaded_and_plays(rig: Any) -> None:
    assert rig.done("/memory/load", "even") == ["even"]
    assert source(rig) == "memory"
    assert rig.done("/style", "odd") == ["odd"]
    said = rig.failed("/style", "polka")
    assert "no style, track or genre" in said
    assert "musicvae inspect MODEL --memory" in said
    assert "did you mean 'track 1'?" in rig.failed("/style", "trak 1")


def spoiled(data: bytes) -> dict[str, bytes]:
    return {
        "torn": data[:-50],
        "altered": data[:-50] + bytes([data[-50] ^ 1]) + data[-49:],
        "empty": b"",
        "text": b"no memory at all",
        "endless": data[:8] + b"\xff\xff\xff\xff" + data[12:],
        "strange": b"",
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("torn", "altered"),
        ("altered", "altered"),
        ("empty", "not a memory"),
        ("text", "not a memory"),
        ("endless", "header"),
        ("strange", "another encoder"),
        ("wide", "another encoder"),
        ("lost", "no memory of that name"),
    ],
)
def test_a_bad_memory_is_refused_and_the_one_before_plays_on(
    rig: Any, models: Path, good: Path, name: str, reason: str
) -> None:
    for stem, data in spoiled(good.read_bytes()).items():
        (models / f"{stem}.memory").write_bytes(data)
    make_memory(space="f" * 16).save(models / "strange.memory")
    make_memory(width=5).save(models / "wide.memory")
    rig.done("/memory/load", "even")
    assert reason in rig.failed("/memory/load", name)
    assert source(rig) == "memory"
    assert rig.engine.decks["a"].voice.controls.sources["memory"].memory_name == "even"
    rows = {values[0]: values[-1] for _, _, values in said(rig)}
    assert rows["even"] == ""
    assert rows["empty"]
    assert len(rig.library.memories()) == len(rows)


def said(rig: Any) -> list[Any]:
    """What ``/memory/list`` says of each."""
    rig.done("/memory/list")
    return [reply for reply in rig.said if reply[1] == "/memory/list.reply"]


@pytest.mark.usefixtures("good")
def test_a_deck_without_a_stream_or_a_memory_says_so(rig: Any) -> None:
    assert "no memory" in rig.failed("/style", "odd")
    rig.done("/deck/b/model/load", "loops")
    assert "stream model" in rig.failed("/deck/b/memory/load", "even")


def test_one_short_track_plays(rig: Any, models: Path) -> None:
    make_memory(parts=1, steps=32).save(models / "short.memory")
    rig.done("/memory/load", "short")
    assert source(rig) == "memory"


def test_a_memory_that_comes_during_the_performance_is_found(rig: Any, models: Path) -> None:
    assert "no memory of that name" in rig.failed("/memory/load", "late")
    make_memory().save(models / "late.memory")
    rig.done("/memory/load", "late")
    assert source(rig) == "memory"
