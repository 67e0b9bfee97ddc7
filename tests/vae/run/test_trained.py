"""What every trained model tells of itself: genre, licence, tracks, provenance."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.audio import Sound, read
from musicvae.errors import AudioError, LatentError, RunError
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.run import checkpoint
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.loading import load


@pytest.fixture(scope="module")
def model(tiny_run: Path) -> TrainedModel:
    found: TrainedModel = load(tiny_run)
    return found


@pytest.fixture
def elsewhere(model: TrainedModel, tmp_path: Path) -> TrainedModel:
    """The model with a copy of its run's descriptions, which may be changed."""
    for name in ("run.json", "data.json", "split.json"):
        shutil.copy(model.run.path / name, tmp_path / name)
    return TrainedModel(model.vae, model.recipe, RunFolder(tmp_path), model.basis)


def _change(model: TrainedModel, name: str, **fields: Any) -> None:
    path = model.run.path / name
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | fields), "utf-8")


def test_the_genre_is_any_where_none_was_given(elsewhere: TrainedModel) -> None:
    assert elsewhere.genre == "jazz"
    _change(elsewhere, "run.json", genre=None)
    assert elsewhere.genre == "any"


def test_the_licence_is_what_was_stated(elsewhere: TrainedModel) -> None:
    _change(elsewhere, "run.json", licence="CC-BY-4.0")
    assert elsewhere.licence == "CC-BY-4.0"


def test_provenance_tells_how_it_was_made(model: TrainedModel) -> None:
    provenance, description = model.provenance, model.run.describe()
    assert provenance["recipe"] == model.recipe.to_json()
    assert provenance["data_sha256"] == description["train_digest"]
    assert provenance["steps"] == checkpoint.counters_of(model.run.best)["step"] > 0
    assert provenance["seed"] == model.recipe.seed
    assert set(provenance["versions"]) >= {"musicvae", "keras", "numpy"}
    used = [row for row in model.history() if row["step"] == provenance["steps"]]
    assert provenance["test_kl"] == used[-1]["test_kl"] > 0
    json.dumps(provenance)  # an artifact holds it


def test_every_track_is_on_one_side_and_exists(model: TrainedModel) -> None:
    train, test = model.train_tracks(), model.test_tracks()
    assert (len(train), len(test)) == (4, 2)
    assert not set(train) & set(test)
    assert all(path.is_file() for path in [*train, *test])
    assert {track["set"] for track in model.data_report()["tracks"]} == {"train", "test"}


def test_history_is_that_of_the_run(model: TrainedModel) -> None:
    rows = model.history()
    assert [row["epoch"] for row in rows] == [1, 2]
    assert all(np.isfinite(row["test_elbo"]) for row in rows)


def test_kl_is_told_for_each_latent(model: TrainedModel) -> None:
    kl = model.kl_per_latent()
    assert kl.shape == (16,)
    assert (kl >= 0).all()
    assert len(model.latent_infos()) == 16


@pytest.mark.parametrize("rate", [8_000, 16_000])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_any_sound_is_made_into_one_of_the_model(
    model: TrainedModel, rate: int, channels: int
) -> None:
    """Channels are averaged: each alone at 1 / channels of its level."""
    time = np.arange(rate // 2) / rate
    tone = 0.3 * np.sin(2 * np.pi * 300 * time)
    alone, spread = np.zeros((2, len(tone), channels))
    alone[:, 0], spread[:] = tone, tone[:, None] / channels
    first, second = (model.encode(Sound.of(sound, rate)) for sound in (alone, spread))
    np.testing.assert_allclose(first, second, atol=1e-2)
    assert len(model.reconstruct(Sound.of(spread, rate)).samples) == 4_000


def test_real_latents_come_from_test_tracks_while_there_are_some(
    elsewhere: TrainedModel, model: TrainedModel
) -> None:
    latents = elsewhere.real_latents(3)
    np.testing.assert_array_equal(latents, model.encode(read(model.test_tracks()[0]))[:3])


def test_tracks_that_have_moved_are_named(elsewhere: TrainedModel) -> None:
    _change(elsewhere, "data.json", folder="/nowhere")
    assert elsewhere.test_tracks()[0].parts[1] == "nowhere"
    with pytest.raises(RunError, match="none of this run's tracks") as refused:
        elsewhere.real_latents(3)
    assert str(elsewhere.run.split) in str(refused.value.expected)


@pytest.mark.parametrize(
    "latents", [np.zeros(15), np.zeros((2, 17)), np.zeros((0, 16)), np.zeros((2, 3, 16)), 1.0]
)
def test_the_width_that_is_expected_is_told(model: TrainedModel, latents: Any) -> None:
    with pytest.raises(LatentError, match="wrong shape") as refused:
        model.decode(latents)
    assert refused.value.expected == "(n, 16) or (16,)"
    assert refused.value.received == str(np.shape(latents))


def test_lists_and_single_vectors_are_latents(model: TrainedModel) -> None:
    (one,), (same,) = model.decode([0.5] * 16), model.decode(np.full((1, 16), 0.5))
    np.testing.assert_array_equal(one.samples, same.samples)


@pytest.mark.parametrize("run", ["tiny_run", "tiny_stream_run"])
def test_a_run_hears_its_tracks_as_its_training_did(
    run: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model = load(request.getfixturevalue(run))
    expected, track = model.real_latents(3), model.test_tracks()[0]
    loud = Sound.of(read(track).samples / np.abs(read(track).samples).max(), 16_000)
    soundfile.write(tmp_path / "whole.wav", loud.samples, 16_000, subtype="FLOAT")
    soundfile.write(tmp_path / "scaled.wav", 32_767 * loud.samples, 16_000, subtype="FLOAT")
    heard = []
    for name in ("whole.wav", "scaled.wav"):
        monkeypatch.setattr(model, "test_tracks", lambda name=name: [tmp_path / name])
        heard.append(model.real_latents(3))
    np.testing.assert_allclose(heard[0], heard[1], atol=1e-3)
    assert heard[0].shape == expected.shape
    for samples in (32_767 * loud.samples, loud.samples * np.nan, loud.samples[:0]):
        with pytest.raises(AudioError):
            model.encode(Sound(samples, 16_000))
