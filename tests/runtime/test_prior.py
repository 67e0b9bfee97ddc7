"""The runtime of priors, with a tiny real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.errors import (
    ArtifactError,
    ArtifactKindError,
    CorruptArtifactError,
    LatentError,
    SettingError,
    StateError,
)
from musicvae.runtime.conditions import Conditions
from musicvae.runtime.noise import StepNoise
from musicvae.runtime.prior import Prior
from musicvae.runtime.stream_decoder import StreamDecoder


@pytest.fixture
def prior(prior_artifacts: ModuleType, tmp_path: Path) -> Prior:
    return Prior(prior_artifacts.write_prior_artifact(tmp_path / "prior.onnx"))


def test_a_step_is_what_the_graph_says(prior: Prior, prior_artifacts: ModuleType) -> None:
    noise, state = StepNoise(prior.prior.noise, 3), np.zeros(4, np.float32)
    prior.conditions.set_genre("jazz")
    prior.conditions.set_attribute("brightness", 1.5)
    heard = np.array([1, -1, 0.5, 0], np.float32)
    for number in range(3):
        row = prior.conditions.row.copy()
        expected = prior_artifacts.expected_step(prior.info, heard, row, noise.row(number), state)
        following = prior.step(heard, noise.row(number)).copy()
        assert np.allclose(following, expected, atol=1e-6)
        assert prior.surprise == pytest.approx(float(np.abs(heard - state).mean()), abs=1e-6)
        state, heard = heard, following


def test_the_same_seed_gives_the_same_music_to_the_bit(prior: Prior) -> None:
    walk = prior.walk(150, seed=7)
    assert np.array_equal(walk, prior.walk(150, seed=7))
    assert np.array_equal(walk[:100], prior.walk(100, seed=7))
    assert not np.array_equal(walk, prior.walk(150, seed=8))
    assert walk.std() > 0.3


def test_a_walk_leaves_the_live_state_alone(prior: Prior) -> None:
    zeros = np.zeros(4, np.float32)
    prior.step(zeros + 1, zeros)
    before = prior.state
    prior.walk(10, seed=1, genre="metal", attributes={"brightness": 2})
    assert np.array_equal(prior.state.values, before.values)
    assert not prior.conditions.row.any()


def test_what_was_asked_for_and_what_was_heard_change_the_music(prior: Prior) -> None:
    plain = prior.walk(20, seed=1)
    others = [
        prior.walk(20, seed=1, genre="metal"),
        prior.walk(20, seed=1, genre={"jazz": 0.5, "metal": 0.5}),
        prior.walk(20, seed=1, attributes={"brightness": 2.0}),
        prior.walk(20, seed=1, temperature=0.5),
        prior.walk(20, seed=1, context=np.ones((5, 4))),
        prior.walk(20, seed=1, context=np.ones(4)),
    ]
    assert all(not np.array_equal(plain, other) for other in others)
    assert not prior.walk(20, seed=1, temperature=0).any()


def test_a_walk_goes_on_where_a_state_was_kept(prior: Prior) -> None:
    """What the daemon does: noise by step, explicit state, at any step."""
    noise = StepNoise(prior.prior.noise, 5)
    prior.conditions.set_genre(None)
    heard, rows = np.zeros(4, np.float32), []
    for number in range(70):
        if number == 65:
            kept = prior.state
            prior.reset()
            prior.step(heard, noise.row(0))
            prior.state = kept
        heard = prior.step(heard, noise.row(number)).copy()
        rows.append(heard)
    assert np.array_equal(np.stack(rows), prior.walk(70, seed=5))


def test_noise_depends_on_seed_and_step_alone() -> None:
    noise, again = StepNoise(8, 3), StepNoise(8, 3)
    forward = [noise.row(step).copy() for step in range(200)]
    for step in (150, 3, 199, 0, 64):
        assert np.array_equal(again.row(step), forward[step])
    assert abs(np.stack(forward).std() - 1) < 0.05
    with pytest.raises(SettingError):
        StepNoise(8, 2**32)


def test_a_step_keeps_no_memory(prior: Prior, allocated: Callable[..., tuple[int, int]]) -> None:
    noise, zeros = StepNoise(4, 0), np.zeros(4, np.float32)

    def play() -> None:
        for step in range(200):
            prior.step(zeros, noise.row(step), 0.9)

    play()
    kept, _ = allocated(play)
    assert kept < 2000


@pytest.mark.parametrize("value", [np.nan, np.inf * 0])
def test_what_is_not_finite_is_refused_and_changes_nothing(prior: Prior, value: float) -> None:
    zeros = np.zeros(4, np.float32)
    prior.step(zeros + 1, zeros)
    before = prior.state.values
    with pytest.raises(LatentError):
        prior.step(np.full(4, value, np.float32), zeros)
    assert np.array_equal(prior.state.values, before)


def test_latents_far_out_are_taken_in_as_far_as_they_go(prior: Prior) -> None:
    zeros = np.zeros(4, np.float32)
    assert np.isfinite(prior.step(np.full(4, 1e30, np.float32), zeros)).all()
    assert np.abs(prior.state.values).max() == 12


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"steps": 0}, SettingError),
        ({"temperature": float("nan")}, SettingError),
        ({"temperature": 5}, SettingError),
        ({"seed": -1}, SettingError),
        ({"genre": "polka"}, SettingError),
        ({"genre": {"jazz": 2.0}}, SettingError),
        ({"attributes": {"warmth": 1}}, SettingError),
        ({"attributes": {"brightness": float("nan")}}, SettingError),
        ({"attributes": {"brightness": 9}}, SettingError),
        ({"context": np.zeros((3, 5))}, LatentError),
        ({"context": np.full((3, 4), np.nan)}, LatentError),
    ],
)
def test_what_cannot_be_walked_is_refused(
    prior: Prior, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        prior.walk(**{"steps": 5, **wrong})


def test_proposals_are_scaled_by_trust_and_checked(prior: Prior) -> None:
    conditions = Conditions(prior.prior, 4)
    conditions.set_hint(np.ones(4, np.float32), 0.25)
    assert conditions.row.tolist() == [0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0.25]
    conditions.set_hint(None)
    assert not conditions.row.any()
    with pytest.raises(SettingError):
        conditions.set_hint(np.ones(4, np.float32), 1.5)
    with pytest.raises(LatentError):
        conditions.set_hint(np.ones(3, np.float32))


def test_states_and_spaces_of_others_are_refused(
    prior: Prior, prior_artifacts: ModuleType, tmp_path: Path
) -> None:
    other = Prior(prior_artifacts.write_prior_artifact(tmp_path / "b.onnx", last="Tanh"))
    with pytest.raises(StateError):
        prior.state = other.state
    prior.check_space(prior_artifacts.LATENT_SPACE)
    with pytest.raises(LatentError):
        prior.check_space("f" * 16)


def test_artifacts_of_other_kinds_are_refused_by_name(
    prior_artifacts: ModuleType, make_stream: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(ArtifactKindError):
        Prior(make_stream())
    with pytest.raises(ArtifactKindError, match="Prior"):
        StreamDecoder(prior_artifacts.write_prior_artifact(tmp_path / "prior.onnx"))


@pytest.mark.parametrize(
    "fields",
    [
        {"prior": None},
        {"latent_space": ""},
        {"state_size": 5},
        {"latent_dim": 5},
        {"hop": 0},
        {"kind": "stream"},
    ],
)
def test_descriptions_that_cannot_be_true_are_refused(
    prior_artifacts: ModuleType, tmp_path: Path, fields: dict[str, Any]
) -> None:
    width = {"latent_dim": 4} if "latent_dim" not in fields else {}
    path = prior_artifacts.write_prior_artifact(tmp_path / "prior.onnx", **width)
    if fields.get("latent_dim"):
        prior_artifacts.redescribed(path, noise=7)
    else:
        prior_artifacts.write_prior_artifact(path, **fields)
    with pytest.raises(ArtifactError):
        Prior(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"noise": 0},
        {"noise": True},
        {"noise": 10**9},
        {"context": -1},
        {"genres": []},
        {"genres": ["a", "a"]},
        {"genres": [["a"]]},
        {"genres": ["\x1b[2J"]},
        {"genres": "jazz"},
        {"attributes": [{"name": "a"}]},
        {"attributes": [{"name": "a", "unit": "Hz", "mean": 0, "std": 0}]},
        {"attributes": [{"name": "a", "unit": "Hz", "mean": 1e30, "std": 1}]},
        {"hints": 1},
        {"family": 3},
        {"more": 1},
    ],
)
def test_hostile_descriptions_are_refused(
    prior_artifacts: ModuleType, tmp_path: Path, changes: dict[str, Any]
) -> None:
    path = prior_artifacts.write_prior_artifact(tmp_path / "prior.onnx")
    with pytest.raises(CorruptArtifactError):
        Prior(prior_artifacts.redescribed(path, **changes))


@pytest.mark.parametrize("last", ["Log", "Exp"])
def test_a_graph_that_computes_nan_is_refused_when_it_is_opened(
    prior_artifacts: ModuleType, tmp_path: Path, last: str
) -> None:
    path = prior_artifacts.write_prior_artifact(tmp_path / "prior.onnx", last=last)
    if last == "Exp":  # finite within the bounds
        assert np.isfinite(Prior(path).walk(50, seed=0)).all()
        return
    with pytest.raises(CorruptArtifactError):
        Prior(path).walk(50, seed=0)


def test_a_truncated_file_is_refused(prior_artifacts: ModuleType, tmp_path: Path) -> None:
    path = prior_artifacts.write_prior_artifact(tmp_path / "prior.onnx")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ArtifactError):
        Prior(path)
