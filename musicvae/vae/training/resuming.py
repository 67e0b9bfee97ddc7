"""Decides what a run that goes on may change: the rest of what a user names must be as it was.

A run is a function of its recipe, its seed and its sounds, so most options cannot take effect any
more. One that is named again with the value that the run has does no harm; one with another value
is refused by name, rather than ignored.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from musicvae.errors import RunError, SettingError
from musicvae.genres import Genre
from musicvae.paths import expand
from musicvae.recipes import Recipe
from musicvae.vae.run.folder import PathLike, RunFolder

#: Settings of the recipe that may change: they decide how long the run goes on, and nothing else.
FREE = ("epochs", "minutes", "patience")


@dataclass(frozen=True)
class Wishes:
    """What a user names beside the run that is to go on; ``None`` and empty mean: as it was.

    Attributes:
        genre: a genre or its name.
        recipe: a recipe or its name.
        settings: settings of the recipe.
        licence: licence of the trained model.
        start_from: the run whose weights it started from.
        freeze: parts of the model that keep those weights.
    """

    genre: Genre | str | None = None
    recipe: Recipe | str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    licence: str | None = None
    start_from: PathLike | None = None
    freeze: Sequence[str] = ()

    def recipe_of(self, run: RunFolder) -> Recipe:
        """The recipe that the run goes on with.

        Raises:
            RunError: a file of the run is damaged.
            SettingError: something is named that the run does not have and that cannot change.
        """
        before = run.recipe()
        after = self._given(before).with_settings(**self.settings)
        refused = [*self._other_than(run), *_changed(before, after)]
        if refused:
            raise SettingError(
                "a run that goes on keeps what it began with",
                expected=", ".join(f"{name} {_shown(had)}" for name, had, _ in refused),
                received=", ".join(f"{name} {_shown(asked)}" for name, _, asked in refused),
                hint=f"leave {', '.join(name for name, _, _ in refused)} out; {', '.join(FREE)} "
                "and where to find the sounds may change. For another training, start a new run; "
                "one that starts from this run's weights takes a few settings of its own (--from)",
            )
        return after

    def _given(self, before: Recipe) -> Recipe:
        """The recipe before its settings: the one that was given as an object, or the run's."""
        return self.recipe if isinstance(self.recipe, Recipe) else before

    def _other_than(self, run: RunFolder) -> Iterator[tuple[str, Any, Any]]:
        """Name, value of the run and value asked for, of each option that differs."""
        described = run.describe()
        genre = self.genre.name if isinstance(self.genre, Genre) else self.genre
        if genre is not None and genre != described["genre"]:
            yield "genre", described["genre"], genre
        if isinstance(self.recipe, str) and self.recipe != described["recipe"].get("name"):
            yield "recipe", described["recipe"].get("name"), self.recipe
        if self.licence is not None and self.licence != described["licence"]:
            yield "licence", described["licence"], self.licence
        origin = described.get("from", {})
        if self.start_from is not None:
            source = str(expand(self.start_from, RunError).resolve())
            if source != origin.get("run"):
                yield "from", origin.get("run"), source
        frozen = run.frozen()
        if self.freeze and set(self.freeze) != set(frozen):
            yield "freeze", ", ".join(frozen), ", ".join(self.freeze)


def _changed(before: Recipe, after: Recipe) -> Iterator[tuple[str, Any, Any]]:
    """Name, former and new value of each setting that differs and may not."""
    for each in dataclasses.fields(Recipe):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if each.name == "model":
            for key in sorted({*old, *new}):
                if old.get(key) != new.get(key):
                    yield f"model.{key}", old.get(key), new.get(key)
        elif old != new and each.name not in FREE:
            yield each.name, old, new


def _shown(value: object) -> str:
    return "none" if value in (None, "") else str(value)
