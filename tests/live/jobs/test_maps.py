"""The points of a map, for whoever draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.cli.main import main
from musicvae.latents.memory import Memory
from musicvae.latents.memory.places import Places
from musicvae.live.jobs.maps import TOGETHER
from musicvae.live.osc import packets
from musicvae.live.osc.replies import MAX_BYTES, message
from tests.latents.memories import make_memory


@pytest.fixture
def even(models: Path) -> Memory:
    """A memory beside the models, of the latent space of ``jazz``."""
    made = make_memory(parts=6, steps=2600)
    made.save(models / "even.memory")
    return made


def points(rig: Any) -> dict[str, np.ndarray]:
    """What was told last: the points of each style."""
    found: dict[str, list[float]] = {}
    for _, address, values in rig.said:
        if address == "/map/points.reply":
            deck, _, style, first, *numbers = values
            row = found.setdefault(style, [])
            assert (deck, len(row)) == ("a", 2 * first)
            row += numbers
            data = message(address, *values)
            assert len(data) <= MAX_BYTES
            assert len(packets.read(data)[0].arguments) == len(values)  # none is left out
    return {style: np.reshape(row, (-1, 2)) for style, row in found.items()}


def test_all_points_are_told_by_their_style(rig: Any, even: Memory) -> None:
    rig.done("/memory/load", "even")
    music = Places(even).map
    assert rig.done("/map/points") == [len(music.points)]
    ((_, _, about),) = [said for said in rig.said if said[1] == "/map.reply"]
    assert about == ["a", "even", len(music.points), music.across, music.upwards]
    told = points(rig)
    assert list(told) == ["even", "odd"]
    assert len(told["even"]) > TOGETHER
    for number, style in enumerate(told):
        np.testing.assert_array_equal(told[style], music.points[music.seconds.styles == number])


def test_another_memory_is_put_on_the_same_map(rig: Any, even: Memory, models: Path) -> None:
    path = models / "second.memory"
    make_memory(parts=1, steps=200, seed=3).save(path)
    rig.done("/memory/load", "even")
    assert rig.done("/map/points", "second") == [3]
    (told,) = points(rig).values()
    means = Places(Memory.load(path)).map.seconds.means
    np.testing.assert_array_equal(told, Places(even).map.project(means))
    make_memory(parts=2, steps=100, seed=4).save(path)  # another one under this name
    assert rig.done("/map/points", "second") == [4]
    assert rig.done("/map/points", "even") == rig.done("/map/points")
    make_memory(space="f" * 16).save(models / "strange.memory")
    assert rig.done("/map/points", "all") == [len(Places(even).map.points) + 4]
    names = [said[2][1] for said in rig.said if said[1] == "/map.reply"]
    assert names == ["even", "second"]


def test_it_says_why_there_is_no_map(rig: Any, even: Memory, models: Path) -> None:
    assert "no memory, and so no map" in rig.failed("/map/points")
    assert "no memory, and so no map" in rig.failed("/deck/b/map/points")
    make_memory(space="f" * 16).save(models / "strange.memory")
    rig.done("/memory/load", "even")
    assert "not of this map" in rig.failed("/map/points", "strange")
    assert "no memory of that name" in rig.failed("/map/points", "lost")
    assert rig.done("/map/points") == [len(Places(even).map.points)]


def test_a_recording_is_rendered_again_the_same_to_the_bit(
    rig: Any, even: Memory, models: Path
) -> None:
    rig.done("/memory/load", "even")
    rig.done("/record/start", "take")
    rig.apply("/map", 0.2, 0.8)
    rig.apply("/map/way", 0.5, 0.2, 0.8, 0.9, 0.1)
    rig.apply("/deck/a/source", "held")
    rig.apply("/map/way", 0.2, 0.2, 0.8, 0.9, 0.1)
    rig.done("/record/stop")
    score = rig.takes / "take.score.jsonl"
    out = rig.takes / "again.wav"
    assert score.read_text("utf-8").count("/map") == 3
    assert main(["render", str(score), "--out", str(out), "--models", str(models), "--quiet"]) == 0
    again, _ = soundfile.read(out)
    np.testing.assert_array_equal(again, soundfile.read(rig.takes / "take.wav")[0])
