"""Model families and the recipes that belong to them, as they are installed."""

from __future__ import annotations

import dataclasses

import pytest

from musicvae.families import FAMILIES, ModelFamily
from musicvae.recipes import RECIPES


def test_every_recipe_is_of_an_installed_family() -> None:
    assert {"clip", "notebook", "stream", "stream44"} <= set(RECIPES)
    assert {RECIPES[name].family for name in RECIPES} <= set(FAMILIES)


@pytest.mark.parametrize("name", ["clip", "notebook", "stream"])
def test_a_family_carries_all_that_depends_on_it(name: str) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    family = FAMILIES.get(name)
    assert all(callable(part) for part in (family.build, family.fit, family.open))
    assert set(family.loss_settings) <= set(RECIPES["stream"].model) | {
        "flux_weight",
        "level_weight",
        "fluctuation_weight",
        "shortest",
        "energy",
    }


def test_nothing_of_a_family_is_taken_for_granted() -> None:
    required = [
        field.name
        for field in dataclasses.fields(ModelFamily)
        if field.default is dataclasses.MISSING
    ]
    assert required == ["name", "description", "build", "fit", "open"]
