"""A run that goes on: finished, damaged in part, or with other settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import RunError
from musicvae.recipes import Recipe
from musicvae.vae.run import checkpoint
from musicvae.vae.training.progress import Counters

#: Steps of an epoch: four tracks of 4000 samples in batches of 4 · 256.
EPOCH = 16

pytestmark = pytest.mark.usefixtures("toy_family")


@pytest.mark.parametrize("name", ["latents.npz", "best.npz"])
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PK")])
def test_a_finished_run_makes_its_model_again(
    make_prepared: Any, toy_recipe: Recipe, name: str, damage: Callable[[Path], Any], train_toy: Any
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    train_toy(prepared)
    before, last = (prepared.run.path / name).read_bytes(), prepared.run.last.read_bytes()
    damage(prepared.run.path / name)
    notes = train_toy(prepared)
    assert notes.steps == []
    assert any("made again" in note for note in notes.notes)
    with np.load(prepared.run.path / name) as arrays:
        assert arrays.files
    if name == "latents.npz":
        assert (prepared.run.path / name).read_bytes() == before
    assert prepared.run.last.read_bytes() == last


def test_what_was_trained_is_never_begun_over(
    make_prepared: Any, toy_recipe: Recipe, train_toy: Any
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    train_toy(prepared)
    prepared.run.last.unlink()
    best = prepared.run.best.read_bytes()
    with pytest.raises(RunError, match=r"last\.npz cannot be read") as refused:
        train_toy(prepared)
    assert f"--from {prepared.run.path}" in str(refused.value.hint)
    assert prepared.run.best.read_bytes() == best


@pytest.mark.parametrize("text", [None, "", "[]", "{", "[3, null]", '[{"epoch": 1}]'])
def test_a_damaged_history_does_not_stop_a_run(
    make_prepared: Any, toy_recipe: Recipe, text: str | None, train_toy: Any
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    train_toy(prepared)
    path = prepared.run.path / "history.json"
    path.unlink() if text is None else path.write_text(text)
    longer = dataclasses.replace(prepared, recipe=toy_recipe.with_settings(epochs=2))
    assert train_toy(longer).steps[0] == EPOCH + 1
    assert [row["epoch"] for row in prepared.run.history()] == [2]


@pytest.mark.parametrize("name", ["history.json", "history.csv", "pictures"])
def test_what_is_optional_may_fail(
    make_prepared: Any, toy_recipe: Recipe, name: str, train_toy: Any
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    if name == "pictures":
        (prepared.run.path / name).write_text("a file of that name")
    else:
        (prepared.run.path / name / "in the way").mkdir(parents=True)
    notes = train_toy(prepared, pictures=True)
    assert any("no history or picture of epoch 1" in note for note in notes.notes)
    assert checkpoint.counters_of(prepared.run.best)["step"] == EPOCH


def test_more_epochs_are_trained_as_if_they_had_been_asked_for(
    make_prepared: Any, toy_recipe: Recipe, uncut: Any, train_toy: Any, assert_same_run: Any
) -> None:
    """With a constant learning rate; the rate of others follows the new plan from there on."""
    whole = uncut(toy_recipe)
    grown = make_prepared(toy_recipe.with_settings(epochs=1), "grown")
    train_toy(grown)
    notes = train_toy(dataclasses.replace(grown, recipe=toy_recipe))
    assert notes.steps == list(range(EPOCH + 1, 2 * EPOCH + 1))
    assert_same_run(whole, grown)


def test_fewer_epochs_end_a_run(make_prepared: Any, toy_recipe: Recipe, train_toy: Any) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=2))
    train_toy(prepared)
    less = dataclasses.replace(prepared, recipe=toy_recipe.with_settings(epochs=1))
    assert train_toy(less).steps == []


@pytest.mark.parametrize("minutes", [60.0, None])
def test_more_minutes_go_on(
    make_prepared: Any, toy_recipe: Recipe, minutes: float | None, train_toy: Any
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(minutes=1e-9, epochs=2))
    assert len(train_toy(prepared).steps) == 2
    longer = toy_recipe.with_settings(minutes=minutes, epochs=2)
    assert train_toy(dataclasses.replace(prepared, recipe=longer)).steps[-1] == 2 * EPOCH


def test_minutes_that_are_spent_end_a_run(
    make_prepared: Any, toy_recipe: Recipe, train_toy: Any
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(minutes=60.0, epochs=1))
    train_toy(prepared)
    spent = toy_recipe.with_settings(minutes=1e-9, epochs=9)
    assert train_toy(dataclasses.replace(prepared, recipe=spent)).steps == []


def test_more_patience_goes_on(
    make_prepared: Any, toy_recipe: Recipe, monkeypatch: pytest.MonkeyPatch, train_toy: Any
) -> None:
    monkeypatch.setattr("musicvae.vae.training.progress.Counters.improved", _never_better)
    prepared = make_prepared(toy_recipe.with_settings(patience=1, epochs=3))
    assert len(train_toy(prepared).steps) == EPOCH
    patient = toy_recipe.with_settings(patience=2, epochs=3)
    assert train_toy(dataclasses.replace(prepared, recipe=patient)).steps[-1] == 2 * EPOCH


def _never_better(counters: Counters, objective: float) -> bool:
    counters.stale_epochs += 1
    return False
