"""A memory is led over its map: to a place, and along a way."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.latents.memory.improviser import Improviser
from musicvae.latents.memory.leading import APART, Leading, Way
from musicvae.latents.memory.music_map import Spot
from musicvae.latents.memory.places import Places
from tests.latents.memories import make_memory


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(make_memory(parts=12, steps=500))


class Led:
    """A memory that plays and is led.

    Attributes:
        visited: the point that each step belongs to.
        changes: number of each step before which it was led away.
    """

    def __init__(self, places: Places) -> None:
        self.places, self.leading = places, Leading()
        self.player = Improviser(places, 1)
        self.player.wishes.continuity = 30.0
        self.out = np.zeros(4, np.float32)
        self.visited: list[int] = []
        self.changes: list[int] = []

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds * 62.5)):
            place = self.leading.place(self.places, self.player.step)
            if place is not None:
                self.changes.append(len(self.visited))
                self.player.go(place)
            self.visited.append(self.places.map.point_of(self.player.step))
            self.player.next(self.out)


def test_it_goes_to_the_nearest_second_at_once_and_plays_on(places: Places) -> None:
    led = Led(places)
    led.play(1.0)
    point = (led.visited[-1] + 40) % len(places.map.points)
    led.leading.lead(Way([Spot(*places.map.points[point].tolist())], 0.0))
    led.play(0.1)
    same = np.flatnonzero((places.map.points == places.map.points[point]).all(axis=1))
    assert led.changes == [62]
    assert led.visited[62] in same
    led.play(4.0)
    assert led.changes == [62]  # it is not held there


def test_on_a_way_it_stays_near(places: Places) -> None:
    led = Led(places)
    way = Way([Spot(0.1, 0.2), Spot(0.9, 0.8)], 8.0)
    led.leading.lead(way)
    led.play(8.0)
    points = places.map.points
    wanted = np.array([way.at(step / 62.5) for step in range(500)])
    away = np.hypot(*(points[led.visited] - wanted).T)
    random = np.hypot(*(points[:, None] - wanted[None]).T).mean()
    assert np.median(away) < random / 2
    assert min(np.diff(led.changes)) >= APART * 62.5
    count = len(led.changes)
    led.play(4.0)
    assert len(led.changes) <= count + 1  # at its end it is let go


def test_a_quick_hand_plays_music_too(places: Places) -> None:
    led = Led(places)
    for number in range(60):
        led.leading.lead(Way([Spot(number / 60, 1 - number / 60)], 0.0))
        led.play(1 / 30)
    assert 2 <= len(led.changes) <= 2 / APART + 1
    assert min(np.diff(led.changes)) >= APART * 62.5
    led.play(1.0)
    last = places.map.nearest(Spot(59 / 60, 1 / 60))[0]
    assert led.visited[led.changes[-1]] == last  # the last place is reached


def test_an_even_pace_along_a_way() -> None:
    way = Way([Spot(0, 0), Spot(0, 1), Spot(1, 1)], 4.0)
    assert way.at(1.0) == pytest.approx((0, 0.5))
    assert way.at(3.0) == pytest.approx((0.5, 1))
    assert way.at(99.0) == pytest.approx((1, 1))
    np.testing.assert_allclose(way.stops(2), [[0, 1], [1, 1]])
    still = Way([Spot(0.5, 0.5)] * 3, 2.0)
    assert still.single
    assert still.at(1.0) == pytest.approx((0.5, 0.5))
    assert Way([Spot(0.5, 0.5)], 2.0).seconds == 0.0


def test_a_short_memory_is_led_too() -> None:
    places = Places(make_memory(parts=1, steps=40))
    led = Led(places)
    led.leading.lead(Way([Spot(0, 0), Spot(1, 1)], 1.0))
    led.play(3.0)
    assert set(led.visited) == {0}


def test_a_twin_is_led_the_same_way(places: Places) -> None:
    one = Led(places)
    one.leading.lead(Way([Spot(0.1, 0.2), Spot(0.9, 0.8)], 4.0))
    one.play(1.0)
    other = Led(places)
    other.leading, other.player = one.leading.twin(), one.player.twin()
    for led in (one, other):
        led.visited.clear()
        led.play(4.0)
    assert one.visited == other.visited
