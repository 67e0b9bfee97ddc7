"""Pictures of four fixed latents, and what TensorBoard gets, after each epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.recipes import Recipe
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.training import pictures
from musicvae.vae.training.pictures import SHOWN, EpochPictures


@pytest.fixture
def without_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)


@pytest.mark.usefixtures("without_tensorboard")
def test_every_epoch_has_a_picture(toy: Any, toy_recipe: Recipe, tmp_path: Path) -> None:
    drawn = EpochPictures(RunFolder(tmp_path), toy_recipe, toy.noise_dims)
    drawn.draw(toy, {"epoch": 3, "step": 48})
    drawn.draw(toy, {"epoch": 12, "step": 192})
    found = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert found == ["epoch-0003.png", "epoch-0012.png"]
    assert all(
        path.read_bytes().startswith(b"\x89PNG") for path in (tmp_path / "pictures").iterdir()
    )
    assert not (tmp_path / "tensorboard").exists()


@pytest.mark.usefixtures("without_tensorboard")
def test_the_same_latents_are_drawn_each_time(
    toy: Any, toy_recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[np.ndarray, list[str]]] = []

    def waveforms(sounds: Any, titles: list[str]) -> Any:
        seen.append((np.stack([sound.samples for sound in sounds]), titles))

    monkeypatch.setattr(pictures, "waveforms", waveforms)
    monkeypatch.setattr(pictures, "save", lambda figure, path: path)
    for seed in (1, 1, 2):
        recipe = toy_recipe.with_settings(seed=seed)
        EpochPictures(RunFolder(tmp_path), recipe, toy.noise_dims).draw(toy, {"epoch": 1})
    (first, titles), (again, _), (other, _) = seen
    assert titles == [f"epoch 1, latents {number}" for number in range(1, SHOWN + 1)]
    assert first.shape == (SHOWN, toy_recipe.samples, 1)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len(np.unique(first[:, 0])) == SHOWN


def test_tensorboard_gets_numbers_and_sounds(toy: Any, toy_recipe: Recipe, tmp_path: Path) -> None:
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    row = {"epoch": 1, "step": 16, "test_elbo": -2.5}
    EpochPictures(RunFolder(tmp_path), toy_recipe, toy.noise_dims).draw(toy, row)
    (records,) = (tmp_path / "tensorboard").iterdir()
    values = {
        value.tag: event.step
        for event in loader.EventFileLoader(str(records)).Load()
        for value in event.summary.value
    }
    assert values == {"test_elbo": 16, "fixed latents": 16}
