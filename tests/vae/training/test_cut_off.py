"""A training that was cut off at any moment leaves a run that goes on, to the same end."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import RunError
from musicvae.recipes import Recipe
from musicvae.vae.run import checkpoint

#: Steps of an epoch: four tracks of 4000 samples in batches of 4 · 256.
EPOCH = 16

pytestmark = pytest.mark.usefixtures("toy_family")


class Killed(BaseException):
    """What no code of ours catches, as SIGKILL is."""


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
    uncut: Any,
    number: int,
    train_toy: Any,
    assert_same_run: Any,
) -> None:
    recipe = toy_recipe.with_settings(epochs=1)
    whole = uncut(recipe)
    cut = make_prepared(recipe, "cut")
    with monkeypatch.context() as patched:
        names = _break_at(patched, number, Killed())
        with pytest.raises(Killed):
            train_toy(cut)
    wanted = ["last.npz", "best.npz", "history.json", "history.csv", "last.npz", "latents.npz"]
    assert names == wanted[: number + 1]
    train_toy(cut)
    assert_same_run(whole, cut)


@pytest.mark.parametrize("number", [0, 2, 5])
def test_a_full_disk_is_told_and_the_run_goes_on(
    make_prepared: Any,
    toy_recipe: Recipe,
    monkeypatch: pytest.MonkeyPatch,
    uncut: Any,
    number: int,
    train_toy: Any,
    assert_same_run: Any,
) -> None:
    recipe = toy_recipe.with_settings(epochs=1)
    whole = uncut(recipe)
    cut = make_prepared(recipe, "cut")
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patched:
        names = _break_at(patched, number, full)
        if number == 2:  # the history is optional
            assert "No space left on device" in train_toy(cut).notes[0]
            return
        with pytest.raises(RunError) as refused:
            train_toy(cut)
    assert names[number] in str(refused.value)
    assert "No space left on device" in str(refused.value.received)
    assert f"--resume --out {cut.run.path}" in str(refused.value.hint)
    train_toy(cut)
    assert_same_run(whole, cut)


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
    make_prepared: Any, uncut: Any, toy_recipe: Recipe, train_toy: Any, assert_same_run: Any
) -> None:
    """Such a checkpoint has the end of its epoch behind it: nothing is evaluated twice or never."""
    whole = uncut(toy_recipe)
    cut = make_prepared(name="cut")

    def kill(step: int) -> None:
        if step == EPOCH + 1:
            raise Killed

    with pytest.raises(Killed):
        train_toy(cut, kill, checkpoint_seconds=-1.0)
    assert checkpoint.counters_of(cut.run.last)["step"] == EPOCH
    again = train_toy(cut)
    assert again.steps[0] == EPOCH + 1
    assert_same_run(whole, cut)


def test_a_stop_at_the_last_step_of_an_epoch_or_of_the_run(
    make_prepared: Any, uncut: Any, toy_recipe: Recipe, train_toy: Any, assert_same_run: Any
) -> None:
    whole = uncut(toy_recipe)
    for at in (EPOCH, 2 * EPOCH):
        stopped = make_prepared(name=f"stopped {at}")

        def interrupt(step: int, at: int = at) -> None:
            if step == at - 1:
                signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            train_toy(stopped, interrupt)
        train_toy(stopped)
        assert_same_run(whole, stopped)


def test_leftovers_of_a_kill_are_removed_when_it_goes_on(tmp_path: Path) -> None:
    from musicvae.vae.run.vacancy import remove_leftovers

    for name in (".last.abcdefgh.npz", ".run.12345678.json", ".mine.npz", "last.npz", ".last.npz"):
        (tmp_path / name).write_bytes(b"")
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".mine.npz", "last.npz", ".last.npz"}


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
