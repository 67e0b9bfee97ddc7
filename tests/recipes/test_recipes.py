"""Recipes: checked values, text from a command line, and JSON."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from musicvae.errors import SettingError, UnknownNameError
from musicvae.recipes import CLIP, NOTEBOOK, RECIPES, Recipe, get_recipe


def test_the_notebook_recipe_is_the_notebook() -> None:
    assert (NOTEBOOK.sample_rate, NOTEBOOK.samples, NOTEBOOK.channels) == (3_000, 90_001, 1)
    assert (NOTEBOOK.learning_rate, NOTEBOOK.final_learning_rate) == (3e-4, 1.0)
    assert (NOTEBOOK.kl_weight, NOTEBOOK.kl_warmup, NOTEBOOK.free_bits) == (1.0, 0, 0.0)


def test_the_clip_recipe_covers_music() -> None:
    assert CLIP.audio.sample_rate >= 16_000
    assert 2 <= CLIP.seconds <= 5
    assert CLIP.samples % 2_048 == 0


@pytest.mark.parametrize("name", RECIPES)
def test_json_makes_the_same_recipe(name: str) -> None:
    recipe = get_recipe(name).with_settings(model={"width": 8})
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_json_takes_any_mapping_for_the_model() -> None:
    recipe = Recipe("r", "clip", 16_000, 4_096, 4, model=MappingProxyType({"width": 8}))
    assert json.loads(json.dumps(recipe.to_json()))["model"] == {"width": 8}


def test_numbers_come_as_text_from_a_command_line() -> None:
    recipe = CLIP.with_settings(epochs="3", learning_rate="1e-4", minutes="none", split="70/30")
    assert (recipe.epochs, recipe.learning_rate, recipe.minutes) == (3, 1e-4, None)
    assert recipe.split == "70/30"
    assert isinstance(recipe.epochs, int)
    assert CLIP.with_settings(minutes="1.5").minutes == 1.5


def test_model_settings_are_merged() -> None:
    first = CLIP.with_settings(model={"width": 8, "depth": 2})
    second = first.with_settings(model={"width": 16})
    assert dict(second.model) == {"width": 16, "depth": 2}
    assert dict(first.model) == {"width": 8, "depth": 2}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", "many"), ("epochs", 1.5), ("epochs", "1e400"), ("epochs", 0), ("epochs", None),
        ("learning_rate", "nan"), ("learning_rate", float("inf")), ("learning_rate", -1),
        ("samples", 255), ("latent_dim", 0), ("sample_rate", 10), ("channels", 3),
        ("final_learning_rate", 1.5), ("model", "width=8"), ("seed", -1), ("minutes", "-1"),
        ("minutes", "soon"), ("loudness", 1),
        ("batch_size", "1e8"), ("batch_size", 10**400), ("batch_size", True), ("epochs", "nan"),
        ("epochs", -5), ("sample_rate", 0), ("sample_rate", 22_050.5), ("latent_dim", 10**9),
        ("samples", 2**40), ("seed", 2**32), ("seed", 1.5), ("learning_rate", "1e30"),
        ("learning_rate", None), ("minutes", "inf"), ("minutes", True), ("adversarial", 1),
        ("kl_weight", -1), ("free_bits", "inf"), ("name", 3), ("family", None), ("split", 80),
        ("model", [1]), ("model", {"width": object()}), ("model", {"width": {1, 2}}),
    ],
)  # fmt: skip
def test_values_that_cannot_work_are_refused(name: str, value: Any) -> None:
    with pytest.raises(SettingError) as caught:
        CLIP.with_settings(**{name: value})
    assert "Received: " in str(caught.value)


def test_numbers_of_numpy_become_plain_ones() -> None:
    recipe = CLIP.with_settings(epochs=np.int64(3), model={"scale": np.float32(0.5)})
    assert json.loads(json.dumps(recipe.to_json())) == recipe.to_json()
    assert type(recipe.epochs) is int


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", "3"), ("batch_size", True), ("minutes", float("nan")), ("sample_rate", "22050"),
     ("channels", None), ("learning_rate", [1]), ("seed", -1), ("model", None), ("split", None)],
)  # fmt: skip
def test_a_recipe_itself_takes_no_other_types(name: str, value: Any) -> None:
    with pytest.raises(SettingError):
        Recipe.from_json(CLIP.to_json() | {name: value})


def test_the_range_of_a_number_is_told_with_its_name() -> None:
    with pytest.raises(SettingError, match="batch_size cannot be used") as refused:
        CLIP.with_settings(batch_size=1e8)
    assert refused.value.expected == "a whole number from 1 to 65536"
    assert refused.value.received == 1e8


def test_the_nearest_setting_is_named() -> None:
    with pytest.raises(SettingError) as refused:
        CLIP.with_settings(epoch=3)
    assert refused.value.hint == "did you mean 'epochs'?"


def test_an_unknown_setting_lists_the_known_ones() -> None:
    with pytest.raises(SettingError, match="batch_size, channels, epochs"):
        CLIP.with_settings(sample=1)


@pytest.mark.parametrize("change", [{"samples": "x"}, {"new": 1}, {"name": None, "epochs": None}])
def test_a_foreign_json_is_refused(change: dict[str, Any]) -> None:
    values = {key: value for key, value in CLIP.to_json().items() if key != "family"}
    with pytest.raises(SettingError):
        Recipe.from_json(values | change)


def test_a_strange_key_is_shown_without_control_characters() -> None:
    with pytest.raises(SettingError, match=r"unexpected keyword argument '\?\[2J\?'"):
        Recipe.from_json(CLIP.to_json() | {"\x1b[2J\n": 1})


def test_an_unknown_recipe_lists_the_known_ones() -> None:
    with pytest.raises(
        UnknownNameError, match="Expected: clip, notebook, stream, stream-ll, stream44"
    ):
        get_recipe("brook")
