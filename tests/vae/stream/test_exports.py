"""The functions of a stream that are exported: standardised latents, a flat state, matrices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from musicvae.audio import Sound, read
from musicvae.recipes import Recipe
from musicvae.vae.run.loading import load
from musicvae.vae.stream.layers import state_size, zero_pasts
from musicvae.vae.stream.network import StreamVAE
from musicvae.vae.stream.trained import TrainedStream

D = 6


@pytest.fixture(scope="module")
def model(tiny_stream_run: Path) -> TrainedStream:
    found: TrainedStream = load(tiny_stream_run)
    return found


@pytest.fixture(scope="module")
def sound(model: TrainedStream) -> Sound:
    whole = read(model.test_tracks()[0])
    return Sound.of(whole.samples[: 40 * model.settings.step], whole.sample_rate)


def _latents(frames: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal((frames, D)).astype(np.float32)


def _streamed(function: Any, inputs: NDArray[np.float32], network: Any, size: int) -> Any:
    """The outputs for blocks of ``size`` rows, each beginning with the state after the last."""
    state = np.zeros((1, state_size(network.memories)), np.float32)
    parts = []
    for first in range(0, len(inputs), size):
        out, state = function(inputs[None, first : first + size], state)
        parts.append(out.numpy()[0])
    return np.concatenate(parts)


@pytest.mark.parametrize("frames", [1, 7, 30])
def test_the_decoder_plays_in_blocks_what_the_model_decodes(
    model: TrainedStream, frames: int
) -> None:
    latents = _latents(30)
    played = _streamed(model.playable_decoder(), latents, model.vae.decoder, frames)
    expected = model.decode_frames(latents).samples
    assert np.abs(expected).max() > 1e-4
    np.testing.assert_allclose(played, expected, atol=1e-4)


@pytest.mark.parametrize("steps", [1, 5, 40])
def test_the_encoder_hears_in_blocks_what_the_model_encodes(
    model: TrainedStream, sound: Sound, steps: int
) -> None:
    found = _streamed(
        model.playable_encoder(), sound.samples, model.vae.encoder, steps * model.settings.step
    )
    assert found.shape == (40, D)
    np.testing.assert_allclose(found, model.encode(sound)[:40], atol=1e-2)


def test_signatures_name_the_ports(model: TrainedStream) -> None:
    decoder, encoder = model.playable_decoder(), model.playable_encoder()
    latent, state = decoder.input_signature
    assert (latent.name, state.name) == ("latent", "state")
    assert latent.shape.as_list() == [1, None, D]
    assert state.shape.as_list() == [1, state_size(model.vae.decoder.memories)]
    audio, state = encoder.input_signature
    assert (audio.name, state.name) == ("audio", "state")
    assert audio.shape.as_list() == [1, None, 1]


@pytest.mark.parametrize("part", ["decoder", "encoder"])
def test_a_graph_holds_no_fourier_transform(model: TrainedStream, part: str) -> None:
    """ONNX has none that runs everywhere; matrix products take its place, in the graph alone."""
    function = {"decoder": model.playable_decoder, "encoder": model.playable_encoder}[part]()
    operators = {one.type for one in function.get_concrete_function().graph.get_operations()}
    assert not [name for name in operators if "FFT" in name.upper()]
    assert operators & {"MatMul", "BatchMatMulV2"}
    assert not model.vae.decoder.synthesis.as_matrix
    assert not model.vae.encoder.analysis.as_matrix


def test_decoder_and_encoder_can_be_exported(model: TrainedStream) -> None:
    exports = model.exports()
    assert set(exports) == {"decoder", "encoder"}
    decoder, encoder = exports["decoder"].info, exports["encoder"].info
    settings = model.settings
    assert (decoder.kind, decoder.hop) == ("stream", settings.hop)
    assert (encoder.kind, encoder.hop) == ("encoder", settings.step)
    for info, network in ((decoder, model.vae.decoder), (encoder, model.vae.encoder)):
        assert info.state_size == state_size(network.memories)
        assert info.receptive_field == network.receptive_field
        assert info.latency == settings.latency
        assert info.latent_space == model.playing.latent_space
        assert (info.sample_rate, info.channels, info.latent_dim) == (16_000, 1, D)
        assert len(info.latents) == D
    assert decoder.attributes == model.playing.offered
    assert encoder.attributes == ()


def test_real_input_has_the_length_that_is_asked_for(model: TrainedStream) -> None:
    exports = model.exports()
    latents = exports["decoder"].real_input(7)
    assert latents.shape == (7, D)
    np.testing.assert_array_equal(latents[0], latents[1])  # held for a stride of 2 frames
    sound = exports["encoder"].real_input(3)
    assert sound.shape == (3 * model.settings.step, 1)
    assert exports["encoder"].real_input(2_000).shape == (2_000 * model.settings.step, 1)


def test_a_sample_reaches_as_many_latents_as_the_encoder_says(
    small_vae: StreamVAE, small_recipe: Recipe
) -> None:
    encoder, step = small_vae.encoder, small_vae.settings.step
    noise = 0.1 * np.random.default_rng(0).standard_normal((1, small_recipe.samples, 1))
    audio = noise.astype(np.float32)
    pasts = zero_pasts(encoder.memories, 1)
    before = encoder.advance(tf.constant(audio), pasts)[0].numpy()
    audio[0, 5] += 1.0
    after = encoder.advance(tf.constant(audio), pasts)[0].numpy()
    changed = np.flatnonzero(np.abs(after - before).max(axis=(0, 2)) > 0)
    reach = (changed[-1] + 1) * step - 5
    assert reach <= encoder.receptive_field < reach + step
