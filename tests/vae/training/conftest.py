"""A toy model and short tracks of noise, with which a training takes a second."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.audio import AudioSpec, Sound, write
from musicvae.data.cache import build
from musicvae.data.corpus import Corpus
from musicvae.data.tracks import scan
from musicvae.families import FAMILIES
from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.training.reporting import Silent
from musicvae.vae.training.strategies import Placement
from musicvae.vae.training.trainer import Trainer

TOY = Recipe("toy", "clip", 4_000, samples=256, latent_dim=3, batch_size=4, seed=5, epochs=2)


class Squared:
    """A Gaussian likelihood of unit variance that also tells the mean absolute difference."""

    def log_prob(self, x: Any, decoded: Any) -> Any:
        return -0.5 * tf.reduce_sum((x - decoded) ** 2, axis=[1, 2])

    def distances(self, x: Any, decoded: Any) -> dict[str, Any]:
        return {"absolute": tf.reduce_mean(tf.abs(x - decoded), axis=[1, 2])}

    def listen(self, decoded: Any) -> Any:
        return decoded


def build_toy(recipe: Recipe) -> CVAE:
    layers, D = keras.layers, recipe.latent_dim
    encoder = keras.Sequential(
        [layers.Input((recipe.samples, 1)), layers.Flatten(), layers.Dense(2 * D)]
    )
    decoder = keras.Sequential(
        [layers.Input((D,)), layers.Dense(recipe.samples), layers.Reshape((recipe.samples, 1))]
    )
    return CVAE(encoder, decoder, Squared(), D, name="toy")


@pytest.fixture
def toy_recipe() -> Recipe:
    return TOY


@pytest.fixture
def toy() -> CVAE:
    """An untrained toy model, always with the same weights."""
    keras.utils.set_random_seed(0)
    return build_toy(TOY)


@pytest.fixture
def toy_family(monkeypatch: pytest.MonkeyPatch) -> None:
    """During the test, the family ``clip`` builds toy models."""
    family = dataclasses.replace(FAMILIES.get("clip"), build=build_toy, check=None, step_bytes=None)
    monkeypatch.setattr(FAMILIES, "get", lambda name: family)


@pytest.fixture(scope="session")
def noise_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six tracks of noise of 1 s at 4 kHz, each of another level, in a folder ``noise``."""
    folder = tmp_path_factory.mktemp("sounds")
    random = np.random.default_rng(0)
    for number in range(6):
        samples = 0.05 * (number + 1) * random.standard_normal((4_000, 1))
        write(folder / "noise" / f"{number}.wav", Sound.of(samples.clip(-1, 1), 4_000))
    return folder


@pytest.fixture(scope="session")
def noise_corpus(noise_folder: Path, tiny_cache: Path) -> Corpus:
    return build(scan(noise_folder).tracks, AudioSpec(4_000), tiny_cache, workers=1)


@pytest.fixture
def make_prepared(noise_corpus: Corpus, tmp_path: Path) -> Callable[..., Prepared]:
    """Prepares a run of four training and two test tracks: ``make_prepared(recipe, **fields)``."""

    def make(recipe: Recipe = TOY, name: str = "run", **fields: Any) -> Prepared:
        keys = noise_corpus.keys
        description = {"genre": None, "licence": "CC0", "recipe": recipe.to_json()}
        sides: dict[str, list[str]] = {"train": [], "test": []}
        data = {"folder": "", "tracks": []}
        run = RunFolder.create(tmp_path / name, description, sides, data)
        train, test = noise_corpus.subset(keys[:4]), noise_corpus.subset(keys[4:])
        return Prepared(run, recipe, train, test, **fields)

    return make


class Notes(Silent):
    """Keeps what it is told, and calls ``at_step`` after each step."""

    def __init__(self, at_step: Callable[[int], Any]) -> None:
        self.notes: list[str] = []
        self.steps: list[int] = []
        self.at_step = at_step

    def note(self, text: str) -> None:
        self.notes.append(text)

    def step(self, step: int, planned: int, figures: dict[str, float]) -> None:
        self.steps.append(step)
        self.at_step(step)


@pytest.fixture
def train_toy() -> Callable[..., Notes]:
    """Trains a prepared run, with a function that is called at each step; returns its notes."""

    def train(
        prepared: Prepared, at_step: Callable[[int], Any] = lambda step: None, **options: Any
    ) -> Notes:
        notes, placement = Notes(at_step), Placement(tf.distribute.get_strategy())
        Trainer(prepared, placement, notes, **{"pictures": False, **options}).run()
        return notes

    return train


@pytest.fixture(scope="module")
def _uncut_runs() -> dict[int, Prepared]:
    """Runs that were never cut off, by their number of epochs."""
    return {}


@pytest.fixture
def uncut(
    _uncut_runs: dict[int, Prepared],
    make_prepared: Callable[..., Prepared],
    train_toy: Callable[..., Notes],
) -> Callable[[Recipe], Prepared]:
    """Gives a run of the toy recipe, with any number of epochs, that was never cut off."""

    def train_once(recipe: Recipe) -> Prepared:
        if recipe.epochs not in _uncut_runs:
            _uncut_runs[recipe.epochs] = make_prepared(recipe, "whole")
            train_toy(_uncut_runs[recipe.epochs])
        return _uncut_runs[recipe.epochs]

    return train_once


@pytest.fixture
def assert_same_run() -> Callable[[Prepared, Prepared], None]:
    """Asserts equal weights, and histories but for the time that passed; both can be played."""

    def compare(one: Prepared, other: Prepared) -> None:
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

    return compare
