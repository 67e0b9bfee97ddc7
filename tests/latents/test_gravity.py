"""Where the steps of a memory draw latents to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from musicvae.latents.memory.gravity import MOST, Gravity, Masses
from tests.latents.memories import make_memory


def test_it_is_the_mean_of_all_steps_by_how_near_they_are() -> None:
    memory = make_memory()
    masses = Masses(memory)
    rows = memory.rows()
    np.testing.assert_array_equal(masses.rows, rows)
    gravity = Gravity(4)
    for latents in np.random.default_rng(1).standard_normal((20, 4)).astype(np.float32):
        distances = np.square(rows - latents).sum(axis=1).astype(np.float64)
        weights = np.exp(-(distances - distances.min()) / 2 / masses.softness)
        expected = (weights[:, None] * rows).sum(axis=0) / weights.sum()
        found = gravity.centre(masses, latents)
        np.testing.assert_allclose(found, expected, atol=1e-4)
        # It lies among the music: nearer to a step than the latents are.
        nearest = np.linalg.norm(rows - found, axis=1).min()
        assert nearest <= np.sqrt(distances.min()) + 0.3


def test_it_moves_smoothly() -> None:
    masses, gravity = Masses(make_memory()), Gravity(4)
    way = np.linspace([-2.0] * 4, [2.0] * 4, 400).astype(np.float32)
    centres = np.array([gravity.centre(masses, latents) for latents in way])
    steps = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    assert np.isfinite(centres).all()
    assert steps.max() < 20 * np.linalg.norm(way[1] - way[0])


def test_extreme_latents_are_drawn_to_what_is_there() -> None:
    memory = make_memory()
    masses, gravity = Masses(memory), Gravity(4)
    for size in (1e3, -1e3):
        centre = gravity.centre(masses, np.full(4, size, np.float32))
        assert np.linalg.norm(memory.rows() - centre, axis=1).min() < 1e-3


def test_a_long_memory_costs_no_more() -> None:
    memory = make_memory(parts=4, steps=MOST)
    masses = Masses(memory)
    assert len(masses.rows) == MOST
    np.testing.assert_array_equal(masses.rows, memory.rows()[::4])


def test_nothing_is_allocated(allocated: Callable[..., tuple[int, int]]) -> None:
    masses, gravity = Masses(make_memory()), Gravity(4)
    latents = np.ones(4, np.float32)
    gravity.centre(masses, latents)
    kept, peak = allocated(lambda: [gravity.centre(masses, latents) for _ in range(100)])
    assert kept < 2000
    assert peak < len(masses.rows) * 4  # not one row of weights
