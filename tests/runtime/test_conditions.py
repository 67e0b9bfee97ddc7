"""Which genre a prior is asked for, and when it is asked for the music of the model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import AttributeInfo, PriorInfo
from musicvae.artifact.prior import KnobInfo
from musicvae.errors import SettingError
from musicvae.runtime.conditions import EMPHASIS, Conditions
from musicvae.runtime.moods import usual

KNOBS = (KnobInfo("loudness", "dB", -20.0, 6.0),)


def model(genre: str) -> Any:
    loudness = AttributeInfo("loudness", "dB", (0.5, 0.0), -14.0, 3.0, 0.9)
    return SimpleNamespace(genre=genre, latent_dim=2, attributes=(loudness,))


def asked(genres: tuple[str, ...], genre: str, *named: str) -> tuple[list[float], float | None]:
    """The weights of the genres, and the loudness that is asked for."""
    conditions = Conditions(PriorInfo("tiny", 4, 2, genres, KNOBS), 2)
    conditions.suit(model(genre), named, seed=3)
    weights, (wanted, known) = np.split(conditions.row, [len(genres)])
    return [round(float(weight), 5) for weight in weights], float(wanted) if known else None


def test_it_is_the_models_genre_and_music() -> None:
    like: Any = pytest.approx(usual(model("jazz"), KNOBS, 3)["loudness"].mean, abs=1e-6)
    assert asked(("jazz", "metal"), "jazz") == ([EMPHASIS, 0], like)
    assert asked(("jazz", "metal"), "jazz", "jazz") == ([EMPHASIS, 0], like)
    assert asked(("jazz",), "jazz") == ([1], like)


def test_a_prior_of_one_genre_is_asked_for_it_and_for_the_models_music() -> None:
    weights, loudness = asked(("metal",), "jazz")
    assert weights == [1]
    assert loudness is not None


def test_the_music_of_other_genres_is_not_like_the_models() -> None:
    half = round(EMPHASIS / 2, 5)
    assert asked(("jazz", "metal"), "jazz", "metal") == ([0, EMPHASIS], None)
    assert asked(("jazz", "metal"), "jazz", "jazz", "metal") == ([half, half], None)


@pytest.mark.parametrize("genres", [(), ("rock", "metal")])
def test_of_a_genre_that_it_does_not_know_nothing_is_asked(genres: tuple[str, ...]) -> None:
    assert asked(genres, "jazz") == ([0] * len(genres), None)
    with pytest.raises(SettingError):
        asked(genres, "jazz", "jazz")


def test_another_mood_leaves_what_is_asked_for() -> None:
    conditions = Conditions(PriorInfo("tiny", 4, 2, ("jazz",), KNOBS), 2)
    conditions.suit(model("jazz"), seed=3)
    at_first = conditions.row.copy()
    conditions.change_mood(1)
    mood = usual(model("jazz"), KNOBS, 3, 1)["loudness"]
    assert conditions.row[1] == pytest.approx(mood.mean)
    assert conditions.row[1] != at_first[1]
    conditions.set_attribute("loudness", 2.0)
    conditions.change_mood(2)
    mood = usual(model("jazz"), KNOBS, 3, 2)["loudness"]
    assert conditions.row[1] == pytest.approx(mood.mean + 2 * mood.deviation)
    conditions.set_attribute("loudness", None)
    conditions.change_mood(0)
    np.testing.assert_array_equal(conditions.row, at_first)
    conditions.clear()
    conditions.change_mood(1)
    assert not conditions.row.any()


def test_the_mood_is_that_of_the_section_that_is_played() -> None:
    conditions = Conditions(PriorInfo("tiny", 4, 2, ("jazz",), KNOBS), 2)
    conditions.suit(model("jazz"), seed=3, section=9)
    mood = usual(model("jazz"), KNOBS, 3, 9)["loudness"]
    assert conditions.row[1] == pytest.approx(mood.mean)
    assert mood != usual(model("jazz"), KNOBS, 3, 0)["loudness"]


def test_without_a_model_there_is_no_mood() -> None:
    conditions = Conditions(PriorInfo("tiny", 4, 2, ("jazz",), KNOBS), 2)
    conditions.set_genre("jazz")
    conditions.set_attribute("loudness", 1.0)
    before = conditions.row.copy()
    conditions.change_mood(1)
    np.testing.assert_array_equal(conditions.row, before)
