"""Builds the network of a recipe, with every way to fail as one error."""

from __future__ import annotations

from typing import Any

from musicvae.errors import MusicVAEError, SettingError
from musicvae.families import FAMILIES
from musicvae.recipes import Recipe


def build(recipe: Recipe) -> Any:
    """The untrained network of a recipe, a :class:`musicvae.vae.cvae.CVAE`.

    Raises:
        UnknownNameError: the recipe's family is not installed.
        SettingError: the family cannot use the recipe. Its check says why; where that lets a recipe
            pass from which no network can be built, this is the error of Keras or TensorFlow.
    """
    family = FAMILIES.get(recipe.family)
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
