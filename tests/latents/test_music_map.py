"""The map of a memory: where its seconds lie, what its axes mean, what sounds at a place."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.latents.memory.music_map import Seconds
from musicvae.latents.memory.places import Places
from tests.latents.memories import make_memory


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(make_memory(parts=8, steps=500))


def test_each_second_is_a_point_within_its_track(places: Places) -> None:
    memory, found = places.memory, places.map
    assert len(found.points) == 8 * 8  # of 63 steps each
    assert found.points.min() >= 0
    assert found.points.max() <= 1
    starts, means, parts, styles, length = found.seconds
    assert length == 1.0
    for point in range(len(starts)):
        first, behind = found.span(point)
        assert memory.part_at(first) is memory.part_at(behind - 1) is memory.parts[parts[point]]
        assert memory.styles[styles[point]] == memory.part_at(first).style
        np.testing.assert_allclose(means[point], memory.rows(first, behind).mean(0), atol=1e-6)
        assert found.point_of(first) == found.point_of(behind - 1) == point


def test_the_axes_are_the_principal_components(places: Places) -> None:
    found = places.map
    means = found.seconds.means
    flat = np.linalg.svd(means - means.mean(axis=0), full_matrices=False)[0][:, :2]
    for axis in range(2):
        inside = (found.points[:, axis] > 0) & (found.points[:, axis] < 1)
        known = np.corrcoef(flat[inside, axis], found.points[inside, axis])[0, 1]
        assert abs(known) > 0.9999


def test_it_always_comes_out_the_same(places: Places) -> None:
    again = Places(make_memory(parts=8, steps=500)).map
    np.testing.assert_array_equal(again.points, places.map.points)


def test_an_axis_is_named_by_what_rises_along_it() -> None:
    memory = make_memory(parts=8, steps=500)
    places = Places(memory)
    # The rows wander, so that nothing rises along them; then brightness is what they are.
    assert places.map.across in ("", "brightness")
    rows = memory.body.codes.astype(np.float64)
    means = np.add.reduceat(rows, places.map.seconds.starts, axis=0)
    first = np.linalg.svd(means - means.mean(0), full_matrices=False)[2][0]
    values = (rows[places.steps] @ -first)[:, None].astype(np.float32)
    named = type(places.map)(memory, places.steps, values)
    assert named.across == "brightness"
    middles = np.searchsorted(places.steps, named.seconds.starts)
    assert np.corrcoef(named.points[:, 0], values[middles, 0])[0, 1] > 0.3
    assert named.upwards == ""  # each attribute names one axis


def test_the_latents_at_a_place_lie_there(places: Places) -> None:
    found = places.map
    for point in range(0, len(found.points), 7):
        x, y = found.points[point].astype(float)
        (latents,) = found.latents_at(np.array([[x, y]]))
        np.testing.assert_allclose(latents, found.seconds.means[point], atol=1e-2)
    way = np.column_stack([np.linspace(0, 1, 2000), np.full(2000, 0.5)])
    rows = found.latents_at(way)
    whole = np.abs(np.diff(found.seconds.means, axis=0)).max()
    assert np.abs(np.diff(rows, axis=0)).max() < whole / 4  # no jump anywhere


def test_a_step_lies_between_the_points_around_it(places: Places) -> None:
    found = places.map
    first, behind = found.span(3)
    middle = found.spot_of((first + behind) // 2)
    assert middle == pytest.approx(tuple(found.points[3].tolist()), abs=0.05)
    spots = np.array([found.spot_of(step) for step in range(500)])  # one track
    assert np.abs(np.diff(spots, axis=0)).max() < 0.05


@pytest.mark.parametrize(
    ("parts", "steps", "width"), [(1, 40, 4), (1, 32, 1), (2, 100, 1), (1, 70, 3)]
)
def test_short_memories_have_maps_too(parts: int, steps: int, width: int) -> None:
    places = Places(make_memory(parts=parts, steps=steps, width=width))
    found = places.map
    assert len(found.points) == parts * max(1, round(steps / 63))
    assert np.isfinite(found.points).all()
    assert np.isfinite(found.latents_at(np.array([[0.0, 1.0]]))).all()
    assert 0 <= found.spot_of(0).x <= 1
    assert found.project(np.full((1, width), 1e6)).max() <= 1


def test_long_memories_have_longer_points(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvae.latents.memory.music_map.MOST_POINTS", 20)
    found = Seconds.of(places.memory)
    assert len(found.starts) <= 20 + len(places.memory.parts)
    assert found.length == pytest.approx(places.memory.seconds / 20)
