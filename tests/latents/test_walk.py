"""Walks step by step: the rows of the walk drawn at once, and the same ones in every version."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from musicvae.errors import SettingError
from musicvae.latents.arrays import Float64
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.walk import IndependentWalker, Walker

#: Rows 0, 1 and 4 of a walk of seed 7, as the first version made them: recordings and presets name
#: a walk by its seed, so no later version may walk another way.
WALKED = {
    1.0: [
        [-0.03826964758823733, 0.23584550157915754],
        [-0.2498510635464569, -0.2430517663908598],
        [-0.6828942350819943, -0.03266988256847314],
    ],
    0.4: [
        [-0.03826964758823733, 0.23584550157915754],
        [-0.1258551119927239, 0.04433913487764729],
        [-0.49286770655825946, -0.4987603674206683],
    ],
    2.5: [
        [-0.03826964758823733, 0.23584550157915754],
        [-0.5376210157286552, -0.17852365430894762],
        [-2.887224213643285, -0.3345634151817125],
    ],
}


@pytest.mark.parametrize("speed", WALKED)
def test_a_seed_walks_as_it_always_did(speed: float) -> None:
    matrix, noise = np.array([[0.9, 0.1], [-0.2, 0.7]]), np.array([[0.3, 0.1], [0.1, 0.2]])
    known = LinearDynamics(matrix, noise)
    walker, rows = Walker(known, seed=7), []
    for _ in range(5):
        rows.append(walker.row())
        walker.advance(speed)
    # Another processor may round the last digit of a product another way.
    np.testing.assert_allclose(np.array(rows)[[0, 1, 4]], WALKED[speed], rtol=1e-12)
    at_once = known.walk(5, seed=7, speed=speed)[[0, 1, 4]]
    np.testing.assert_allclose(at_once, WALKED[speed], rtol=1e-7)


@pytest.fixture(scope="module")
def dynamics() -> LinearDynamics:
    matrix = 0.8 * np.eye(3) + 0.1 * np.eye(3, k=1)
    return LinearDynamics(matrix, np.diag([0.3, 0.4, 0.2]))


@pytest.mark.parametrize("speed", [0.0, 0.25, 0.5, 1.0, 3.0])
def test_a_steady_walk_passes_the_rows_of_the_walk_drawn_at_once(
    dynamics: LinearDynamics, speed: float
) -> None:
    walker, rows = Walker(dynamics, seed=5), []
    for _ in range(40):
        rows.append(walker.row())
        walker.advance(speed)
    np.testing.assert_allclose(rows, dynamics.walk(40, seed=5, speed=speed), rtol=1e-5, atol=1e-6)


def test_a_walk_keeps_the_spread_of_its_dynamics_at_any_speed(dynamics: LinearDynamics) -> None:
    walker, rows = Walker(dynamics, seed=1), []
    for step in range(60_000):
        rows.append(walker.row())
        walker.advance(0.3 if step % 2 else 0.9)
    assert np.cov(np.array(rows).T) == pytest.approx(dynamics.covariance, abs=0.15)


def test_a_twin_walks_the_same_way_and_moves_nobody_else(dynamics: LinearDynamics) -> None:
    walker, through = Walker(dynamics, seed=2), Walker(dynamics, seed=2)
    for each in (walker, through):
        each.advance(7.5)
    twin = walker.twin()
    for _ in range(20):
        twin.advance(0.7)
        through.advance(0.7)
        np.testing.assert_array_equal(twin.row(), through.row())
    for _ in range(20):
        walker.advance(0.7)
    np.testing.assert_array_equal(walker.row(), through.row())


def test_a_restart_walks_the_same_way(dynamics: LinearDynamics) -> None:
    walker = Walker(dynamics, seed=2)
    before = walker.row().copy()
    walker.advance(7.5)
    assert not np.allclose(walker.row(), before)
    walker.restart(2)
    assert np.array_equal(walker.row(), before)


def test_independent_latents_remember_as_much_as_they_are_told() -> None:
    walker, rows = IndependentWalker(200, alike=0.8, seed=1), []
    for _ in range(400):
        rows.append(walker.row())
        walker.advance(1)
    walk = np.array(rows)
    assert walk.std() == pytest.approx(1, abs=0.03)
    assert np.mean(walk[:-1] * walk[1:]) == pytest.approx(0.8, abs=0.03)
    assert np.mean(walk[:, :-1] * walk[:, 1:]) == pytest.approx(0, abs=0.03)


def test_an_independent_walk_has_twins_and_restarts() -> None:
    walker = IndependentWalker(3, alike=0.8, seed=2)
    first = walker.row()
    walker.advance(5)
    twin = walker.twin()
    twin.advance(4)
    walker.advance(0)
    walker.advance(4)
    np.testing.assert_array_equal(twin.row(), walker.row())
    assert not np.allclose(walker.row(), first)
    walker.restart(2)
    np.testing.assert_array_equal(walker.row(), first)


class Counted:
    """Random numbers that are counted as they are drawn."""

    def __init__(self) -> None:
        self.rows = 0

    def standard_normal(self, width: int) -> Float64:
        self.rows += 1
        return np.ones(width)


@pytest.mark.parametrize(("width", "steps"), [(2, 100), (4, 16), (8, 4), (20, 1)])
def test_one_frame_of_a_walk_takes_a_bounded_number_of_steps(
    width: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.latents.walk._MOST_WORK", 256 if width > 2 else 400)
    walker = Walker(LinearDynamics(0.5 * np.eye(width), np.eye(width)), seed=1)
    walker._draws = counted = Counted()  # type: ignore[assignment]
    for _ in range(3):
        walker.advance(100.0)
    assert counted.rows == 3 * steps
    assert np.isfinite(walker.row()).all()


def test_models_of_64_latents_walk_as_they_always_did() -> None:
    walker = Walker(LinearDynamics(0.5 * np.eye(64), np.eye(64)), seed=1)
    walker._draws = counted = Counted()  # type: ignore[assignment]
    walker.advance(64.0)
    assert counted.rows == 64


def test_a_walk_of_independent_latents_forgets_and_does_not_count_on() -> None:
    walker = IndependentWalker(4, 0.8, seed=1)
    walker._draws = counted = Counted()  # type: ignore[assignment]
    walker.advance(10**9)
    assert counted.rows <= 32
    counted.rows = 0
    walker.advance(7)
    assert counted.rows == 7


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, "7"])
def test_what_is_no_seed_is_refused(seed: Any) -> None:
    dynamics = LinearDynamics(0.5 * np.eye(2), np.eye(2))
    walkers = (Walker(dynamics, 1), IndependentWalker(2, 0.8, 1))
    makes: tuple[Callable[[Any], object], ...] = (
        partial(Walker, dynamics),
        partial(IndependentWalker, 2, 0.8),
    )
    for make in (*makes, *(walker.restart for walker in walkers)):
        with pytest.raises(SettingError, match="a whole number from 0 to 4294967295"):
            make(seed)
