"""The commands genres and recipes, through the parser that declares them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from musicvae.cli.main import main
from musicvae.genres import GENRES
from musicvae.recipes import RECIPES, Recipe


@pytest.fixture
def site(fake_site: Any) -> Any:
    """A plug-in that works and one that does not, beside whatever is installed."""
    fake_site.module(
        "fake_shown",
        "from musicvae.genres import Genre\n"
        'BOSSA = Genre(name="bossa", description="Soft [syncopation].", tempo=(120, 140),\n'
        '              settings={"stream": {"samples": 44_100, "latent_dim": 7}})\n',
    )
    fake_site.module("fake_hurt", 'raise ValueError("first\\nsecond")')
    fake_site.install("shown", {"bossa": "fake_shown:BOSSA"})
    fake_site.install("hurt", {"polka": "fake_hurt:POLKA"}, version="3.1")
    GENRES.refresh()
    yield fake_site
    GENRES.refresh()


def test_genres_as_a_table(site: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["genres"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [
        "genre", "bpm", "recipe", "Hz", "clip", "D", "from", "description"
    ]  # fmt: skip
    (bossa,) = [line for line in lines if line.startswith("bossa ")]
    assert bossa.split() == [
        "bossa", "120-140", "stream", "22050", "2.00", "s", "7", "shown", "1.0", "Soft",
        "[syncopation].",
    ]  # fmt: skip
    (polka,) = [line for line in lines if line.startswith("polka ")]
    assert "hurt 3.1" in polka
    assert "BROKEN: " in polka
    assert "ValueError: first second" in polka


def test_genres_as_json(site: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["genres", "--json"]) == 0
    genres = {genre["name"]: genre for genre in json.loads(capsys.readouterr().out)}
    assert genres["bossa"] == {
        "name": "bossa",
        "distributions": ["shown 1.0"],
        "description": "Soft [syncopation].",
        "tempo": [120, 140],
        "folders": [],
        "recipe": "stream",
        "sample_rate": 22_050,
        "samples": 44_100,
        "seconds": 2.0,
        "latent_dim": 7,
        "problem": None,
    }
    assert set(genres["polka"]) == {"name", "distributions", "problem"}
    assert "ValueError" in genres["polka"]["problem"]


def test_no_genre_at_all_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(GENRES, "_claims", {})
    assert main(["genres"]) == 0
    assert "pip install ./plugins/gtzan" in capsys.readouterr().out


def test_recipes_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split() == ["setting", *(recipe.name for recipe in installed())]
    values = {row.split()[0]: row.split()[1:] for row in rows}
    assert values["samples"] == [str(recipe.samples) for recipe in installed()]
    assert values["seconds"][0] == "(30.00)"
    assert values["minutes"][0] == "-"
    assert {"split", "seed", "model.stride"} <= set(values)


def test_recipes_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--json"]) == 0
    recipes = [Recipe.from_json(values) for values in json.loads(capsys.readouterr().out)]
    assert recipes == installed()


def installed() -> list[Recipe]:
    recipes = [RECIPES[name] for name in RECIPES]
    return sorted(recipes, key=lambda recipe: recipe.sample_rate)


def test_recipes_of_plug_ins_and_broken_ones(
    fake_site: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_site.module(
        "fake_recipes",
        "from musicvae.recipes import CLIP\nimport dataclasses\n"
        "BOSSA = dataclasses.replace(CLIP, name='bossa', epochs=7)\nPOLKA = 'no recipe'\n",
    )
    entries = {"bossa": "fake_recipes:BOSSA", "polka": "fake_recipes:POLKA"}
    fake_site.install("fake-recipes", entries, group="musicvae.recipes")
    monkeypatch.setattr(RECIPES, "_claims", None)
    monkeypatch.setattr(RECIPES, "_loaded", {})
    assert main(["recipes", "--json"]) == 0
    *good, broken = json.loads(capsys.readouterr().out)
    assert {recipe["name"]: recipe["epochs"] for recipe in good}["bossa"] == 7
    assert (broken["name"], broken["distributions"]) == ("polka", ["fake-recipes 1.0"])
    assert main(["recipes"]) == 0
    printed = capsys.readouterr().out
    assert "bossa" in printed.splitlines()[0]
    assert printed.splitlines()[-1].startswith("polka  BROKEN: ")
