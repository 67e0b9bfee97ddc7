"""The map of a deck's memory, over OSC: the memory goes there, or the latents do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicvae.latents.memory.places import Places
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.map_addresses import where
from musicvae.live.table import ADDRESSES
from tests.latents.memories import SPACE, make_memory


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(make_memory(parts=8, steps=500))


@pytest.fixture
def deck(models: Any) -> Controls:
    return Controls(models.stream_info(4, 8000, 64, SPACE, stride=2), 125.0)


def do(controls: Controls, address: str, *values: Any, payload: object = None) -> None:
    controls.do(ADDRESSES.command(address, "a", "", values), payload)


def play(controls: Controls, frames: int) -> np.ndarray:
    return np.stack([controls.next().copy() for _ in range(frames)])


def point(places: Places, number: int) -> list[float]:
    found: list[float] = places.map.points[number].tolist()
    return found


def test_the_memory_goes_there_and_tells_where_it_is(deck: Controls, places: Places) -> None:
    do(deck, "/memory/load", "even", payload=places)
    play(deck, 100)
    for number in (10, 40):
        do(deck, "/map", *point(places, number))
        play(deck, 10)
        memory = deck.sources["memory"]
        first, behind = places.map.span(number)
        assert first <= round(memory.place * places.memory.steps) < behind + 10  # type: ignore[attr-defined]
        assert where(deck) == pytest.approx(point(places, number), abs=0.2)
        play(deck, 200)
    assert not deck.manual.target.any()


def test_a_hand_glides_there_where_the_memory_does_not_play(deck: Controls, places: Places) -> None:
    do(deck, "/memory/load", "even", payload=places)
    do(deck, "/source", "held")
    do(deck, "/map", *point(places, 20))
    play(deck, 200)
    np.testing.assert_allclose(deck.sounding(), places.map.seconds.means[20], atol=0.02)
    assert where(deck) == pytest.approx(point(places, 20), abs=0.02)
    do(deck, "/map/way", 2.0, *point(places, 20), *point(places, 30))
    half = play(deck, 125)
    assert np.abs(np.diff(half, axis=0)).max() < 0.5  # no jump
    play(deck, 130)
    np.testing.assert_allclose(deck.sounding(), places.map.seconds.means[30], atol=0.02)


def test_the_memory_walks_along_a_way(deck: Controls, places: Places) -> None:
    do(deck, "/memory/load", "even", payload=places)
    play(deck, 100)
    do(deck, "/map/way", 8.0, 0.1, 0.5, 0.9, 0.5)
    across = []
    for _ in range(1000):
        play(deck, 1)
        spot = where(deck)
        assert spot is not None
        across.append(spot.x)
    assert np.mean(across[:300]) < 0.4
    assert np.mean(across[-300:]) > 0.6
    do(deck, "/map/way", 60.0, 0.1, 0.5, 0.9, 0.5)
    do(deck, "/memory/place", 0.5)  # ends the way
    play(deck, 60)
    assert deck.sources["memory"].place == pytest.approx(0.5, abs=0.02)  # type: ignore[attr-defined]


def test_without_a_memory_there_is_no_map(deck: Controls) -> None:
    assert where(deck) is None
    row = next(row for row in ADDRESSES if row.path == "/map")
    assert row.describe is not None
    assert list(row.describe(deck)) == []
    do(deck, "/map", 0.5, 0.5)
    do(deck, "/map/way", 1.0, 0.5, 0.5)
    play(deck, 10)
    assert not deck.manual.target.any()


def test_presets_do_not_keep_where_it_is() -> None:
    assert not [row for row in ADDRESSES.kept if row.path.startswith("/map")]


def test_another_model_of_the_space_goes_on_along_the_way(
    deck: Controls, models: Any, places: Places
) -> None:
    do(deck, "/memory/load", "even", payload=places)
    do(deck, "/map/way", 6.0, 0.1, 0.5, 0.9, 0.5)
    play(deck, 300)
    other = Controls(models.stream_info(4, 8000, 64, SPACE, stride=2), 125.0)
    other.adopt(deck)
    np.testing.assert_array_equal(play(other, 400), play(deck, 400))
    assert where(other) == where(deck)
