"""The streaming network: cut anywhere, it plays the same; nothing sounds before its cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.errors import SettingError
from musicvae.recipes import Recipe, get_recipe
from musicvae.vae.stream import layers as stream_layers
from musicvae.vae.stream.network import StreamVAE, build

STEPS = 24


@pytest.fixture(scope="module", params=[1, 2], ids=["mono", "stereo"])
def vae(
    request: pytest.FixtureRequest,
    small_recipe: Recipe,
    build_lively: Callable[[Recipe], StreamVAE],
) -> StreamVAE:
    return build_lively(small_recipe.with_settings(channels=request.param))


def _blocks(advance: Any, inputs: np.ndarray, memories: Any, sizes: list[int]) -> np.ndarray:
    """Through a flat state, as artifacts do."""
    state = np.zeros((1, stream_layers.state_size(memories)), np.float32)
    parts, first = [], 0
    for size in sizes:
        out, pasts = advance(inputs[:, first : first + size], stream_layers.unpack(state, memories))
        state = stream_layers.pack(pasts, memories)
        parts.append(out.numpy())
        first += size
    assert first == inputs.shape[1]
    return np.concatenate(parts, axis=1)


def _partitions(total: int) -> st.SearchStrategy[list[int]]:
    cuts = st.sets(st.integers(1, total - 1))
    return cuts.map(lambda found: np.diff([0, *sorted(found), total]).tolist())


def _latents(frames: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((1, frames, 4)).astype(np.float32)


def _audio(vae: StreamVAE, steps: int) -> np.ndarray:
    shape = (1, steps * vae.settings.step, vae.encoder.analysis.channels)
    return (0.1 * np.random.default_rng(2).standard_normal(shape)).astype(np.float32)


@given(sizes=_partitions(STEPS))
@settings(max_examples=20, deadline=None)
def test_decoding_in_any_partition_equals_one_shot(vae: StreamVAE, sizes: list[int]) -> None:
    latents, memories = _latents(STEPS), vae.decoder.memories
    whole = _blocks(vae.decoder.advance, latents, memories, [STEPS])
    # As exact as an export promises; with random weights a sound is several times full scale.
    peak = np.abs(whole).max()
    assert peak > 0.01
    parts = _blocks(vae.decoder.advance, latents, memories, sizes)
    np.testing.assert_allclose(parts, whole, atol=1e-5 * max(1.0, peak))


@given(sizes=_partitions(STEPS))
@settings(max_examples=10, deadline=None)
def test_encoding_in_any_partition_equals_one_shot(vae: StreamVAE, sizes: list[int]) -> None:
    audio, memories = _audio(vae, STEPS), vae.encoder.memories
    whole = _blocks(vae.encoder.advance, audio, memories, [audio.shape[1]])
    step = vae.settings.step
    parts = _blocks(vae.encoder.advance, audio, memories, [size * step for size in sizes])
    np.testing.assert_allclose(parts, whole, atol=1e-4)


def test_training_decodes_held_latents_as_playing_does(vae: StreamVAE) -> None:
    latents = _latents(STEPS)
    held = np.repeat(latents, vae.settings.stride, axis=1)
    played = _blocks(vae.decoder.advance, held, vae.decoder.memories, [STEPS] * 2)
    peak = np.abs(played).max()
    np.testing.assert_allclose(vae.decode(latents), played, atol=1e-5 * max(1.0, peak))


@pytest.mark.parametrize("frame", [0, 1, 7, STEPS - 1])
def test_a_latent_changes_nothing_before_it(vae: StreamVAE, frame: int) -> None:
    latents = _latents(STEPS)
    before = vae.decoder.advance(latents, stream_layers.zero_pasts(vae.decoder.memories, 1))[0]
    latents[0, frame] += 1.0
    after = vae.decoder.advance(latents, stream_layers.zero_pasts(vae.decoder.memories, 1))[0]
    changed = np.flatnonzero(np.abs(after - before).max(axis=(0, 2)) > 0)
    hop = vae.settings.hop
    assert frame * hop <= changed[0] < (frame + 1) * hop


def test_a_latent_is_forgotten_after_the_receptive_field(vae: StreamVAE) -> None:
    frames, memories = 40, vae.decoder.memories
    latents = _latents(frames)
    before = vae.decoder.advance(latents, stream_layers.zero_pasts(memories, 1))[0]
    latents[0, 3] += 1.0
    after = vae.decoder.advance(latents, stream_layers.zero_pasts(memories, 1))[0]
    changed = np.flatnonzero(np.abs(after - before).max(axis=(0, 2)) > 0)
    assert changed[-1] < 3 * vae.settings.hop + vae.decoder.receptive_field <= frames * 64


@pytest.mark.parametrize("step", [0, 5])
def test_a_sample_changes_no_latent_before_it(vae: StreamVAE, step: int) -> None:
    audio, memories = _audio(vae, 8), vae.encoder.memories
    before = vae.encoder.advance(audio, stream_layers.zero_pasts(memories, 1))[0]
    audio[0, step * vae.settings.step + 3] += 0.5
    after = vae.encoder.advance(audio, stream_layers.zero_pasts(memories, 1))[0]
    changed = np.flatnonzero(np.abs(after - before).max(axis=(0, 2)) > 0)
    assert changed[0] == step


def test_matrices_compute_what_the_fast_transform_does(vae: StreamVAE) -> None:
    latents, audio = _latents(STEPS), _audio(vae, STEPS)
    decoder, encoder = vae.decoder, vae.encoder
    for end, inputs, layer in (
        (decoder, latents, decoder.synthesis),
        (encoder, audio, encoder.analysis),
    ):
        fast = end.advance(inputs, stream_layers.zero_pasts(end.memories, 1))[0]
        layer.as_matrix = True
        try:
            slow = end.advance(inputs, stream_layers.zero_pasts(end.memories, 1))[0]
        finally:
            layer.as_matrix = False
        np.testing.assert_allclose(slow, fast, atol=1e-4)


def test_held_latents_give_a_tone_and_not_a_buzz(vae: StreamVAE) -> None:
    """Equal latents, unequal frames: the clock lets every bin turn at its own rate."""
    held = np.repeat(_latents(1), 64, axis=1)
    audio = vae.decoder.advance(held, stream_layers.zero_pasts(vae.decoder.memories, 1))[0]
    frames = np.reshape(audio[0, :, 0], (64, -1))[20:]
    assert np.abs(np.diff(frames, axis=0)).max() > 0.1 * np.abs(frames).max()


def test_terms_are_per_latent_step(vae: StreamVAE) -> None:
    from musicvae.vae.losses import elbo_terms

    audio = _audio(vae, vae.steps)
    eps = np.zeros((1, vae.noise_dims), np.float32)
    terms = elbo_terms(vae, audio, eps)
    assert terms.kl.shape == (1, 4)
    assert terms.mean.shape == (1, vae.steps, 4)
    assert set(terms.distances) == {"stft", "log_mel"}
    assert all(np.isfinite(value).all() for value in terms.distances.values())


def test_silence_gives_finite_losses_and_gradients(vae: StreamVAE) -> None:
    import tensorflow as tf

    from musicvae.vae.losses import elbo_terms

    audio = np.zeros_like(_audio(vae, vae.steps))
    with tf.GradientTape() as tape:
        loss = elbo_terms(vae, audio, np.zeros((1, vae.noise_dims), np.float32)).loss
    gradients = tape.gradient(loss, vae.trainable_variables)
    assert np.isfinite(loss)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"model": {"fft": 512}}, "model.fft"),
        ({"model": {"hop": 256}}, "overlap"),
        ({"model": {"width": 0}}, "model.width"),
        ({"model": {"colour": 1}}, "no such setting"),
        ({"samples": 4_097}, "latent steps"),
        ({"samples": 1_024}, "latent steps"),
        ({"samples": 4_096, "sample_rate": 48_000}, "latent steps"),
        ({"latent_dim": 33}, "few latents"),
        ({"sample_rate": 8_000}, "full-band"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    small_recipe: Recipe, change: dict[str, Any], what: str
) -> None:
    recipe = small_recipe.with_settings(**change)
    with pytest.raises(SettingError, match=what):
        build(recipe)


def test_the_recipes_build() -> None:
    for name, rate in (("stream", 22_050), ("stream44", 44_100)):
        model = build(get_recipe(name))
        assert 43 <= rate / model.settings.step <= 86
        assert model.settings.latency == 384


@pytest.mark.parametrize("rate", [16_000, 32_000, 48_000])
def test_any_rate_can_be_trained(small_recipe: Recipe, rate: int) -> None:
    from musicvae.vae.losses import elbo_terms

    recipe = small_recipe.with_settings(sample_rate=rate)
    model = build(recipe.with_settings(samples=8_192))
    audio = _audio(model, model.steps)
    eps = np.zeros((1, model.noise_dims), np.float32)
    assert np.isfinite(elbo_terms(model, audio, eps).loss)
