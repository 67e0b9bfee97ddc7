from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import parse_info
from musicvae.audio import Sound, read
from musicvae.errors import LatentError, RunError, SettingError
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.run.loading import load


@pytest.fixture(scope="module")
def model(tiny_run: Path) -> TrainedModel:
    trained: TrainedModel = load(tiny_run)
    return trained


def test_the_same_seed_gives_the_same_samples(model: TrainedModel) -> None:
    first, again, other = model.sample(2, seed=7), model.sample(2, seed=7), model.sample(2, seed=8)
    assert [sound.samples.shape for sound in first] == [(4096, 1)] * 2
    np.testing.assert_array_equal(first[0].samples, again[0].samples)
    assert np.abs(first[0].samples - other[0].samples).max() > 0


def test_a_reconstruction_is_as_long_as_the_sound(model: TrainedModel) -> None:
    sound = read(model.test_tracks()[0])
    made = model.reconstruct(sound)
    assert made.sample_rate == 8_000
    assert len(made.samples) == len(sound.samples) // 2
    assert np.isfinite(made.samples).all()


def test_stereo_is_mixed_down(model: TrainedModel) -> None:
    stereo = Sound.of(np.random.default_rng(0).standard_normal((8_000, 2)) * 0.1, 8_000)
    assert model.reconstruct(stereo).channels == 1


def test_interpolation_begins_and_ends_where_it_should(model: TrainedModel) -> None:
    latents = np.random.default_rng(0).standard_normal((2, 16)).astype(np.float32)
    way = model.interpolate(latents[0], latents[1], steps=5)
    ends = model.decode(latents)
    assert len(way) == 5
    np.testing.assert_allclose(way[0].samples, ends[0].samples, atol=1e-5)
    np.testing.assert_allclose(way[-1].samples, ends[1].samples, atol=1e-5)


def test_a_way_from_or_to_nothing_or_the_opposite_is_straight(model: TrainedModel) -> None:
    one = np.random.default_rng(1).standard_normal(16).astype(np.float32)
    for a, b in ((np.zeros(16), one), (one, np.zeros(16)), (one, -one), (one, one)):
        way = model.interpolate(a, b, steps=3)
        straight = model.decode(np.linspace(a, b, 3))
        for sound, wanted in zip(way, straight, strict=True):
            np.testing.assert_allclose(sound.samples, wanted.samples, atol=1e-4)


@pytest.mark.parametrize(
    "bad", [np.zeros(15), np.zeros((2, 16)), np.full(16, np.nan), "jazz", None]
)
def test_an_end_that_is_no_latent_vector_is_refused(model: TrainedModel, bad: Any) -> None:
    for ends in ((bad, 3), (3, bad)):
        with pytest.raises(LatentError):
            model.interpolate(*ends)


@pytest.mark.parametrize("number", [0, -1, 1.5, True, "3", 10**9])
def test_how_many_sounds_is_checked(model: TrainedModel, number: Any) -> None:
    with pytest.raises(SettingError, match="number of sounds"):
        model.interpolate(1, 2, steps=number)
    with pytest.raises(SettingError, match="number of sounds"):
        model.sample(number)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "7"])
def test_a_seed_that_no_generator_takes_is_refused(model: TrainedModel, seed: Any) -> None:
    with pytest.raises(SettingError, match="0 to 4294967295"):
        model.sample(1, seed=seed)
    if isinstance(seed, int):
        with pytest.raises(SettingError, match="0 to 4294967295"):
            model.interpolate(seed, 3)


def test_seeds_can_be_interpolated_between(model: TrainedModel) -> None:
    way = model.interpolate(3, 4, steps=2)
    np.testing.assert_allclose(way[0].samples, model.sample(1, seed=3)[0].samples, atol=1e-5)


def test_training_latents_are_standardised(model: TrainedModel) -> None:
    whole = [model.encode(read(path))[:-1] for path in model.train_tracks()]
    latents = np.concatenate(whole)
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.5)
    np.testing.assert_allclose(latents.std(axis=0), 1, atol=0.5)


@pytest.mark.parametrize("bad", [np.zeros((1, 3)), np.zeros((0, 16)), np.zeros((1, 1, 16))])
def test_latents_of_another_shape_are_refused(model: TrainedModel, bad: Any) -> None:
    with pytest.raises(LatentError, match="wrong shape"):
        model.decode(bad)


def test_latents_that_are_not_finite_are_refused(model: TrainedModel) -> None:
    with pytest.raises(LatentError, match="not finite"):
        model.decode(np.full(16, np.nan))


def test_the_playable_decoder_is_the_decoder(model: TrainedModel) -> None:
    latents = model.real_latents(3)
    assert latents.shape == (3, 16)
    played = model.playable_decoder()(latents).numpy()
    for sound, samples in zip(model.decode(latents), played, strict=True):
        np.testing.assert_allclose(samples, sound.samples, atol=1e-5)


def test_the_length_of_a_clip_is_fixed(model: TrainedModel) -> None:
    with pytest.raises(SettingError, match="length of a clip"):
        model.sample(1, seconds=3.0)


def test_a_clip_has_no_tape(model: TrainedModel) -> None:
    with pytest.raises(RunError, match="only streams have tapes"):
        model.tape(model.sample(1, seed=0)[0])


def test_it_exports_its_decoder_alone(model: TrainedModel) -> None:
    ((name, part),) = model.exports().items()
    assert (name, part.info.kind) == ("decoder", "clip")
    assert part.info.samples == part.info.receptive_field == model.recipe.samples
    assert parse_info(part.info.to_json()) == part.info
    sound = part.function(part.real_input(2))
    assert sound.shape == (2, model.recipe.samples, 1)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run"):
        load(tmp_path)


def test_a_run_without_a_model_says_how_to_go_on(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes((tiny_run / "run.json").read_bytes())
    with pytest.raises(RunError, match="--resume"):
        load(tmp_path)
