"""Reads the settings of a model family from ``Recipe.model``, each checked against its range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

from musicvae.errors import SettingError
from musicvae.recipes.ranges import Range
from musicvae.recipes.recipe import Recipe
from musicvae.similar import did_you_mean

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")


def read_settings(kind: type[S], recipe: Recipe, ranges: Mapping[str, Range]) -> S:
    """The settings in ``recipe.model`` as an object of the family's own dataclass.

    Args:
        kind: a dataclass whose fields are the family's settings, all numbers with a default.
        recipe: the recipe.
        ranges: the range of each field.

    Raises:
        SettingError: the family has no such setting, or a value is not a number in its range.
    """
    known = [field.name for field in fields(kind)]
    for name in recipe.model:
        if name not in known:
            raise SettingError(
                f"the {recipe.family} family has no such setting",
                expected=", ".join(known) or "no settings",
                received=f"model.{name}={recipe.model[name]}",
                hint=did_you_mean(name, known),
            )
    values = {
        name: ranges[name].check(f"model.{name}", value) for name, value in recipe.model.items()
    }
    return kind(**values)
