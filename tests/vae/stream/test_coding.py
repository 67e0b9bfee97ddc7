"""Sounds to latents and back: lengths, the delay, blocks of bounded memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from musicvae.latents.tape import Tape
from musicvae.vae.stream import coding
from musicvae.vae.stream.coding import StreamCoder
from musicvae.vae.stream.layers import zero_pasts
from musicvae.vae.stream.network import StreamVAE


@pytest.fixture(scope="module")
def coder(small_vae: StreamVAE) -> StreamCoder:
    return StreamCoder(small_vae)


def _sound(samples: int, seed: int = 0) -> NDArray[np.float32]:
    noise = 0.1 * np.random.default_rng(seed).standard_normal((samples, 1))
    return noise.astype(np.float32)


def _latents(frames: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).standard_normal((frames, 4)).astype(np.float32)


@pytest.mark.parametrize("samples", [0, 1, 127, 128, 1_000, 4_096])
def test_enough_steps_for_the_end_to_ring_out(coder: StreamCoder, samples: int) -> None:
    step, delay = coder.settings.step, coder.settings.delay
    mean, logvar = coder.encode(_sound(samples))
    assert mean.shape == logvar.shape
    assert mean.shape[1] == 4
    assert samples + delay <= len(mean) * step < samples + delay + step
    decoded = coder.decode(coder.hold(mean))
    assert len(decoded) - delay >= samples


def test_encoding_is_the_network_advanced_once(coder: StreamCoder, small_vae: StreamVAE) -> None:
    sound = _sound(10 * coder.settings.step)
    mean, logvar = coder.encode(sound)
    out = small_vae.encoder.advance(
        tf.constant(sound[None]), zero_pasts(small_vae.encoder.memories, 1)
    )[0].numpy()[0]
    np.testing.assert_allclose(mean[:10], out[:, :4], atol=1e-5)
    np.testing.assert_allclose(logvar[:10], np.clip(out[:, 4:], -15, 10), atol=1e-5)


def test_it_gives_the_posterior_that_training_sees(
    coder: StreamCoder, small_vae: StreamVAE
) -> None:
    sound = _sound(12 * coder.settings.step)
    mean, logvar = coder.encode(sound)
    expected = small_vae.posterior(tf.constant(sound[None]))
    np.testing.assert_allclose(mean[:12], expected[0].numpy()[0], atol=1e-5)
    np.testing.assert_allclose(logvar[:12], expected[1].numpy()[0], atol=1e-5)


@pytest.mark.parametrize("block", [1, 3, 16])
def test_blocks_of_any_length_give_the_same(
    coder: StreamCoder, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    sound, latents = _sound(3_000), _latents(37)
    whole, decoded = coder.encode(sound)[0], coder.decode(latents)
    monkeypatch.setattr(coding, "BLOCK", block)
    np.testing.assert_allclose(coder.encode(sound)[0], whole, atol=1e-4)
    np.testing.assert_allclose(coder.decode(latents), decoded, atol=1e-5)


def test_no_more_than_a_block_is_computed_at_once(
    small_vae: StreamVAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    advance: Any = small_vae.decoder.advance

    def watched(latents: tf.Tensor, pasts: list[tf.Tensor]) -> Any:
        tf.py_function(lambda n: seen.append(int(n)), [tf.shape(latents)[1]], [])
        return advance(latents, pasts)

    monkeypatch.setattr(small_vae.decoder, "advance", watched)
    monkeypatch.setattr(coding, "BLOCK", 5)
    StreamCoder(small_vae).decode(_latents(23))
    assert sum(seen) == 23
    assert max(seen) == 5 * small_vae.settings.stride


def test_a_longer_sound_begins_like_a_shorter_one(coder: StreamCoder) -> None:
    """Nothing is known of the future: latents of the past stay as they are."""
    step, sound = coder.settings.step, _sound(3_000)
    whole, part = coder.encode(sound)[0], coder.encode(sound[: 10 * step])[0]
    np.testing.assert_allclose(part[:10], whole[:10], atol=1e-5)
    latents = _latents(30)
    hop = coder.settings.hop
    np.testing.assert_allclose(
        coder.decode(latents[:12]), coder.decode(latents)[: 12 * hop], atol=1e-6
    )


def test_each_frame_is_a_hop_of_sound(coder: StreamCoder) -> None:
    decoded = coder.decode(_latents(9))
    assert decoded.shape == (9 * coder.settings.hop, 1)
    assert decoded.dtype == np.float32
    np.testing.assert_array_equal(decoded, coder.decode(_latents(9)))  # no state is left behind


def test_held_steps_last_a_stride_of_frames(coder: StreamCoder) -> None:
    held = coder.hold(_latents(3))
    assert coder.settings.stride == 2
    np.testing.assert_array_equal(held[::2], _latents(3))
    np.testing.assert_array_equal(held[1::2], _latents(3))


def test_log_variances_stay_where_they_can_be_used(
    small_vae: StreamVAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wild(audio: tf.Tensor, pasts: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        steps = tf.shape(audio)[1] // small_vae.settings.step
        row = tf.constant([[[0.0] * 4 + [-100.0, -15.0, 10.0, 100.0]]])
        return tf.tile(row, (1, steps, 1)), pasts

    monkeypatch.setattr(small_vae.encoder, "advance", wild)
    _, logvar = StreamCoder(small_vae).encode(_sound(500))
    np.testing.assert_array_equal(logvar[0], [-15, -15, 10, 10])


def test_a_tape_decodes_nearly_as_its_latents_do(coder: StreamCoder) -> None:
    """It holds latents rounded to 16 bits, and its rows last as long as steps do."""
    sound, settings = _sound(2_000), coder.settings
    mean, _ = coder.encode(sound)
    tape = Tape(mean, 16_000, settings.hop, settings.stride, len(sound))
    np.testing.assert_array_equal(tape.frames(), coder.hold(tape.latents))
    exact, played = coder.decode(coder.hold(mean)), coder.decode(tape.frames())
    assert np.std(played - exact) < 0.01 * np.std(exact)
