"""How many frames a stream decodes at once with the bits of one after another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.runtime.stream_decoder import StreamDecoder

Make = Callable[..., Path]


def random(stream: StreamDecoder, frames: int) -> np.ndarray:
    size = (frames, stream.info.latent_dim)
    return np.random.default_rng(0).standard_normal(size).astype(np.float32)


def test_blocks_that_change_no_bit_are_found_and_the_state_stays(
    make_stream: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = StreamDecoder(make_stream(channels=2))
    stream.push(random(stream, 5))
    state = stream.state.values
    assert [stream.frames_at_once(most) for most in (1, 2, 8)] == [1, 2, 8]
    np.testing.assert_array_equal(stream.state.values, state)
    push = stream.push

    def rounding(latents: np.ndarray) -> np.ndarray:
        """Adds up in another order from five frames on, as a processor might."""
        sound = push(latents)
        return sound if len(latents) < 5 else np.nextafter(sound, np.float32(2))

    monkeypatch.setattr(stream, "push", rounding)
    assert stream.frames_at_once(8) == 4
    np.testing.assert_array_equal(stream.state.values, state)
    monkeypatch.setattr("musicvae.runtime.stream_decoder._LONG", -1.0)
    assert stream.frames_at_once(8) == 1


def test_a_model_that_overflows_is_given_one_frame_at_a_time(make_stream: Make) -> None:
    stream = StreamDecoder(make_stream(sounding="Exp", channels=1))
    assert stream.frames_at_once(8) in range(1, 9)
    np.testing.assert_array_equal(stream.state.values, 0)
