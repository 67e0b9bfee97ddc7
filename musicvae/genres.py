"""Defines a genre, and finds the installed ones.

A genre is a declaration, not code: its name, the names of folders that hold such music, and the
settings of recipes that suit it. A plug-in is a pip-installable distribution whose pyproject names
one :class:`Genre` object for each genre::

    [project.entry-points."musicvae.genres"]
    bossa = "my_genres:BOSSA"

and whose module defines the object::

    from musicvae.genres import Genre

    BOSSA = Genre(
        name="bossa",
        description="Nylon guitar, brushed drums, soft syncopation around 130 bpm.",
        settings={"stream": {"model": {"flux_weight": 2.0}}},
    )

The entry point's name and ``Genre.name`` must be the same. The module is imported when the genre
is first used, so it must not import TensorFlow or compute anything at import. Once it is installed,
``musicvae train --genre bossa`` uses it and ``musicvae genres`` lists it. A broken plug-in is
listed with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from musicvae.errors import SettingError
from musicvae.recipes import DEFAULT, Recipe, get_recipe
from musicvae.registry import Registry

GROUP = "musicvae.genres"


@dataclass(frozen=True)
class Genre:
    """One kind of music.

    Attributes:
        name: lower-case letters, digits, ``-`` and ``_``; starts with a letter.
        description: one or two sentences on how it sounds.
        folders: further names of folders that hold this genre; case, spaces, ``-`` and ``_`` do not
            count.
        tempo: usual range in beats per minute, for information.
        recipe: name of the recipe that is used when none is asked for; by default ``"stream"``.
        settings: for each recipe name, the settings that suit this genre better than the recipe's
            own. The recipe may be one of a plug-in.

    Raises:
        SettingError: the name or the tempo cannot be used, or a recipe has no such setting.
        UnknownNameError: a recipe of that name is not installed.
    """

    name: str
    description: str = ""
    folders: tuple[str, ...] = ()
    tempo: tuple[float, float] | None = None
    recipe: str = DEFAULT
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", self.name):
            raise SettingError(
                "a genre's name cannot be used",
                expected="lower-case letters, digits, - and _, starting with a letter",
                received=self.name,
            )
        if self.tempo is not None and not 0 < self.tempo[0] <= self.tempo[1] < float("inf"):
            raise SettingError(
                f"the tempo of {self.name!r} is not a range",
                expected="(lowest, highest) in beats per minute",
                received=self.tempo,
            )
        for recipe in (self.recipe, *self.settings):
            self.recipe_for(recipe)

    def recipe_for(self, recipe: str | None = None) -> Recipe:
        """The recipe of that name (default: the genre's own) with this genre's settings.

        Raises:
            UnknownNameError: no recipe of that name is installed.
        """
        chosen = get_recipe(recipe or self.recipe)
        return chosen.with_settings(**self.settings.get(chosen.name, {}))

    def is_folder(self, name: str) -> bool:
        """Whether a folder of that name holds this genre."""
        return _plain(name) in {_plain(known) for known in (self.name, *self.folders)}


def check_genre(genre: object) -> None:
    """Refuse what stands for no genre.

    Raises:
        SettingError: it is neither a name nor a :class:`Genre`, nor ``None`` for all sounds.
    """
    if not isinstance(genre, Genre | str | None):
        raise SettingError(
            "this is not a genre",
            expected="a name, a Genre, or None for all sounds",
            received=type(genre).__name__,
        )


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


#: Every installed genre.
GENRES: Registry[Genre] = Registry(
    GROUP,
    Genre,
    noun="genre",
    hint="pip install ./plugins/gtzan (the ten GTZAN genres), or write one: plugins/README.md",
    others="`musicvae genres` lists them; plugins/README.md shows how to write one",
)
