"""What a new run starts from, and what is refused before anything is decoded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import pytest

from musicvae.errors import RunError, SettingError, UnknownNameError
from musicvae.genres import Genre
from musicvae.recipes import CLIP, STREAM, Recipe
from musicvae.vae.run import checkpoint
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.training.start_point import StartPoint


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A run folder as a finished training of a stream leaves it, but for its real weights."""
    description = {
        "genre": "jazz",
        "licence": "CC0-1.0",
        "recipe": STREAM.to_json(),
        "train_digest": "abc",
    }
    run = RunFolder.create(tmp_path / "jazz", description, {}, {})
    checkpoint.save(run.best, [keras.Variable([1.0])], {"step": 7})
    run.latents.write_bytes(b"a basis")
    return run.path


def test_a_name_gives_the_recipe_with_its_settings() -> None:
    start = StartPoint.choose("jazz", "clip", {"epochs": 3})
    assert start.recipe.name == "clip"
    assert start.recipe.epochs == 3
    assert not start.frozen
    assert not start.description
    assert not start.files


def test_a_recipe_is_taken_as_it_is() -> None:
    recipe = CLIP.with_settings(seed=9)
    assert StartPoint.choose("jazz", recipe).recipe == recipe
    assert StartPoint.choose(None, recipe, {"seed": 8}).recipe.seed == 8


def test_a_genre_has_a_recipe_and_settings_of_its_own() -> None:
    genre = Genre("slow", "slow music", recipe="clip", settings={"clip": {"epochs": 5}})
    recipe = StartPoint.choose(genre).recipe
    assert (recipe.name, recipe.epochs) == ("clip", 5)
    assert StartPoint.choose(genre, settings={"epochs": 6}).recipe.epochs == 6


def test_a_folder_need_not_be_a_genre() -> None:
    assert StartPoint.choose("my tapes").recipe == STREAM
    assert StartPoint.choose(None).recipe == STREAM
    assert StartPoint.choose("my tapes", "clip").recipe == CLIP


def test_another_run_gives_recipe_weights_and_basis(finished: Path, tmp_path: Path) -> None:
    start = StartPoint.choose("metal", None, {"epochs": 2}, finished, ["encoder", "encoder"])
    assert start.recipe == STREAM.with_settings(epochs=2)
    assert start.frozen == ("encoder",)
    assert start.description["from"] == {
        "run": str(finished.resolve()),
        "genre": "jazz",
        "licence": "CC0-1.0",
        "data_sha256": "abc",
        "steps": 7,
        "frozen": ["encoder"],
    }
    new = RunFolder.create(tmp_path / "metal", dict(start.description), {}, {}, start.files)
    assert new.start.read_bytes() == (finished / "best.npz").read_bytes()
    assert new.start_latents.read_bytes() == b"a basis"


def test_what_is_written_into_run_json_is_json(finished: Path) -> None:
    start = StartPoint.choose(None, source=str(finished))
    assert json.loads(json.dumps(start.description)) == start.description
    assert start.description["from"]["frozen"] == []


def test_the_loss_may_change_and_the_network_may_not(finished: Path) -> None:
    start = StartPoint.choose(None, None, {"model": {"scale": 0.2}}, finished)
    assert start.recipe.model["scale"] == 0.2
    for changes in ({"latent_dim": 3}, {"sample_rate": 32_000}, {"model": {"width": 8}}):
        with pytest.raises(SettingError, match="same network") as refused:
            StartPoint.choose(None, None, changes, finished)
        assert next(iter(changes)) in str(refused.value)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"freeze": ["ears"]}, "cannot be frozen"),
        ({"freeze": ["encoder", "decoder"]}, "cannot be frozen"),
        ({"freeze": ["encoder"]}, "none to keep"),
        ({"settings": {"speed": 3}}, "no such setting"),
        ({"settings": {"epochs": 0}}, "epochs cannot be used"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], what: str) -> None:
    with pytest.raises(SettingError, match=what):
        StartPoint.choose("jazz", **options)


def test_a_recipe_and_a_run_exclude_each_other(finished: Path) -> None:
    for recipe in ("stream", STREAM):
        with pytest.raises(SettingError, match="uses the recipe of that run"):
            StartPoint.choose(None, recipe, source=finished)


def test_an_unknown_recipe_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="polka"):
        StartPoint.choose("jazz", "polka")


def test_only_a_finished_run_can_be_started_from(finished: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run"):
        StartPoint.choose(None, source=tmp_path)
    (finished / "latents.npz").unlink()
    with pytest.raises(RunError, match="left no model") as refused:
        StartPoint.choose(None, source=finished)
    assert f"--resume --out {finished}" in str(refused.value)


def test_a_recipe_of_another_version_is_refused(finished: Path) -> None:
    run = RunFolder.open(finished)
    values: dict[str, Any] = run.describe()
    values["recipe"]["tempo"] = 120
    run.description.write_text(json.dumps(values))
    with pytest.raises(RunError, match=r"run\.json cannot be read") as refused:
        StartPoint.choose(None, source=finished)
    assert "tempo" in str(refused.value)
    assert isinstance(Recipe.from_json(STREAM.to_json()), Recipe)
