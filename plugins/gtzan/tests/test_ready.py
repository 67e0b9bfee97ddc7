"""The ten ready models are whole, small, what their cards say, and sound."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import musicvae_gtzan
import numpy as np
import pytest
from musicvae_gtzan.ready import LATENT_SPACE

import musicvae as mv
from musicvae.artifact.reading import read_info
from musicvae.measures import describe
from musicvae.models import find
from musicvae.models.card import ModelCard
from musicvae.models.checking import memory_problems, problems
from musicvae.models.runs import starting_run

GENRES = [genre.name for genre in musicvae_gtzan.ALL]
MODELS = Path(musicvae_gtzan.__file__).parent / "models"


@pytest.mark.parametrize("genre", GENRES)
def test_a_model_is_what_is_said_of_it(genre: str) -> None:
    model = find(genre)
    info = read_info(model.artifact)
    assert (info.kind, info.sample_rate, info.channels) == ("stream", 44_100, 2)
    assert (info.genre, info.latent_space, info.latent_dim) == (genre, LATENT_SPACE, 32)
    assert (info.precision, info.schema) == ("int8", 3)
    assert info.parity["snr"] >= 29.5
    assert model.artifact.stat().st_size <= 1_500_000
    assert problems(model, model.artifact, info) == []
    assert model.encoder is not None
    assert problems(model, model.encoder, read_info(model.encoder)) == []
    assert model.memory is not None
    assert memory_problems(model) == []
    assert model.memory.stat().st_size <= 1_500_000
    assert model.prior is not None
    assert problems(model, model.prior, read_info(model.prior)) == []
    assert genre in mv.Prior(genre).prior.genres
    assert model.card is not None
    card = ModelCard.load(model.card)
    assert card.figures is not None
    assert card.training is not None
    assert all(latent.effect for latent in info.latents[:8])
    assert {attribute.name for attribute in info.attributes} >= {"loudness", "brightness"}


@pytest.mark.parametrize("genre", GENRES)
def test_a_model_sounds_and_does_not_click(genre: str) -> None:
    sound = mv.play(genre, seconds=3, seed=7)
    assert np.isfinite(sound.samples).all()
    assert 0.01 < np.sqrt(np.mean(sound.samples**2)) < 0.5
    assert np.abs(sound.samples).max() < 1
    figures = describe(sound)
    assert figures.clicks <= 2  # beats of a drum may count as one
    assert figures.bandwidth > 2_000
    assert figures.onset_rate > 0.5


def test_the_prior_makes_music_of_its_own_and_does_not_stop() -> None:
    sounds = [mv.play("jazz", seconds=5, seed=seed, source="prior") for seed in (7, 8)]
    for sound in sounds:
        assert describe(sound).onset_rate > 0.5
        assert 0.01 < np.sqrt(np.mean(sound.samples[-44_100:] ** 2)) < 0.5
    assert not np.array_equal(sounds[0].samples, sounds[1].samples)


def test_all_start_from_one_run_that_names_no_place() -> None:
    (run,) = {starting_run(genre) for genre in GENRES}
    texts = [path.read_text("utf-8") for path in run.glob("*.json")]
    assert texts
    assert not [text for text in texts if '": "/' in text or ":\\\\" in text]


def test_they_are_small_together() -> None:
    files = [path for path in MODELS.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".onnx", ".json", ".memory", ".npz"}
    # A wheel is compressed; this is what is asked of it.
    assert sum(len(zlib.compress(path.read_bytes(), 1)) for path in files) <= 60_000_000


def test_the_tracks_that_the_documents_name_are_in_the_memory() -> None:
    names = {part.name for part in mv.load_memory("jazz").parts}
    page = (Path(__file__).parents[3] / "docs" / "memory.md").read_text("utf-8")
    named = re.findall(r"/style (jazz[.][0-9]+)", page)
    assert named
    assert names.issuperset(named)
