"""A prior that goes on by itself, alone or between itself and a memory."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from musicvae.artifact.prior import PriorInfo
from musicvae.errors import LatentError, SettingError
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout, trust_of


@pytest.fixture
def prior(prior_artifacts: ModuleType, tmp_path: Path) -> Prior:
    return Prior(prior_artifacts.write_prior_artifact(tmp_path / "prior.onnx"))


def told(rollout: Rollout, rows: np.ndarray, variation: float) -> np.ndarray:
    return np.stack([rollout.next(1.0, row, variation).copy() for row in rows])


def test_it_is_a_walk_that_may_begin_again(prior: Prior) -> None:
    rollout = Rollout(prior, seed=7)
    walk = np.stack([rollout.next(0.9).copy() for _ in range(80)])
    np.testing.assert_array_equal(walk, prior.walk(80, 7, temperature=0.9, genre={}))
    rollout.restart(7)
    np.testing.assert_array_equal(rollout.next(0.9), walk[0])
    with pytest.raises(SettingError):
        rollout.restart(-1)


def test_trust_falls_from_all_to_nothing() -> None:
    trusts = [trust_of(variation) for variation in np.linspace(0, 1, 101)]
    assert (trusts[0], trusts[-1]) == (1.0, 0.0)
    assert all(one >= other for one, other in pairwise(trusts))
    assert min(trust for trust in trusts if trust) >= 0.05  # less was never trained


def test_between_the_memory_and_the_prior_it_hears_of_both(prior: Prior) -> None:
    rows = np.random.default_rng(1).standard_normal((60, 4)).astype(np.float32)
    rollout = Rollout(prior, seed=2)
    np.testing.assert_array_equal(told(rollout, rows, 0.0), rows)
    assert np.array_equal(prior.state.values, rows[-2])  # which the prior has heard
    rollout.restart(2)
    alone = told(rollout, rows, 1.0)
    np.testing.assert_array_equal(alone, prior.walk(60, 2, genre={}))
    assert not prior.conditions.row.any()
    rollout.restart(2)
    told(rollout, rows, 0.5)
    np.testing.assert_array_equal(prior.conditions.row[-5:], [*(0.5 * rows[-1]), 0.5])


def test_the_less_variation_the_nearer_to_the_memory(prior: Prior) -> None:
    waves = np.sin(np.arange(400)[:, None] / 30 + np.arange(4))
    rows, near = 2 * waves.astype(np.float32), []
    for variation in (0.1, 0.4, 0.7, 1.0):
        made = told(Rollout(prior, seed=2), rows, variation)
        near.append(float(np.corrcoef(made.ravel(), rows.ravel())[0, 1]))
    assert sorted(near, reverse=True) == near
    assert near[0] > near[-1] + 0.2


def test_a_prior_that_cannot_be_told_anything_plays(
    prior_artifacts: ModuleType, tmp_path: Path
) -> None:
    plain = PriorInfo("tiny", 4, 2, ("jazz",))
    path = prior_artifacts.write_prior_artifact(tmp_path / "plain.onnx", prior=plain)
    rows = np.ones((10, 4), np.float32)
    made = told(Rollout(Prior(path), seed=2), rows, 0.5)
    assert np.isfinite(made).all()
    np.testing.assert_array_equal(told(Rollout(Prior(path), seed=2), rows, 0.0), rows)


def test_what_fails_leaves_the_last_step(prior: Prior) -> None:
    rollout = Rollout(prior, seed=2)
    row = rollout.next().copy()
    rollout.hear(np.full(4, np.nan, np.float32))
    with pytest.raises(LatentError):
        rollout.next()
    np.testing.assert_array_equal(rollout.row, row)
