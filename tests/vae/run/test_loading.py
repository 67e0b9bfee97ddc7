"""Runs are opened as what they are, or refused with the way on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import MusicVAEError, RunError, UnknownNameError
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.run.loading import load


@pytest.fixture
def copy(tiny_run: Path, tmp_path: Path) -> Path:
    """A run that may be damaged."""
    run = tmp_path / "run"
    ignored = shutil.ignore_patterns("pictures", "last.npz", "tensorboard")
    shutil.copytree(tiny_run, run, ignore=ignored)
    return run


def _change(run: Path, **recipe: Any) -> None:
    description = json.loads((run / "run.json").read_text("utf-8"))
    description["recipe"] |= recipe
    (run / "run.json").write_text(json.dumps(description), "utf-8")


def test_a_run_is_opened_with_its_best_weights(copy: Path) -> None:
    model = load(str(copy))
    assert isinstance(model, TrainedModel)
    assert model.run.path == copy
    with np.load(copy / "best.npz") as arrays:
        stored = [arrays[name] for name in arrays.files if name != "counters"]
    for variable, array in zip(model.vae.variables, stored, strict=True):
        np.testing.assert_array_equal(variable.numpy(), array)


def test_it_needs_neither_the_last_weights_nor_the_tracks(copy: Path, tmp_path: Path) -> None:
    assert not (copy / "last.npz").exists()
    moved = copy.rename(tmp_path / "elsewhere")
    first, again = (load(path).sample(1, seed=0)[0].samples for path in (moved, moved))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (["best.npz"], "no best.npz in"),
        (["latents.npz"], "no latents.npz in"),
        (["best.npz", "latents.npz"], "no best.npz and no latents.npz in"),
    ],
)
def test_a_run_that_was_cut_off_says_what_is_missing(
    copy: Path, gone: list[str], named: str
) -> None:
    for name in gone:
        (copy / name).unlink()
    with pytest.raises(RunError, match="cut off") as refused:
        load(copy)
    assert named in str(refused.value.received)
    assert refused.value.hint == f"musicvae train --resume --out {copy}"


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"run\.json"):
        load(tmp_path / "nowhere")


def test_damaged_weights_are_refused(copy: Path) -> None:
    data = (copy / "best.npz").read_bytes()
    (copy / "best.npz").write_bytes(data[: len(data) // 2])
    with pytest.raises(RunError, match=r"best\.npz cannot be read"):
        load(copy)


def test_weights_of_another_network_are_refused(copy: Path) -> None:
    description = json.loads((copy / "run.json").read_text("utf-8"))
    _change(copy, model=description["recipe"]["model"] | {"width": 16})
    with pytest.raises(RunError, match="another model"):
        load(copy)


def test_a_family_that_is_not_installed_is_named(copy: Path) -> None:
    _change(copy, family="theremin")
    with pytest.raises(UnknownNameError, match="theremin"):
        load(copy)


def test_settings_that_cannot_work_are_our_error(copy: Path) -> None:
    _change(copy, samples=4_097)
    with pytest.raises(MusicVAEError, match="4097"):
        load(copy)
