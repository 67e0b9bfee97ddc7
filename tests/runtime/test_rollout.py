"""A prior that goes on by itself, alone or after what a memory plays."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from musicvae.errors import LatentError, SettingError
from musicvae.runtime.noise import StepNoise
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout
from musicvae.runtime.sections import SECTION


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


def test_a_section_begins_from_the_last_step_alone(
    prior_artifacts: ModuleType, prior: Prior, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Prior(prior_artifacts.write_prior_artifact(tmp_path / "fresh.onnx"))
    rollout, moods = Rollout(prior, seed=2), list[int]()
    monkeypatch.setattr(prior.conditions, "change_mood", moods.append)
    steps = prior.steps(4 * SECTION)
    began, made = list[int](), list[np.ndarray]()
    for number in range(steps):
        made.append(rollout.next().copy())
        if number in began:  # the first step of a section
            noise = StepNoise(prior.prior.noise, 2).row(number)
            np.testing.assert_array_equal(fresh.step(made[-2], noise), made[-1])
            fresh.reset()
        if rollout.sections.number > len(began):
            began.append(number + 1)
    assert moods == list(range(1, len(began) + 1))
    assert len(began) >= 2
    walk = prior.walk(steps, 2, genre={})  # has the same sections
    np.testing.assert_array_equal(walk, made)


def test_another_prior_goes_on_from_the_last_step(
    prior_artifacts: ModuleType, prior: Prior, tmp_path: Path
) -> None:
    other = Prior(prior_artifacts.write_prior_artifact(tmp_path / "other.onnx", licence="CC0-1.0"))
    before, after = Rollout(prior, seed=2), Rollout(other, seed=9)
    for _ in range(50):
        before.turns.remembers(0.5)
        last = before.next().copy()
    after.succeed(before)
    np.testing.assert_array_equal(after.row, last)
    fresh = Prior(tmp_path / "other.onnx")
    noise = StepNoise(prior.prior.noise, 2).row(50)
    np.testing.assert_array_equal(after.next(), fresh.step(last, noise))
    assert after.turns is before.turns


def test_who_hears_other_music_does_not_forget(prior: Prior) -> None:
    row = np.ones(4, np.float32)
    rollout, steps = Rollout(prior, seed=2), prior.steps(0.4 * SECTION)
    for _ in range(6):
        for _ in range(steps):
            rollout.next()
        rollout.next(1.0, row)
    for _ in range(6):
        for _ in range(steps):
            rollout.next()
        rollout.hear(row)
    assert rollout.sections.number == 0
