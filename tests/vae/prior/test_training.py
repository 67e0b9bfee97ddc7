"""The training of priors, from latents to an artifact, with the tiniest of models."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

from musicvae.errors import DataError, LatentError, RunError, SettingError  # noqa: E402
from musicvae.vae.prior.folder import PriorFolder  # noqa: E402
from musicvae.vae.prior.material import Material  # noqa: E402
from musicvae.vae.prior.trained import load_prior  # noqa: E402
from musicvae.vae.prior.training import train_prior  # noqa: E402
from musicvae.vae.training.reporting import Silent  # noqa: E402


class Stopping(Silent):
    """Asks to stop after a step, as Ctrl-C does."""

    def __init__(self, after: int) -> None:
        self.after = after

    def step(self, step: int, planned: int, figures: dict[str, float]) -> None:
        if step == self.after:
            os.kill(os.getpid(), 2)


@pytest.fixture
def latents(prior_material: ModuleType, tmp_path: Path) -> Path:
    path = tmp_path / "material.npz"
    prior_material.material().save(path)
    return path


@pytest.fixture(scope="module")
def trained(
    prior_material: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, dict[str, Any]]:
    """A prior that was trained in both phases, and its plan; nobody changes it."""
    folder = tmp_path_factory.mktemp("priors")
    prior_material.material().save(folder / "material.npz")
    plan = {**prior_material.PLAN, "steps": 2, "rollouts": 0.5, "check": 2}
    latents = folder / "material.npz"
    return _train(folder / "prior", latents, plan, licence="CC0-1.0"), plan


def _train(out: Path, latents: Path | None, plan: dict[str, Any], **options: Any) -> Any:
    return train_prior(out=out, material=latents, settings=plan, compiled=False, **options)


def test_a_training_that_was_stopped_ends_as_one_that_was_not(
    prior_material: ModuleType, latents: Path, tmp_path: Path
) -> None:
    # Without rollouts, which take long to build; that both phases run, another test shows.
    plan = {**prior_material.PLAN, "steps": 2, "check": 1, "rollouts": 0.0}
    whole = _train(tmp_path / "whole", latents, plan)
    with pytest.raises(KeyboardInterrupt):
        _train(tmp_path / "parts", latents, plan, reporter=Stopping(1))
    parts = _train(tmp_path / "parts", None, {}, resume=True)
    for one, other in zip(whole.model.variables, parts.model.variables, strict=True):
        assert np.array_equal(one.numpy(), other.numpy())
    rows = [folder.rows() for folder in (whole.folder, parts.folder)]
    assert [row["test_loss"] for row in rows[0]] == [row["test_loss"] for row in rows[1]]
    assert [row["step"] for row in rows[0]] == [1, 2]


def test_what_is_trained_is_what_is_opened_and_described(
    trained: tuple[Any, dict[str, Any]], tmp_path: Path
) -> None:
    made, rows = trained[0], trained[0].folder.rows()
    assert [(row["step"], row["phase"]) for row in rows] == [(1, 1), (2, 2)]
    best = min(row["form"] for row in rows)
    info = made.info()
    assert (info.kind, info.licence, info.latent_space) == ("prior", "CC0-1.0", "0123456789abcdef")
    assert info.provenance["figures"]["form"] == best
    assert info.provenance["encoder"] == "material.npz"  # a name, and not a place
    shutil.copytree(made.folder.path, tmp_path / "prior")
    (tmp_path / "prior" / "material.npz").unlink()  # needed to go on, not to play
    again = load_prior(tmp_path / "prior")
    assert again.real_latents(30).shape == (30, 4)
    assert np.array_equal(again.model.variables[0].numpy(), made.model.variables[0].numpy())


def test_what_cannot_go_on_or_begin_is_refused(
    prior_material: ModuleType, latents: Path, tmp_path: Path
) -> None:
    with pytest.raises(RunError):
        _train(tmp_path / "none", None, {}, resume=True)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "best.npz").write_bytes(b"x")
    with pytest.raises(RunError, match="in use"):
        _train(tmp_path / "used", latents, prior_material.PLAN)
    with pytest.raises(SettingError):
        _train(tmp_path / "new", latents, {**prior_material.PLAN, "batch": 3})
    with pytest.raises(DataError):
        _train(tmp_path / "new", latents, prior_material.PLAN, genre="polka")
    with pytest.raises(SettingError):
        train_prior(out=tmp_path / "new")
    assert not (tmp_path / "new").exists()
    facts, plan = {"licence": "x"}, _plan(prior_material)
    PriorFolder.create(tmp_path / "begun", Material.load(latents), plan, facts)
    with pytest.raises(RunError, match="left weights"):
        load_prior(tmp_path / "begun")
    with pytest.raises(SettingError, match="cannot change"):
        _train(tmp_path / "begun", None, {"batch_size": 3}, resume=True)


def _plan(prior_material: ModuleType) -> Any:
    from musicvae.vae.prior.plan import Plan

    return Plan.of(prior_material.PLAN)


def test_material_is_kept_and_damage_is_found(
    prior_material: ModuleType, latents: Path, tmp_path: Path
) -> None:
    made, kept = prior_material.material(), Material.load(latents)
    assert np.array_equal(made.latents, kept.latents)
    assert (made.space, made.genres, made.keys) == (kept.space, kept.genres, kept.keys)
    jazz = kept.only("jazz")
    assert set(jazz.genre) == {0}
    assert len(jazz.latents) == len(kept.latents) // 2
    latents.write_bytes(latents.read_bytes()[:-100])
    with pytest.raises(RunError):
        Material.load(latents)


def test_where_no_licence_is_given_that_of_the_start_counts() -> None:
    from musicvae.vae.prior.training import _inherited

    told: list[str] = []
    listener = SimpleNamespace(note=told.append)
    assert _inherited("unstated", "CC-BY-4.0", listener) == "CC-BY-4.0"
    assert _inherited("CC0-1.0", "unstated", listener) == "CC0-1.0"
    assert _inherited("CC0-1.0", "CC0-1.0", listener) == "CC0-1.0"
    assert told == []
    assert _inherited("CC0-1.0", "CC-BY-NC-4.0", listener) == "CC0-1.0"
    assert len(told) == 1
    assert "CC-BY-NC-4.0" in told[0]


def test_a_prior_of_another_space_is_no_start(
    trained: tuple[Any, dict[str, Any]], prior_material: ModuleType, latents: Path, tmp_path: Path
) -> None:
    import dataclasses

    first, plan = trained[0].folder.path, trained[1] | {"steps": 2, "rollouts": 0.0}
    tuned = _train(tmp_path / "tuned", latents, plan, genre="jazz", start_from=first)
    assert tuned.outline.genres == ("jazz", "metal")
    assert tuned.folder.describe()["licence"] == "CC0-1.0"  # that of the first, since none is given
    made = prior_material.material()
    other = dataclasses.replace(made, space=dataclasses.replace(made.space, latent_space="f" * 16))
    other.save(tmp_path / "other.npz")
    with pytest.raises(LatentError):
        _train(tmp_path / "new", tmp_path / "other.npz", plan, start_from=first)
