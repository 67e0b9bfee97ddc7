"""The setting ``augment``: what people write, the one form that is stored, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import SettingError
from musicvae.recipes import CLIP, NOTEBOOK, STREAM, Recipe
from musicvae.recipes.augmentation import OPTIONS, augment_text, parse_augment


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("none", "none"),
        (" none ", "none"),
        ({}, "none"),
        ("gain,speed", "speed:1 gain:6"),
        ("gain speed", "speed:1 gain:6"),
        ("gain:3, speed:0.5", "speed:0.5 gain:3"),
        ("compress:2.5", "compress:2.5"),
        ({"gain": 3, "mix": None}, "mix:0.25 gain:3"),
    ],
)
def test_what_is_written_has_one_form(written: Any, stored: str) -> None:
    assert augment_text(written) == stored
    assert CLIP.with_settings(augment=written).augment == stored


@given(
    st.dictionaries(st.sampled_from(list(OPTIONS)), st.floats(0, 1), max_size=len(OPTIONS)),
)
def test_the_stored_form_is_read_as_it_was_meant(shares: dict[str, float]) -> None:
    given_ = {
        name: OPTIONS[name].strength.low
        + share * (OPTIONS[name].strength.high - OPTIONS[name].strength.low)
        for name, share in shares.items()
    }
    meant = parse_augment(given_)
    assert parse_augment(augment_text(given_)) == meant
    assert meant == pytest.approx(given_, rel=1e-5)
    assert list(meant) == [name for name in OPTIONS if name in given_]


@pytest.mark.parametrize("recipe", [CLIP, NOTEBOOK, STREAM])
def test_no_recipe_augments_unless_it_is_asked_to(recipe: Recipe) -> None:
    assert recipe.augment == "none"


def test_a_recipe_keeps_it_and_an_older_one_without_it_has_none() -> None:
    recipe = STREAM.with_settings(augment="gain")
    stored = json.loads(json.dumps(recipe.to_json()))
    assert stored["augment"] == "gain:6"
    assert Recipe.from_json(stored) == recipe
    del stored["augment"]
    assert Recipe.from_json(stored) == STREAM


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("reverb", "'reverb'"),
        ("gain,none", "'none'"),
        ("", "nothing"),
        ("gain gain:3", "gain twice"),
        ("gain=3", "'gain=3'"),
        ("x" * 1000, "xxx"),
        (None, "None"),
        (["gain"], "gain"),
    ],
)
def test_what_is_not_understood_is_told_all_that_is_legal(written: Any, named: str) -> None:
    with pytest.raises(SettingError, match="augment cannot be understood") as refused:
        CLIP.with_settings(augment=written)
    assert named in str(refused.value.received)
    for name, option in OPTIONS.items():
        assert f"{name}:{option.usual:g} ({option.unit}, " in str(refused.value.expected)


@pytest.mark.parametrize("strength", ["", "25", "-1", "0", "nan", "loud", "6:6"])
def test_a_strength_out_of_range_is_told_the_range(strength: str) -> None:
    with pytest.raises(SettingError, match=r"augment gain \(dB up or down\)") as refused:
        CLIP.with_settings(augment=f"gain:{strength}")
    assert refused.value.expected == "a number from 0.1 to 24"


def test_the_nearest_option_is_named() -> None:
    with pytest.raises(SettingError) as refused:
        CLIP.with_settings(augment="compres:3")
    assert refused.value.hint == "did you mean 'compress'?"
