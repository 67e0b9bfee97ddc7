"""What a training starts from, and in whose terms new sounds are encoded then."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.data.tracks import scan
from musicvae.errors import (
    ArtifactError,
    ArtifactKindError,
    DataError,
    LatentError,
    MissingExtraError,
    RunError,
    SettingError,
)
from musicvae.vae.prior.ears import ArtifactEar
from musicvae.vae.prior.hearing import Pile, hear
from musicvae.vae.prior.starting import check_start, encoder_of_start, starting_from

GENRES = ("blues", "jazz", "metal")


@pytest.fixture
def pile(tiny_sounds: Path) -> Pile:
    tracks = scan(tiny_sounds).tracks
    return Pile.of(tracks, {tracks[0].key})


def test_sounds_are_named_as_the_prior_names_them(pile: Pile) -> None:
    assert pile.genres == ("jazz", "metal")
    known = pile.known_as(GENRES)
    assert known.genres == GENRES
    assert {known.genre_of(track.key) for track in known.tracks} == {1, 2}
    only = pile.known_as(GENRES, "metal")
    assert 0 < len(only.tracks) < len(pile.tracks)
    assert all("metal/" in track.key for track in only.tracks)
    assert only.held_out == pile.held_out
    # Folders without the name of a genre, or none: all is of the one that is asked for.
    assert pile.known_as(("blues", "polka"), "polka").genre_of("metal/1.wav") == 1
    assert len(pile.known_as(("blues", "polka"), "polka").tracks) == len(pile.tracks)
    assert pile.known_as(("any",)).genre_of("metal/1.wav") == 0


def test_genres_that_the_prior_does_not_know_are_refused(pile: Pile) -> None:
    with pytest.raises(DataError, match="does not know"):
        pile.known_as(GENRES, "polka")
    with pytest.raises(DataError, match="does not know") as caught:
        pile.known_as(("blues", "jazz"))
    assert caught.value.received == "metal"
    with pytest.raises(DataError, match="no track of the genre blues"):
        pile.known_as(GENRES, "blues")


def test_attributes_are_measured_by_the_scales_of_the_prior(
    make_encoder: Callable[..., Path], pile: Pile
) -> None:
    ear = ArtifactEar(make_encoder())
    ear.threads = 1
    own = hear(ear, pile, copies=0)
    unit = own.unit * [[1.0, 2.0]]
    given = hear(ear, pile, copies=0, unit=unit)
    np.testing.assert_array_equal(given.unit, unit)
    np.testing.assert_allclose(given.curves, own.curves / 2, atol=4e-3)


def test_what_encodes_is_the_model_that_one_starts_from() -> None:
    assert encoder_of_start(None, "jazz") == "jazz"
    assert encoder_of_start("run", "jazz") == "run"
    assert encoder_of_start(None, "some.prior.onnx") is None
    assert encoder_of_start(None, None) is None


def test_what_is_no_prior_is_refused(
    make_encoder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(given: Any) -> None:
        with starting_from(given):
            pytest.fail("there is nothing to start from")

    with starting_from(None) as nothing:
        assert nothing is None
    with pytest.raises(ArtifactKindError, match="no prior"):
        start(make_encoder())
    (tmp_path / "broken.onnx").write_bytes(b"no graph")
    with pytest.raises(ArtifactError):
        start(tmp_path / "broken.onnx")
    with pytest.raises(RunError, match="no prior to start from"):
        start("nope")
    with pytest.raises(RunError, match="no prior to start from"):
        start(tmp_path / "nope.onnx")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="not that of a prior"):
        start(tmp_path / "empty")
    file = tmp_path / "some.prior.onnx"
    file.touch()
    monkeypatch.setattr("musicvae.vae.prior.starting._file", lambda _: file)
    monkeypatch.setitem(sys.modules, "musicvae_export", None)  # as if it were not installed
    with pytest.raises(MissingExtraError, match="starting from an exported prior") as caught:
        start(file)
    assert caught.value.hint is not None
    assert "./export" in caught.value.hint


def test_a_prior_of_other_conditions_is_no_start(
    prior_material: ModuleType, tmp_path: Path
) -> None:
    from musicvae.vae.prior.folder import PriorFolder
    from musicvae.vae.prior.plan import Plan

    made = prior_material.material()
    plan, facts = Plan.of(prior_material.PLAN), {"licence": "x"}
    folder = PriorFolder.create(tmp_path / "prior", made, plan, facts)
    check_start(folder, made.space, made.genres, made.attributes)
    other = dataclasses.replace(made.space, latent_space="f" * 16)
    with pytest.raises(LatentError):
        check_start(folder, other, made.genres, made.attributes)
    with pytest.raises(SettingError, match="other genres or attributes"):
        check_start(folder, made.space, made.genres[:1], made.attributes)
    with pytest.raises(SettingError, match="other genres or attributes"):
        check_start(folder, made.space, made.genres, (*made.attributes, "width"))
