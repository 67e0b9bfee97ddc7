"""The training loop on a toy model: epochs, checkpoints, plans, and every way to end."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import TrainingDivergedError
from musicvae.recipes import Recipe
from musicvae.vae.run import checkpoint
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.training.evaluation import TestFigures
from musicvae.vae.training.reporting import Silent
from musicvae.vae.training.strategies import Placement
from musicvae.vae.training.trainer import Trainer

#: Steps of an epoch: four tracks of 4000 samples in batches of 4 · 256.
EPOCH = 16

pytestmark = pytest.mark.usefixtures("toy_family")


class Notes(Silent):
    """Keeps what it is told, and calls ``at_step`` after each step."""

    def __init__(self, at_step: Callable[[int], Any] = lambda step: None) -> None:
        self.notes: list[str] = []
        self.steps: list[tuple[int, int]] = []
        self.rows: list[dict[str, Any]] = []
        self.at_step = at_step

    def note(self, text: str) -> None:
        self.notes.append(text)

    def step(self, step: int, planned: int, figures: dict[str, float]) -> None:
        self.steps.append((step, planned))
        self.at_step(step)

    def epoch(self, row: dict[str, Any]) -> None:
        self.rows.append(row)


def _train(prepared: Prepared, notes: Notes | None = None, **options: Any) -> Notes:
    notes = notes or Notes()
    placement = Placement(tf.distribute.get_strategy())
    Trainer(prepared, placement, notes, **{"pictures": False, **options}).run()
    return notes


def _weights(path: Path) -> list[np.ndarray]:
    with np.load(path) as arrays:
        return [arrays[name] for name in arrays.files if name != "counters"]


def _assert_same(one: Path, other: Path) -> None:
    for a, b in zip(_weights(one), _weights(other), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_run_has_its_epochs_and_leaves_its_files(make_prepared: Any) -> None:
    prepared = make_prepared()
    notes = _train(prepared)
    assert notes.steps == [(step, 2 * EPOCH) for step in range(1, 2 * EPOCH + 1)]
    assert [(row["epoch"], row["step"]) for row in notes.rows] == [(1, EPOCH), (2, 2 * EPOCH)]
    assert notes.rows == prepared.run.history()
    assert notes.rows[1]["train_loss"] < notes.rows[0]["train_loss"]
    assert notes.rows[1]["test_absolute"] > 0
    for path in (prepared.run.last, prepared.run.best, prepared.run.latents):
        assert path.is_file()
    assert not prepared.run.pictures.exists()


def test_equal_seeds_give_equal_weights(make_prepared: Any, toy_recipe: Recipe) -> None:
    runs = [
        make_prepared(toy_recipe.with_settings(seed=seed, epochs=1), name)
        for seed, name in ((1, "a"), (1, "b"), (2, "c"))
    ]
    for prepared in runs:
        _train(prepared)
    one, same, other = (prepared.run.last for prepared in runs)
    _assert_same(one, same)
    assert not np.array_equal(_weights(one)[0], _weights(other)[0])


def test_control_c_ends_after_a_step_and_the_run_goes_on(make_prepared: Any) -> None:
    whole, stopped = make_prepared(), make_prepared(name="stopped")
    _train(whole)

    def interrupt(step: int) -> None:
        if step == 5:
            signal.raise_signal(signal.SIGINT)

    notes = Notes(interrupt)
    with pytest.raises(KeyboardInterrupt):
        _train(stopped, notes)
    assert notes.steps[-1][0] == 6
    assert "stopped after step 6" in notes.notes[-1]
    assert str(stopped.run.path) in notes.notes[-1]
    assert checkpoint.counters_of(stopped.run.best)["step"] == 6
    assert stopped.run.latents.is_file()
    again = _train(stopped)
    assert again.steps[0][0] == 7
    _assert_same(whole.run.last, stopped.run.last)
    timeless = [
        [{**row, "seconds": 0} for row in prepared.run.history()] for prepared in (whole, stopped)
    ]
    assert timeless[0] == timeless[1]


def test_a_finished_run_has_nothing_left(make_prepared: Any, toy_recipe: Recipe) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    _train(prepared)
    before = prepared.run.last.read_bytes()
    notes = _train(prepared)
    assert notes.steps == []
    assert "nothing left to train" in notes.notes[0]
    assert prepared.run.last.read_bytes() == before


def test_a_time_budget_ends_a_run(make_prepared: Any, toy_recipe: Recipe) -> None:
    prepared = make_prepared(toy_recipe.with_settings(minutes=1e-9))
    notes = _train(prepared)
    assert len(notes.steps) == 2  # the first step's time is known at the second
    assert [row["step"] for row in prepared.run.history()] == [2]


def test_a_large_time_budget_changes_nothing(make_prepared: Any, toy_recipe: Recipe) -> None:
    free, budget = make_prepared(), make_prepared(toy_recipe.with_settings(minutes=60.0), "budget")
    _train(free)
    assert len(_train(budget).steps) == 2 * EPOCH
    _assert_same(free.run.last, budget.run.last)


def _objectives(monkeypatch: pytest.MonkeyPatch, *objectives: float) -> None:
    """Let the epochs be evaluated so, one after another."""
    figures = iter([TestFigures(value, value, value, 0.0, 1) for value in objectives])
    monkeypatch.setattr("musicvae.vae.training.trainer.evaluate", lambda *_: next(figures))


def test_the_best_epoch_is_kept(
    make_prepared: Any, toy_recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    _objectives(monkeypatch, -3.0, -1.0, -2.0)
    prepared = make_prepared(toy_recipe.with_settings(epochs=3))
    _train(prepared)
    assert checkpoint.counters_of(prepared.run.best)["step"] == 2 * EPOCH
    assert checkpoint.counters_of(prepared.run.last)["step"] == 3 * EPOCH
    assert not np.array_equal(_weights(prepared.run.best)[0], _weights(prepared.run.last)[0])


def test_patience_ends_a_run(
    make_prepared: Any, toy_recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    _objectives(monkeypatch, -1.0, -2.0, -3.0, -4.0)
    prepared = make_prepared(toy_recipe.with_settings(epochs=9, patience=2))
    assert len(_train(prepared).rows) == 3


def test_checkpoints_come_between_epochs(make_prepared: Any) -> None:
    prepared, seen = make_prepared(), []

    def look(step: int) -> None:
        if prepared.run.last.is_file():
            seen.append((step, checkpoint.counters_of(prepared.run.last)["step"]))

    _train(prepared, Notes(look), checkpoint_seconds=-1.0)
    assert seen[:3] == [(1, 0), (2, 1), (3, 2)]


def test_weights_of_another_run_are_taken_and_frozen_parts_keep_them(
    make_prepared: Any, toy: Any
) -> None:
    prepared = make_prepared(frozen=("encoder",))
    toy.encoder.weights[0].assign_add(tf.ones_like(toy.encoder.weights[0]))
    checkpoint.save(prepared.run.start, toy.variables, {})
    basis = make_prepared(name="other")
    _train(basis)
    prepared.run.start_latents.write_bytes(basis.run.latents.read_bytes())
    _train(prepared)
    encoder = len(toy.encoder.variables)
    for trained, start in zip(_weights(prepared.run.best), toy.variables, strict=True):
        assert np.array_equal(trained, start.numpy()) == (encoder > 0)
        encoder -= 1
    with np.load(prepared.run.latents) as one, np.load(basis.run.latents) as other:
        np.testing.assert_array_equal(one["axes"], other["axes"])


def test_a_diverged_run_names_its_last_good_checkpoint(
    make_prepared: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.vae.training.trainer.learning_rate", lambda *_: 1e30)
    prepared = make_prepared()
    with pytest.raises(TrainingDivergedError, match="no checkpoint yet"):
        _train(prepared)
    assert checkpoint.counters_of(prepared.run.last)["step"] == 0


def test_only_the_chief_writes(make_prepared: Any, toy_recipe: Recipe) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1, batch_size=4))
    before = sorted(prepared.run.path.iterdir())

    class Second(Placement):
        """A second worker that is alone: it makes all rows and meets nobody."""

        def rows(self, batch_size: int) -> slice:
            return slice(None)

    placement = Second(tf.distribute.get_strategy(), worker=1)
    Trainer(prepared, placement, Silent()).run()
    assert sorted(prepared.run.path.iterdir()) == before
