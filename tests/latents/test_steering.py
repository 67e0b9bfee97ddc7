"""What is asked of a model is asked of its memory, and the memory goes there."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo, AttributeInfo
from musicvae.latents.memory.choosing import Wishes
from musicvae.latents.memory.improviser import Improviser
from musicvae.latents.memory.places import Places
from musicvae.latents.memory.steering import Steering
from tests.latents.memories import make_memory


@pytest.fixture(scope="module")
def places() -> Places:
    """The later a place of it, the brighter."""
    return Places(make_memory(parts=12, steps=1000))


def brightness(places: Places, asked: float, continuity: float = 1.0, steps: int = 2500) -> float:
    """The mean of what is played, in standard deviations over the places."""
    wishes = Wishes(continuity=continuity, asked=np.array([asked], np.float32))
    player, row = Improviser(places, 3, wishes), np.zeros(4, np.float32)
    values = []
    for step in range(steps):
        player.next(row)
        if step > 300:
            joint = max(int(np.searchsorted(places.steps, player.step, side="right")) - 1, 0)
            values.append(float(places.values[joint, 0]))
    return float(np.mean(values))


def test_it_goes_where_the_attribute_is_as_asked_for(places: Places) -> None:
    found = [brightness(places, asked) for asked in (-1.5, -0.8, 0.8, 1.5)]
    assert found == sorted(found)
    assert found == pytest.approx([-1.5, -0.8, 0.8, 1.5], abs=0.5)


def test_it_goes_there_soon_although_a_long_run_was_planned(places: Places) -> None:
    wishes = Wishes(continuity=30.0, asked=np.zeros(1, np.float32))
    player, row = Improviser(places, 5, wishes), np.zeros(4, np.float32)
    for _ in range(50):
        player.next(row)
    jumps = player.jumps
    wishes.asked = np.array([1.5], np.float32)
    steps = 0
    while player.jumps == jumps:
        player.next(row)
        steps += 1
    assert steps < 30 * places.memory.step_rate * 0.45


def test_changes_without_end_put_off_no_jump(places: Places) -> None:
    wishes = Wishes(continuity=2.0, asked=np.zeros(1, np.float32))
    player, row = Improviser(places, 5, wishes), np.zeros(4, np.float32)
    for step in range(4000):
        wishes.asked = np.array([1.5 * (-1) ** (step // 10)], np.float32)
        player.next(row)
    assert player.jumps > 4000 / places.memory.step_rate / 4


def test_the_same_wishes_play_the_same(places: Places) -> None:
    assert brightness(places, 1.0) == brightness(places, 1.0)


def model(*names: str) -> ArtifactInfo:
    attributes = tuple(
        AttributeInfo(name, "", (float(number + 1), 0.0, 0.0, 0.0), 0.0, 1.0, 0.5)
        for number, name in enumerate(names)
    )
    return ArtifactInfo("stream", "jazz", "stream", 8000, 1, 4, 64, attributes=attributes)


def test_what_the_memory_knows_is_a_target_and_the_rest_a_direction() -> None:
    steering = Steering(model("loudness", "brightness"))
    steering.know(("width", "brightness"))
    wishes = Wishes(lead=np.zeros(4, np.float32))
    hand = np.array([0.0, 0.5, 0.0, 0.0], np.float32)
    steering.steer(wishes, hand, np.array([3.0, 1.5], np.float32))
    assert wishes.lead.tolist() == [3.0, 0.5, 0.0, 0.0]  # loudness, by its direction
    assert wishes.asked.tolist() == [0.0, 1.5]


def test_a_model_without_attributes_and_a_memory_without_any() -> None:
    wishes = Wishes(lead=np.zeros(4, np.float32))
    for info, names in ((model(), ("brightness",)), (model("brightness"), ())):
        steering = Steering(info)
        steering.know(names)
        amounts = np.ones(len(info.attributes), np.float32)
        steering.steer(wishes, np.zeros(4, np.float32), amounts)
        assert wishes.asked.tolist() == [0.0] * len(names)
        assert not wishes.asks
