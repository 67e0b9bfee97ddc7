from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.data.crops import CropPlan, fixed_crops, noise

LENGTHS = st.lists(st.integers(1, 5000), min_size=1, max_size=30).map(np.array)


@settings(deadline=None)  # the machine may be busy
@given(LENGTHS, st.integers(1, 600), st.integers(1, 9), st.integers(0, 2**70))
def test_crops_lie_inside_and_tracks_are_visited_equally(
    lengths: np.ndarray, samples: int, batch: int, seed: int
) -> None:
    plan = CropPlan(lengths, samples, batch, seed)
    steps = 2 * len(lengths)  # batch * 2 whole passes
    crops = [crop for step in range(steps) for crop in plan.crops(step, range(batch))]
    assert all(0 <= start <= max(0, lengths[track] - samples) for track, start in crops)
    assert Counter(track for track, _ in crops) == dict.fromkeys(range(len(lengths)), 2 * batch)


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 10**6), st.integers(0, 3), st.integers(4, 8))
def test_rows_of_a_step_stand_alone(step: int, first: int, last: int) -> None:
    plan = CropPlan(np.array([5000, 900, 7000]), 500, 8, 3)
    assert plan.crops(step, range(8))[first:last] == plan.crops(step, range(first, last))
    whole = noise(3, step, range(8), 5)
    np.testing.assert_array_equal(whole[first:last], noise(3, step, range(first, last), 5))


def test_places_are_uniform_and_orders_differ() -> None:
    plan = CropPlan(np.array([1100] * 10), 100, 10, 0)
    batches = [plan.crops(step, range(10)) for step in range(1000)]
    starts = np.array([start for crops in batches for _, start in crops])
    assert starts.min() == 0
    assert starts.max() == 1000
    counts = np.histogram(starts, 10, (0, 1001))[0]
    assert np.abs(counts / 1000 - 1).max() < 0.15
    assert len({tuple(track for track, _ in crops) for crops in batches}) > 990


def test_noise_is_standard_normal_and_of_its_step() -> None:
    drawn = np.stack([noise(1, step, range(16), 32) for step in range(100)])
    assert drawn.dtype == np.float32
    assert abs(drawn.mean()) < 0.02
    assert abs(drawn.std() - 1) < 0.02
    assert len(np.unique(drawn)) > 0.99 * drawn.size
    assert not np.array_equal(noise(1, 0, range(4), 8), noise(2, 0, range(4), 8))


@settings(deadline=None)  # the machine may be busy
@given(LENGTHS, st.integers(1, 600), st.integers(1, 60))
def test_fixed_crops(lengths: np.ndarray, samples: int, limit: int) -> None:
    crops = fixed_crops(lengths, samples, limit)
    counts = np.maximum(1, lengths // samples)
    assert len(set(crops)) == len(crops) == min(limit, counts.sum())
    for track, start in crops:
        assert start % samples == 0
        assert start == 0 or start + samples <= lengths[track]
    taken = Counter(track for track, _ in crops)
    for track in range(len(lengths)):
        others = [taken[other] for other in range(len(lengths))]
        assert taken[track] >= min(counts[track], max(others) - 1)


def test_few_fixed_crops_are_spread_over_the_tracks() -> None:
    assert [track for track, _ in fixed_crops(np.full(100, 10), 10, 4)] == [0, 25, 50, 75]


@pytest.mark.parametrize("purpose", [1, 3])
def test_streams_of_one_seed_differ(purpose: int) -> None:
    assert not np.array_equal(noise(0, 0, range(2), 8), noise(0, 0, range(2), 8, purpose))
