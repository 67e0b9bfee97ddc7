"""A training that was cut off at any moment, or that goes on with other settings."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import RunError
from musicvae.recipes import Recipe
from musicvae.vae.run import checkpoint
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.training.progress import Averages, Counters
from musicvae.vae.training.reporting import Silent
from musicvae.vae.training.restoring import Restored, kept_counters
from musicvae.vae.training.strategies import Placement
from musicvae.vae.training.trainer import Trainer

#: Steps of an epoch: four tracks of 4000 samples in batches of 4 · 256.
EPOCH = 16

pytestmark = pytest.mark.usefixtures("toy_family")


class Killed(BaseException):
    """What no code of ours catches, as SIGKILL is."""


class Notes(Silent):
    """Keeps what it is told, and calls ``at_step`` after each step."""

    def __init__(self, at_step: Callable[[int], Any] = lambda step: None) -> None:
        self.notes: list[str] = []
        self.steps: list[int] = []
        self.at_step = at_step

    def note(self, text: str) -> None:
        self.notes.append(text)

    def step(self, step: int, planned: int, figures: dict[str, float]) -> None:
        self.steps.append(step)
        self.at_step(step)


def _train(prepared: Prepared, notes: Notes | None = None, **options: Any) -> Notes:
    notes = notes or Notes()
    placement = Placement(tf.distribute.get_strategy())
    Trainer(prepared, placement, notes, **{"pictures": False, **options}).run()
    return notes


def _assert_same(one: Prepared, other: Prepared) -> None:
    """Equal weights and counters, but for the time that passed; equal histories; both playable."""
    for name in ("last.npz", "best.npz"):
        with np.load(one.run.path / name) as a, np.load(other.run.path / name) as b:
            assert a.files == b.files
            for array in set(a.files) - {"counters"}:
                np.testing.assert_array_equal(a[array], b[array])
    histories = [
        [{**row, "seconds": 0} for row in prepared.run.history()] for prepared in (one, other)
    ]
    assert histories[0] == histories[1]
    for prepared in (one, other):
        LatentBasis.load(prepared.run.latents, 3)
        assert not [path for path in prepared.run.path.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def whole() -> dict[str, Prepared]:
    """Runs that were never cut off, by a name for their recipe."""
    return {}


def _uncut(whole: dict[str, Prepared], make_prepared: Any, recipe: Recipe, name: str) -> Prepared:
    if name not in whole:
        whole[name] = make_prepared(recipe, "whole")
        _train(whole[name])
    return whole[name]


def _break_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> list[str]:
    """Let the ``number``-th file, from 0, fail to reach the disk; returns the names of all."""
    names: list[str] = []
    original = Path.replace

    def replace(source: Path, target: Path) -> Path:
        names.append(Path(target).name)
        if len(names) - 1 == number:
            raise error
        return original(source, target)

    monkeypatch.setattr(Path, "replace", replace)
    return names


@pytest.mark.parametrize("number", range(6))
def test_a_kill_at_any_file_leaves_a_run_that_goes_on(
    make_prepared: Any,
    toy_recipe: Recipe,
    monkeypatch: pytest.MonkeyPatch,
    whole: dict[str, Prepared],
    number: int,
) -> None:
    recipe = toy_recipe.with_settings(epochs=1)
    uncut = _uncut(whole, make_prepared, recipe, "short")
    cut = make_prepared(recipe, "cut")
    with monkeypatch.context() as patched:
        names = _break_at(patched, number, Killed())
        with pytest.raises(Killed):
            _train(cut)
    wanted = ["last.npz", "best.npz", "history.json", "history.csv", "last.npz", "latents.npz"]
    assert names == wanted[: number + 1]
    _train(cut)
    _assert_same(uncut, cut)


@pytest.mark.parametrize("number", [0, 2, 5])
def test_a_full_disk_is_told_and_the_run_goes_on(
    make_prepared: Any,
    toy_recipe: Recipe,
    monkeypatch: pytest.MonkeyPatch,
    whole: dict[str, Prepared],
    number: int,
) -> None:
    recipe = toy_recipe.with_settings(epochs=1)
    uncut = _uncut(whole, make_prepared, recipe, "short")
    cut, notes = make_prepared(recipe, "cut"), Notes()
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patched:
        names = _break_at(patched, number, full)
        if number == 2:  # the history is optional
            _train(cut, notes)
            assert "No space left on device" in notes.notes[0]
            return
        with pytest.raises(RunError) as refused:
            _train(cut, notes)
    assert names[number] in str(refused.value)
    assert "No space left on device" in str(refused.value.received)
    assert f"--resume --out {cut.run.path}" in str(refused.value.hint)
    _train(cut)
    _assert_same(uncut, cut)


def test_a_file_that_grows_too_large_leaves_the_old_one(tmp_path: Path) -> None:
    """The error of the disk comes in the middle of a zip file, which has errors of its own."""
    resource = pytest.importorskip("resource", reason="only Unix limits the size of files")
    import keras

    variables = [keras.Variable(np.zeros(100_000, np.float32))]
    checkpoint.save(tmp_path / "last.npz", variables, {"step": 1})
    variables[0].assign(np.ones(100_000, np.float32))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(RunError, match="File too large"):
            checkpoint.save(tmp_path / "last.npz", variables, {"step": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert checkpoint.restore(tmp_path / "last.npz", variables) == {"step": 1}
    assert not variables[0].numpy().any()
    assert [path.name for path in tmp_path.iterdir()] == ["last.npz"]


def test_a_kill_after_a_checkpoint_at_the_end_of_an_epoch(
    make_prepared: Any, whole: dict[str, Prepared], toy_recipe: Recipe
) -> None:
    """Such a checkpoint has the end of its epoch behind it: nothing is evaluated twice or never."""
    uncut = _uncut(whole, make_prepared, toy_recipe, "toy")
    cut = make_prepared(name="cut")

    def kill(step: int) -> None:
        if step == EPOCH + 1:
            raise Killed

    with pytest.raises(Killed):
        _train(cut, Notes(kill), checkpoint_seconds=-1.0)
    assert checkpoint.counters_of(cut.run.last)["step"] == EPOCH
    again = _train(cut)
    assert again.steps[0] == EPOCH + 1
    _assert_same(uncut, cut)


def test_a_stop_at_the_last_step_of_an_epoch_or_of_the_run(
    make_prepared: Any, whole: dict[str, Prepared], toy_recipe: Recipe
) -> None:
    uncut = _uncut(whole, make_prepared, toy_recipe, "toy")
    for at in (EPOCH, 2 * EPOCH):
        stopped = make_prepared(name=f"stopped {at}")

        def interrupt(step: int, at: int = at) -> None:
            if step == at - 1:
                signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            _train(stopped, Notes(interrupt))
        _train(stopped)
        _assert_same(uncut, stopped)


def test_leftovers_of_a_kill_are_removed_when_it_goes_on(tmp_path: Path) -> None:
    from musicvae.vae.run.vacancy import remove_leftovers

    for name in (".last.abcdefgh.npz", ".run.12345678.json", ".mine.npz", "last.npz", ".last.npz"):
        (tmp_path / name).write_bytes(b"")
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".mine.npz", "last.npz", ".last.npz"}


@pytest.mark.parametrize("name", ["latents.npz", "best.npz"])
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PK")])
def test_a_finished_run_makes_its_model_again(
    make_prepared: Any, toy_recipe: Recipe, name: str, damage: Callable[[Path], Any]
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    _train(prepared)
    before, last = (prepared.run.path / name).read_bytes(), prepared.run.last.read_bytes()
    damage(prepared.run.path / name)
    notes = _train(prepared)
    assert notes.steps == []
    assert any("made again" in note for note in notes.notes)
    with np.load(prepared.run.path / name) as arrays:
        assert arrays.files
    if name == "latents.npz":
        assert (prepared.run.path / name).read_bytes() == before
    assert prepared.run.last.read_bytes() == last


def test_what_was_trained_is_never_begun_over(make_prepared: Any, toy_recipe: Recipe) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    _train(prepared)
    prepared.run.last.unlink()
    best = prepared.run.best.read_bytes()
    with pytest.raises(RunError, match=r"last\.npz cannot be read") as refused:
        _train(prepared)
    assert f"--from {prepared.run.path}" in str(refused.value.hint)
    assert prepared.run.best.read_bytes() == best


@pytest.mark.parametrize("text", [None, "", "[]", "{", "[3, null]", '[{"epoch": 1}]'])
def test_a_damaged_history_does_not_stop_a_run(
    make_prepared: Any, toy_recipe: Recipe, text: str | None
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    _train(prepared)
    path = prepared.run.path / "history.json"
    path.unlink() if text is None else path.write_text(text)
    longer = dataclasses.replace(prepared, recipe=toy_recipe.with_settings(epochs=2))
    assert _train(longer).steps[0] == EPOCH + 1
    assert [row["epoch"] for row in prepared.run.history()] == [2]


@pytest.mark.parametrize("name", ["history.json", "history.csv", "pictures"])
def test_what_is_optional_may_fail(make_prepared: Any, toy_recipe: Recipe, name: str) -> None:
    prepared, notes = make_prepared(toy_recipe.with_settings(epochs=1)), Notes()
    if name == "pictures":
        (prepared.run.path / name).write_text("a file of that name")
    else:
        (prepared.run.path / name / "in the way").mkdir(parents=True)
    _train(prepared, notes, pictures=True)
    assert any("no history or picture of epoch 1" in note for note in notes.notes)
    assert checkpoint.counters_of(prepared.run.best)["step"] == EPOCH


def test_more_epochs_are_trained_as_if_they_had_been_asked_for(
    make_prepared: Any, toy_recipe: Recipe, whole: dict[str, Prepared]
) -> None:
    """With a constant learning rate; the rate of others follows the new plan from there on."""
    uncut = _uncut(whole, make_prepared, toy_recipe, "toy")
    grown = make_prepared(toy_recipe.with_settings(epochs=1), "grown")
    _train(grown)
    notes = _train(dataclasses.replace(grown, recipe=toy_recipe))
    assert notes.steps == list(range(EPOCH + 1, 2 * EPOCH + 1))
    _assert_same(uncut, grown)


def test_fewer_epochs_end_a_run(make_prepared: Any, toy_recipe: Recipe) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=2))
    _train(prepared)
    less = dataclasses.replace(prepared, recipe=toy_recipe.with_settings(epochs=1))
    assert _train(less).steps == []


@pytest.mark.parametrize("minutes", [60.0, None])
def test_more_minutes_go_on(make_prepared: Any, toy_recipe: Recipe, minutes: float | None) -> None:
    prepared = make_prepared(toy_recipe.with_settings(minutes=1e-9, epochs=2))
    assert len(_train(prepared).steps) == 2
    longer = toy_recipe.with_settings(minutes=minutes, epochs=2)
    assert _train(dataclasses.replace(prepared, recipe=longer)).steps[-1] == 2 * EPOCH


def test_minutes_that_are_spent_end_a_run(make_prepared: Any, toy_recipe: Recipe) -> None:
    prepared = make_prepared(toy_recipe.with_settings(minutes=60.0, epochs=1))
    _train(prepared)
    spent = toy_recipe.with_settings(minutes=1e-9, epochs=9)
    assert _train(dataclasses.replace(prepared, recipe=spent)).steps == []


def test_more_patience_goes_on(
    make_prepared: Any, toy_recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.vae.training.progress.Counters.improved", _never_better)
    prepared = make_prepared(toy_recipe.with_settings(patience=1, epochs=3))
    assert len(_train(prepared).steps) == EPOCH
    patient = toy_recipe.with_settings(patience=2, epochs=3)
    assert _train(dataclasses.replace(prepared, recipe=patient)).steps[-1] == 2 * EPOCH


def _never_better(counters: Counters, objective: float) -> bool:
    counters.stale_epochs += 1
    return False


GOOD = json.loads(
    json.dumps(kept_counters(Counters(32), Averages(), Recipe("r", "f", 4_000, 256, 3)))
)


@pytest.mark.parametrize(
    "change",
    [
        {"step": -1}, {"step": "3"}, {"step": None}, {"step": 1.5}, {"step": True}, {"phase": 1},
        {"phases": 2}, {"planned": 1}, {"best": "good"}, {"seconds": -1.0}, {"seconds": None},
        {"averages": None}, {"averages": {}}, {"averages": {"sums": [], "steps": 1}},
        {"averages": {"sums": {"loss": "x"}, "steps": 1}}, {"averages": {"sums": {}, "steps": -1}},
        {"colour": 3}, {"planned_steps": []},
    ],
)  # fmt: skip
def test_counters_of_other_values_are_refused(change: dict[str, Any]) -> None:
    assert Restored.of(GOOD, 1).counters == Counters(32)
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        Restored.of(GOOD | change, 1)


def test_damaged_counters_name_their_file(make_prepared: Any, toy_recipe: Recipe) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    _train(prepared)
    with np.load(prepared.run.last) as arrays:
        stored = dict(arrays)
    stored["counters"] = np.array(json.dumps({**GOOD, "step": "many"}))
    np.savez(prepared.run.last, **stored)
    with pytest.raises(RunError, match=r"last\.npz cannot be read"):
        _train(prepared)


def test_checkpoints_of_older_versions_have_no_plan(make_prepared: Any) -> None:
    prepared = make_prepared()
    _train(prepared)
    with np.load(prepared.run.last) as arrays:
        stored = dict(arrays)
    kept = json.loads(str(stored["counters"]))
    del kept["plan"]
    stored["counters"] = np.array(json.dumps(kept))
    np.savez(prepared.run.last, **stored)
    assert _train(prepared).steps == []


def test_the_start_is_written_last(make_prepared: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that is cut off at any file can be begun again, and is no run before its end."""
    names = _break_at(monkeypatch, 10**6, Killed())
    prepared = make_prepared(name="first")
    assert names == ["split.json", "data.json", "run.json"]
    for number in range(3):
        with monkeypatch.context() as patched:
            _break_at(patched, number, Killed())
            with pytest.raises(Killed):
                make_prepared(name="again")
        folder = prepared.run.path.parent / "again"
        assert not (folder / "run.json").exists()
        make_prepared(name="again")
        shutil.rmtree(folder)
    assert os.path.lexists(prepared.run.description)
