"""Principal components, neighbours and clusters of points whose arrangement is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.surveying.geometry import (
    Components,
    clusters,
    neighbours,
    silhouette,
    standardised,
)


def _groups(counts: list[int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    middles = 8 * np.eye(len(counts), 5)
    points = [m + random.standard_normal((n, 5)) for m, n in zip(middles, counts, strict=True)]
    return np.concatenate(points), np.repeat(np.arange(len(counts)), counts)


def test_components_keep_distances_and_are_ordered() -> None:
    points = np.random.default_rng(0).standard_normal((30, 4)) * [1, 5, 2, 0.1]
    parts = Components.of(points, 4)
    assert parts.explained == pytest.approx(sorted(parts.explained, reverse=True))
    assert parts.explained.sum() == pytest.approx(1)
    far = np.linalg.norm(points[:, None] - points, axis=2)
    again = np.linalg.norm(parts.points[:, None] - parts.points, axis=2)
    np.testing.assert_allclose(again, far, atol=1e-9)
    turned = Components.of(-points, 4).points  # the sign is fixed by the largest value
    largest = turned[np.abs(turned).argmax(axis=0), np.arange(4)]
    assert (largest > 0).all()


@pytest.mark.parametrize("count", [1, 2])
def test_of_few_points_the_components_that_are_missing_are_zeros(count: int) -> None:
    parts = Components.of(np.arange(count * 3.0).reshape(count, 3), 5)
    assert parts.points.shape == (count, 5)
    assert np.isfinite(parts.explained).all()
    assert not parts.points[:, count:].any()


@settings(deadline=None, max_examples=20)  # the machine may be busy
@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_neighbours_are_those_of_a_full_search(count: int, wanted: int, seed: int) -> None:
    points = np.random.default_rng(seed).standard_normal((count, 3))
    numbers, distances = neighbours(points, wanted)
    far = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(far, np.inf)
    expected = np.sort(far, axis=1)[:, : min(wanted, count - 1)]
    np.testing.assert_allclose(distances, expected, atol=1e-6)
    np.testing.assert_allclose(np.take_along_axis(far, numbers, axis=1), expected, atol=1e-6)


@pytest.mark.parametrize("counts", [[30, 20, 10], [40, 12]])
def test_groups_are_found_the_largest_first(counts: list[int]) -> None:
    points, groups = _groups(counts)
    np.testing.assert_array_equal(clusters(points), groups)


def test_what_is_no_group_is_not_divided() -> None:
    points = np.random.default_rng(0).standard_normal((80, 6))
    assert not clusters(points).any()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_points_are_one_cluster(count: int) -> None:
    assert not clusters(np.zeros((count, 2))).any()


def test_points_in_one_place_are_one_cluster() -> None:
    assert not clusters(np.ones((30, 4))).any()


def test_a_good_division_has_the_better_silhouette() -> None:
    points, groups = _groups([20, 20])
    assert silhouette(points, groups) > 0.7
    assert silhouette(points, np.arange(40) % 2) < 0.1


def test_columns_are_standardised_whatever_their_outliers() -> None:
    random = np.random.default_rng(0)
    points = np.column_stack([5 + 3 * random.standard_normal(400), np.full(400, 7.0)])
    points[0, 0] = 1e9
    made = standardised(points)
    assert np.median(made[:, 0]) == pytest.approx(0, abs=1e-9)
    assert made[1:, 0].std() == pytest.approx(1, abs=0.15)
    assert not made[:, 1].any()
