"""The Genre contract."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import SettingError, UnknownNameError
from musicvae.genres import GENRES, GROUP, Genre
from musicvae.recipes import CLIP, NOTEBOOK, STREAM


def test_the_least_genre_uses_the_recipe_as_it_is() -> None:
    assert Genre(name="bossa").recipe_for() == STREAM


def test_settings_apply_to_their_recipe_only() -> None:
    genre = Genre(name="bossa", settings={"clip": {"samples": 49_152, "model": {"depth": 3}}})
    recipe = genre.recipe_for("clip")
    assert (recipe.samples, recipe.model["depth"]) == (49_152, 3)
    assert genre.recipe_for() == STREAM
    assert genre.recipe_for("notebook") == NOTEBOOK
    assert CLIP.samples == 65_536


def test_a_genre_may_prefer_another_recipe() -> None:
    genre = Genre(name="bossa", recipe="notebook")
    assert genre.recipe_for() == NOTEBOOK
    assert genre.recipe_for("clip") == CLIP


@pytest.mark.parametrize("name", ["", "Jazz", "9th", "hip hop", "été", "a/b", "jazz\n", "-jazz"])
def test_unusable_names_are_refused(name: str) -> None:
    with pytest.raises(SettingError, match="name cannot be used"):
        Genre(name=name)


@pytest.mark.parametrize("tempo", [(120, 90), (0, 90), (-1, 1), (90, float("inf"))])
def test_a_tempo_must_be_a_range(tempo: tuple[float, float]) -> None:
    with pytest.raises(SettingError, match="tempo of 'bossa'"):
        Genre(name="bossa", tempo=tempo)


def test_settings_are_checked_when_the_genre_is_made() -> None:
    with pytest.raises(SettingError, match="no such setting"):
        Genre(name="bossa", settings={"clip": {"sample": 1}})
    with pytest.raises(SettingError, match="latent_dim"):
        Genre(name="bossa", settings={"clip": {"latent_dim": 0}})
    with pytest.raises(UnknownNameError, match="no recipe named 'clap' is installed"):
        Genre(name="bossa", settings={"clap": {}})


@pytest.mark.parametrize("folder", ["bossa-nova", "Bossa Nova", "BOSSANOVA", "bossa_nova", "bn"])
def test_folders_are_compared_without_case_and_separators(folder: str) -> None:
    assert Genre(name="bossa-nova", folders=("BN",)).is_folder(folder)


@given(st.text(max_size=20))
def test_any_folder_name_gets_an_answer(folder: str) -> None:
    letters = "".join(c for c in folder if c not in " _-").casefold()
    expected = letters.strip() == "jazz" and letters == "jazz"
    if letters.isascii() and letters.isalpha():
        assert Genre(name="jazz").is_folder(folder) is expected
    else:
        assert Genre(name="jazz").is_folder(folder) in (True, False)


def test_the_registry_listens_to_the_documented_group() -> None:
    assert GENRES.group == GROUP == "musicvae.genres"
    assert GENRES.kind is Genre
