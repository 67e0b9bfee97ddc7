from __future__ import annotations

import numpy as np
import pytest

from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.walk import Walker


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
