"""A prior that goes on by itself, alone or after what a memory plays."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from musicvae.errors import LatentError, SettingError
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout


@pytest.fixture
def prior(prior_artifacts: ModuleType, tmp_path: Path) -> Prior:
    return Prior(prior_artifacts.write_prior_artifact(tmp_path / "prior.onnx"))


def test_it_is_a_walk_that_may_begin_again(prior: Prior) -> None:
    rollout = Rollout(prior, seed=7)
    walk = np.stack([rollout.next(0.9).copy() for _ in range(80)])
    np.testing.assert_array_equal(walk, prior.walk(80, 7, temperature=0.9, genre={}))
    rollout.restart(7)
    np.testing.assert_array_equal(rollout.next(0.9), walk[0])
    with pytest.raises(SettingError):
        rollout.restart(-1)


def test_what_a_memory_plays_is_heard(prior: Prior) -> None:
    rows = np.random.default_rng(1).standard_normal((60, 4)).astype(np.float32)
    rollout = Rollout(prior, seed=2)
    made = np.stack([rollout.next(1.0, row).copy() for row in rows])
    np.testing.assert_array_equal(made, rows)
    assert np.array_equal(prior.state.values, rows[-2])  # the last is heard with the next step
    rollout.next()
    assert np.array_equal(prior.state.values, rows[-1])


def test_what_fails_leaves_the_last_step(prior: Prior) -> None:
    rollout = Rollout(prior, seed=2)
    row = rollout.next().copy()
    rollout.hear(np.full(4, np.nan, np.float32))
    with pytest.raises(LatentError):
        rollout.next()
    np.testing.assert_array_equal(rollout.row, row)
