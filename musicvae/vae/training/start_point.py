"""Chooses what a new run starts from: its recipe, and random weights or those of another run.

A decoder that learns a new genre on a frozen encoder understands the same latents as the old one:
one gesture plays through jazz or metal, and a tape of one can be played by the other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musicvae.errors import RunError, SettingError, UnknownNameError
from musicvae.genres import GENRES, Genre
from musicvae.recipes import DEFAULT, Recipe, get_recipe
from musicvae.vae.run import checkpoint
from musicvae.vae.run.building import family_of
from musicvae.vae.run.folder import PARTS, PathLike, RunFolder

#: Settings that decide the shapes of the weights and the meaning of the latents.
_NETWORK = ("family", "sample_rate", "channels", "latent_dim", "model")


@dataclass(frozen=True)
class StartPoint:
    """The recipe of a new run and where its first weights come from.

    Attributes:
        recipe: with every setting decided.
        frozen: parts of the model that keep the other run's weights.
        description: what ``run.json`` says of the other run, under ``from``; empty where the
            weights are random.
        files: the files copied from the other run, by its name in the new run folder, so that the
            new run can be resumed without the other one.
    """

    recipe: Recipe
    frozen: tuple[str, ...] = ()
    description: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def choose(
        cls,
        genre: Genre | str | None,
        recipe: Recipe | str | None = None,
        settings: Mapping[str, object] | None = None,
        source: PathLike | None = None,
        freeze: Sequence[str] = (),
    ) -> StartPoint:
        """The start point that a user asked for.

        Args:
            genre: a genre or the name of a folder; where no recipe is named, that of the genre is
                used, and :data:`musicvae.recipes.DEFAULT` where it is none.
            recipe: a recipe or its name; with ``source`` there must be none.
            settings: changes to the recipe.
            source: run whose weights to start from; its recipe is used.
            freeze: parts of the model that keep those weights.

        Raises:
            RunError: ``source`` is not a run, or it has left no model.
            SettingError: a setting is unknown, out of range or would change the network of
                ``source``; a part cannot be frozen; both a recipe and a source are named.
            UnknownNameError: there is no recipe of that name.
        """
        frozen = _check_parts(freeze, source)
        if source is None:
            return cls(_recipe_of(genre, recipe).with_settings(**(settings or {})))
        if recipe is not None:
            raise SettingError(
                "a run that starts from another run's weights uses the recipe of that run",
                expected="no recipe, or no run to start from",
                received=f"recipe {recipe}, from {source}",
            )
        return cls.from_run(source, settings or {}, frozen)

    @classmethod
    def from_run(
        cls, source: PathLike, settings: Mapping[str, object], frozen: tuple[str, ...]
    ) -> StartPoint:
        """The weights and the recipe of a finished run, with other settings.

        Raises:
            RunError: ``source`` is not a run, or it has left no model.
            SettingError: a setting is unknown, out of range or would change the network.
        """
        run = RunFolder.open(source)
        if not (os.path.lexists(run.best) and os.path.lexists(run.latents)):
            raise RunError(
                "this run has left no model to start from",
                expected="a run that ended, or was stopped with Ctrl-C",
                received=str(source),
                hint=f"musicvae train --resume --out {source}",
            )
        described = run.describe()
        before = run.recipe()
        after = before.with_settings(**settings)
        _check_network(before, after)
        origin = {
            "run": str(run.path.resolve()),
            "genre": described["genre"],
            "licence": described["licence"],
            "data_sha256": described["train_digest"],
            "steps": checkpoint.counters_of(run.best)["step"],
            "frozen": list(frozen),
        }
        files = {run.start_latents.name: run.latents, run.start.name: run.best}
        return cls(after, frozen, {"from": origin}, files)


def _recipe_of(genre: Genre | str | None, recipe: Recipe | str | None) -> Recipe:
    """The recipe as named; of the genre where it is registered, as a folder's name need not be."""
    if isinstance(recipe, Recipe):
        return recipe
    if isinstance(genre, str):
        try:
            genre = GENRES.get(genre)
        except UnknownNameError:
            genre = None
    return genre.recipe_for(recipe) if genre else get_recipe(recipe or DEFAULT)


def _check_parts(freeze: Sequence[str], source: PathLike | None) -> tuple[str, ...]:
    """The parts to freeze, each once.

    Raises:
        SettingError: there is no such part, all parts would be frozen, or there is no ``source``.
    """
    parts = tuple(dict.fromkeys(freeze))
    if any(part not in PARTS for part in parts) or len(parts) == len(PARTS):
        raise SettingError(
            "these parts cannot be frozen",
            expected="encoder or decoder",
            received=", ".join(freeze),
        )
    if parts and source is None:
        raise SettingError(
            "a frozen part keeps trained weights, and there are none to keep",
            expected="the run they come from",
            received="no run",
            hint="add --from RUN",
        )
    return parts


def _check_network(before: Recipe, after: Recipe) -> None:
    """Check that both recipes have the same network.

    Raises:
        SettingError: they do not.
    """
    free = family_of(before).loss_settings

    def fixed(recipe: Recipe, name: str) -> Any:
        value = getattr(recipe, name)
        if name == "model":
            return {key: setting for key, setting in value.items() if key not in free}
        return value

    changed = [name for name in _NETWORK if fixed(before, name) != fixed(after, name)]
    if changed:
        raise SettingError(
            "a run that starts from another run's weights has the same network",
            expected=", ".join(f"{name} {getattr(before, name)}" for name in changed),
            received=", ".join(f"{name} {getattr(after, name)}" for name in changed),
        )
