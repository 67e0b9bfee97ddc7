"""A trained clip model clip by clip: how sounds are cut, joined, mixed and exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import Sound, read
from musicvae.vae.clip import trained
from musicvae.vae.clip.fourier import FourierSynthesis
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.run.loading import load

CLIP, RATE, D = 4_096, 8_000, 16


@pytest.fixture(scope="module")
def model(tiny_run: Path) -> TrainedModel:
    found: TrainedModel = load(tiny_run)
    return found


def _latents(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, D)).astype(np.float32)


def _noise(samples: int) -> Sound:
    return Sound.of(0.1 * np.random.default_rng(0).standard_normal((samples, 1)), RATE)


@pytest.mark.parametrize(
    ("samples", "clips"), [(1, 1), (CLIP, 1), (CLIP + 1, 2), (3 * CLIP - 5, 3)]
)
def test_a_sound_is_encoded_clip_by_clip(model: TrainedModel, samples: int, clips: int) -> None:
    sound = _noise(samples)
    latents = model.encode(sound)
    assert latents.shape == (clips, D)
    last = sound.samples[(clips - 1) * CLIP :]
    alone = model.encode(Sound.of(last, RATE))[0]
    np.testing.assert_allclose(latents[-1], alone, atol=1e-3)


def test_the_last_clip_is_filled_with_silence(model: TrainedModel) -> None:
    short = _noise(1_000)
    filled = np.pad(short.samples, ((0, CLIP - 1_000), (0, 0)))
    np.testing.assert_allclose(model.encode(short), model.encode(Sound.of(filled, RATE)), atol=1e-4)


def test_batches_do_not_show(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    latents, sound = _latents(7), _noise(7 * CLIP)
    decoded, encoded = model.decode(latents), model.encode(sound)
    monkeypatch.setattr(trained, "BATCH", 3)
    for one, other in zip(model.decode(latents), decoded, strict=True):
        np.testing.assert_allclose(one.samples, other.samples, atol=1e-5)
    np.testing.assert_allclose(model.encode(sound), encoded, atol=1e-3)


@pytest.mark.parametrize("samples", [500, CLIP, CLIP + 100, 3 * CLIP])
def test_a_reconstruction_is_joined_without_a_gap(model: TrainedModel, samples: int) -> None:
    made = model.reconstruct(_noise(samples)).samples
    assert made.shape == (samples, 1)
    level = np.array([np.std(part) for part in np.array_split(made, max(1, samples // 400))])
    assert level.min() > 0


def test_a_reconstruction_begins_as_its_first_clip_decodes(model: TrainedModel) -> None:
    sound, overlap = _noise(2 * CLIP), RATE // 50
    first = model.decode(model.encode(Sound.of(sound.samples[:CLIP], RATE)))[0]
    made = model.reconstruct(sound)
    np.testing.assert_allclose(
        made.samples[: CLIP - overlap], first.samples[: CLIP - overlap], atol=1e-4
    )


def test_the_way_between_keeps_its_distance_from_the_middle(
    model: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Points between are as likely as the ends: not nearer to the mean of all latents."""
    seen: list[np.ndarray] = []
    monkeypatch.setattr(model, "decode", seen.append)
    start, end = (row / np.linalg.norm(row) for row in _latents(2))
    model.interpolate(3 * start, 3 * end, steps=9)
    np.testing.assert_allclose(np.linalg.norm(seen[0], axis=1), 3.0, rtol=1e-5)
    steps = np.linalg.norm(np.diff(seen[0], axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-4)


@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0])
def test_ends_on_one_line_are_mixed_straight(model: TrainedModel, factor: float) -> None:
    start = _latents(1)[0]
    way = model.interpolate(start, factor * start, steps=3)
    middle = model.decode(start * (1 + factor) / 2)[0]
    np.testing.assert_allclose(way[1].samples, middle.samples, atol=1e-4)


def test_a_sound_and_a_seed_can_be_ends(model: TrainedModel) -> None:
    sound = read(model.test_tracks()[0])
    way = model.interpolate(sound, 5, steps=2)
    first = model.decode(model.encode(sound)[0])[0]
    np.testing.assert_allclose(way[0].samples, first.samples, atol=1e-4)
    np.testing.assert_allclose(way[1].samples, model.sample(1, seed=5)[0].samples, atol=1e-4)


def test_equal_seeds_draw_the_same_and_none_draws_anew(model: TrainedModel) -> None:
    few, many = model.sample(2, seed=3), model.sample(4, seed=3)
    for one, same in zip(few, many, strict=False):
        np.testing.assert_allclose(one.samples, same.samples, atol=1e-5)
    assert np.abs(model.sample(1)[0].samples - model.sample(1)[0].samples).max() > 0


def test_one_standard_deviation_is_heard(model: TrainedModel) -> None:
    """The first latent explains most: moving it changes more than moving the last one."""
    middle = model.decode(np.zeros(D))[0].samples
    changes = [np.std(model.decode(row)[0].samples - middle) for row in np.eye(D)]
    assert min(changes) > 0
    assert changes[0] > changes[-1]


def test_real_latents_leave_padded_clips_out(model: TrainedModel) -> None:
    whole = model.encode(read(model.test_tracks()[0]))
    found = model.real_latents(10_000)
    np.testing.assert_array_equal(found[: len(whole) - 1], whole[:-1])
    assert len(found) == 6 * (len(whole) - 1)  # of all tracks, when many are asked for
    assert len(model.real_latents(2)) == 2


def test_the_exported_graph_holds_no_fourier_transform(model: TrainedModel) -> None:
    function = model.playable_decoder()
    (latent,) = function.input_signature
    assert (latent.name, latent.shape.as_list()) == ("latent", [None, D])
    operators = {one.type for one in function.get_concrete_function().graph.get_operations()}
    assert not [name for name in operators if "FFT" in name.upper()]
    layers = model.vae.decoder.layers
    transforms = [layer for layer in layers if isinstance(layer, FourierSynthesis)]
    assert len(transforms) == 1
    assert not transforms[0].as_matrix
