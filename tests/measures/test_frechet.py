"""The distance of two Gaussians is the one that their means and spreads give."""

import numpy as np
import pytest

from musicvae.measures.frechet import Gaussian, frechet_distance


def test_the_distance_of_normal_points_is_known() -> None:
    points = np.random.default_rng(0).standard_normal((20_000, 2))
    same, moved = Gaussian.of(points), Gaussian.of(points * 2 + [1, 0])
    assert frechet_distance(same, same) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(same, moved) == pytest.approx(1 + 2, rel=0.05)


def test_points_of_one_dimension_and_points_that_are_all_the_same() -> None:
    one, other = Gaussian.of(np.zeros((3, 1))), Gaussian.of(np.full((3, 1), 2.0))
    assert frechet_distance(one, other) == pytest.approx(4.0)
