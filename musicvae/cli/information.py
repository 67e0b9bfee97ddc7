"""The commands that print what is installed: ``genres`` and ``recipes``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from musicvae.cli.options import Commands, Run

if TYPE_CHECKING:
    from musicvae.genres import Genre
    from musicvae.recipes import Recipe
    from musicvae.registry import Record


def add(commands: Commands) -> None:
    """Declare ``genres`` and ``recipes``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    genres = _command(commands, "genres", "list the installed genres", list_genres)
    recipes = _command(commands, "recipes", "list the recipes and their settings", list_recipes)
    for command in (genres, recipes):
        command.add_argument("--json", action="store_true", help="print JSON for other programs")


def _command(commands: Commands, name: str, purpose: str, run: Run) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}."
    )
    command.set_defaults(run=run, prints_only=True)
    return command


def list_genres(options: argparse.Namespace) -> None:
    """Print every genre of the registry; a broken one with the reason."""
    from musicvae.cli.table import print_table
    from musicvae.genres import GENRES

    records = list(GENRES.records())
    if options.json:
        print_json([_genre_values(record) for record in records])
    elif not records:
        print(f"No genre is installed. Hint: {GENRES.hint}")
    else:
        headings = ("genre", "bpm", "recipe", "Hz", "clip", "D", "from", "description")
        print_table(headings, [_genre_row(record) for record in records])


def _genre_values(record: Record[Genre]) -> dict[str, object]:
    if record.value is None:
        return _broken_values(record)
    genre, recipe = record.value, record.value.recipe_for()
    return {
        "name": record.name,
        "distributions": list(record.distributions),
        "description": genre.description,
        "tempo": None if genre.tempo is None else list(genre.tempo),
        "folders": list(genre.folders),
        "recipe": recipe.name,
        "sample_rate": recipe.sample_rate,
        "samples": recipe.samples,
        "seconds": recipe.seconds,
        "latent_dim": recipe.latent_dim,
        "problem": None,
    }


def _broken_values(record: Record[Genre] | Record[Recipe]) -> dict[str, object]:
    return {
        "name": record.name,
        "distributions": list(record.distributions),
        "problem": record.problem,
    }


def _genre_row(record: Record[Genre]) -> tuple[str, ...]:
    source = ", ".join(record.distributions)
    if record.value is None:
        return (record.name, "", "", "", "", "", source, f"BROKEN: {_one_line(record)}")
    genre, recipe = record.value, record.value.recipe_for()
    tempo = "" if genre.tempo is None else f"{genre.tempo[0]:g}-{genre.tempo[1]:g}"
    sizes = (str(recipe.sample_rate), f"{recipe.seconds:.2f} s", str(recipe.latent_dim))
    return (record.name, tempo, recipe.name, *sizes, source, genre.description)


def _one_line(record: Record[Genre] | Record[Recipe]) -> str:
    # The exception of a plug-in may have several lines.
    return " ".join(str(record.problem).split())


def list_recipes(options: argparse.Namespace) -> None:
    """Print every recipe: a column for each recipe, a row for each setting.

    They are sorted by sample rate; a broken one of a plug-in follows with its reason.
    """
    from musicvae.cli.table import print_table
    from musicvae.recipes import RECIPES

    records = list(RECIPES.records())
    recipes = [record.value for record in records if record.value is not None]
    recipes.sort(key=lambda recipe: (recipe.sample_rate, recipe.name))
    broken = [record for record in records if record.value is None]
    if options.json:
        print_json([*(recipe.to_json() for recipe in recipes), *map(_broken_values, broken)])
        return
    flat = [_flat(recipe.to_json()) for recipe in recipes]
    settings = list(dict.fromkeys(name for recipe in flat for name in recipe))
    rows = [(setting, *(_shown(recipe.get(setting)) for recipe in flat)) for setting in settings]
    if "samples" in settings:
        seconds = ("seconds", *(_seconds(recipe) for recipe in recipes))
        rows.insert(settings.index("samples") + 1, seconds)
    print_table(("setting", *(recipe.name for recipe in recipes)), rows)
    for record in broken:
        print(f"{record.name}  BROKEN: {_one_line(record)}")


def _flat(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe's settings, those of its model last, by the names that ``--set`` takes."""
    model = {f"model.{name}": value for name, value in recipe["model"].items()}
    plain = {name: value for name, value in recipe.items() if name not in ("name", "model")}
    return {**plain, **model}


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _seconds(recipe: Recipe) -> str:
    return f"({recipe.seconds:.2f})"


def print_json(value: object) -> None:
    """Print a value as JSON that every terminal and reader can take."""
    from musicvae.text import to_json

    print(to_json(value, indent=2))
