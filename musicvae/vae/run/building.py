"""Builds the network of a recipe, with every way to fail as one error."""

from __future__ import annotations

from typing import Any

from musicvae.errors import MusicVAEError, SettingError
from musicvae.families import FAMILIES, ModelFamily
from musicvae.recipes import Recipe
from musicvae.vae.quiet import quietly


def family_of(recipe: Recipe) -> ModelFamily:
    """The family of a recipe. That of a plug-in may import TensorFlow, which is then kept quiet.

    Raises:
        UnknownNameError: it is not installed.
        BrokenPluginError: it does not load.
    """
    with quietly():
        return FAMILIES.get(recipe.family)


def build(recipe: Recipe) -> Any:
    """The untrained network of a recipe, a :class:`musicvae.vae.cvae.CVAE`.

    Raises:
        UnknownNameError: the recipe's family is not installed.
        SettingError: the family cannot use the recipe. Its check says why; where that lets a recipe
            pass from which no network can be built, this is the error of Keras or TensorFlow.
    """
    family = family_of(recipe)
    family.check_recipe(recipe)
    try:
        return family.build(recipe)
    except MusicVAEError:
        raise
    # The code of a plug-in, and what it calls, may raise anything.
    except Exception as error:
        raise SettingError(
            f"no network of the family {recipe.family} can be built with these settings",
            expected="settings that fit together",
            received=f"{type(error).__name__}: {error}"[:500],
        ) from error
