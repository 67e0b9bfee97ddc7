"""What a run that goes on may change, and what is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import SettingError
from musicvae.genres import Genre
from musicvae.recipes import CLIP, STREAM
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.training.resuming import Wishes

RECIPE = CLIP.with_settings(epochs=10, seed=3, model={"width": 8})


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    description = {
        "genre": "jazz",
        "licence": "CC0-1.0",
        "recipe": RECIPE.to_json(),
        "from": {"run": str(tmp_path / "first"), "frozen": ["encoder"]},
    }
    return RunFolder.create(tmp_path / "run", description, {"train": [], "test": []}, {})


@pytest.mark.parametrize(
    ("settings", "after"),
    [
        ({}, {}),
        ({"epochs": 20}, {"epochs": 20}),
        ({"epochs": "20", "minutes": "5"}, {"epochs": 20, "minutes": 5.0}),
        ({"minutes": None, "patience": 4}, {"minutes": None, "patience": 4}),
        ({"seed": 3, "epochs": 10, "model": {"width": 8}}, {}),  # as it was
    ],
)
def test_how_long_it_goes_on_may_change(
    run: RunFolder, settings: dict[str, Any], after: dict[str, Any]
) -> None:
    assert Wishes(settings=settings).recipe_of(run) == RECIPE.with_settings(**after)


def test_the_same_command_again_does_no_harm(run: RunFolder, tmp_path: Path) -> None:
    for recipe in ("clip", RECIPE):
        wishes = Wishes("jazz", recipe, {"seed": 3}, "CC0-1.0", tmp_path / "first", ["encoder"])
        assert wishes.recipe_of(run) == RECIPE
    assert Wishes(Genre("jazz")).recipe_of(run) == RECIPE


@pytest.mark.parametrize(
    ("wishes", "name", "had"),
    [
        (Wishes(settings={"seed": 4}), "seed 4", "seed 3"),
        (Wishes(settings={"batch_size": 4}), "batch_size 4", "batch_size 8"),
        (Wishes(settings={"split": "50/50"}), "split 50/50", "split 80/20"),
        (Wishes(settings={"model": {"width": 9}}), "model.width 9", "model.width 8"),
        (Wishes(settings={"model": {"hop": 64}}), "model.hop 64", "model.hop none"),
        (Wishes(settings={"learning_rate": 0.5}), "learning_rate 0.5", "learning_rate 0.001"),
        (Wishes("metal"), "genre metal", "genre jazz"),
        (Wishes(Genre("metal")), "genre metal", "genre jazz"),
        (Wishes(recipe="stream"), "recipe stream", "recipe clip"),
        (Wishes(recipe=STREAM), "family stream", "family clip"),
        (Wishes(recipe=RECIPE.with_settings(seed=9)), "seed 9", "seed 3"),
        (Wishes(licence="CC-BY-4.0"), "licence CC-BY-4.0", "licence CC0-1.0"),
        (Wishes(start_from="/second"), "from /second", "first"),
        (Wishes(freeze=["decoder"]), "freeze decoder", "freeze encoder"),
    ],
)
def test_what_cannot_take_effect_is_refused_by_name(
    run: RunFolder, wishes: Wishes, name: str, had: str
) -> None:
    before = run.description.read_bytes()
    with pytest.raises(SettingError, match="keeps what it began with") as refused:
        wishes.recipe_of(run)
    assert name in str(refused.value.received)
    assert had in str(refused.value.expected)
    assert name.split()[0] in str(refused.value.hint)
    assert "epochs, minutes, patience" in str(refused.value.hint)
    assert run.description.read_bytes() == before


def test_all_of_them_are_named_at_once(run: RunFolder) -> None:
    with pytest.raises(SettingError) as refused:
        Wishes("metal", settings={"seed": 4, "epochs": 20, "samples": 2**15}).recipe_of(run)
    assert refused.value.received == "genre metal, samples 32768, seed 4"


@pytest.mark.parametrize("settings", [{"epochs": 0}, {"epoch": 3}, {"minutes": "soon"}])
def test_a_change_is_checked_as_at_the_start(run: RunFolder, settings: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        Wishes(settings=settings).recipe_of(run)
