from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.latents.tape import Tape
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.sources.tape import TapeSource
from musicvae.live.table import ADDRESSES

STEPS, STRIDE = 6, 4
FRAMES = STEPS * STRIDE


def rows(steps: int = STEPS) -> np.ndarray:
    return np.arange(2 * steps, dtype=np.float32).reshape(steps, 2)


def playing(tape: Tape, name: str = "name") -> TapeSource:
    info: Any = SimpleNamespace(latent_dim=tape.latent_dim)
    source = TapeSource(info, 250.0)
    source.insert(tape, name)
    return source


@pytest.fixture
def tape() -> TapeSource:
    return playing(Tape(rows(), 16_000, 64, STRIDE, 64 * FRAMES))


def heard(source: TapeSource, frames: int, width: int = 2) -> np.ndarray:
    out = np.zeros((frames, width), np.float32)
    for row in out:
        source.next(row)
    return out


def test_at_normal_speed_each_row_is_held_and_the_tape_repeats(tape: TapeSource) -> None:
    held = np.repeat(rows(), STRIDE, axis=0)
    np.testing.assert_array_equal(
        heard(tape, 2 * FRAMES + 3), np.concatenate([held, held, held[:3]])
    )


def test_backwards_is_the_mirror_image(tape: TapeSource) -> None:
    tape.rate = -1.0
    tape.scrub((FRAMES - 1) / FRAMES)
    mirrored = np.repeat(rows(), STRIDE, axis=0)[::-1]
    np.testing.assert_array_equal(heard(tape, 2 * FRAMES), np.concatenate([mirrored, mirrored]))


def test_twice_as_fast_skips_every_second_frame(tape: TapeSource) -> None:
    tape.rate = 2.0
    held = np.repeat(rows(), STRIDE, axis=0)
    np.testing.assert_array_equal(heard(tape, FRAMES), np.concatenate([held[::2], held[::2]]))


def test_slowly_rows_are_mixed_and_nothing_steps(tape: TapeSource) -> None:
    tape.rate, tape.looping = 0.25, False
    out = heard(tape, 4 * FRAMES)[:, 0]
    line = np.minimum(np.arange(4 * FRAMES) * 0.25 / STRIDE, STEPS - 1) * 2
    np.testing.assert_allclose(out, line, atol=1e-5)


def test_scrubbing_a_stopped_tape_mixes_rows(tape: TapeSource) -> None:
    tape.playing = False
    for place, expected in [(0.0, 0.0), (0.25, 3.0), (0.5, 6.0), (1.0, 10.0)]:
        tape.scrub(place)
        assert heard(tape, 3)[:, 0].tolist() == [expected] * 3


@pytest.mark.parametrize("rate", [1.0, 4.0, -1.0, -4.0, 0.7, -0.3])
def test_a_loop_stays_inside_and_ends_where_it_says(tape: TapeSource, rate: float) -> None:
    tape.loop(1 / 3, 2 / 3)
    tape.rate = rate
    tape.scrub(0.4)
    for _ in range(200):
        assert tape.start <= tape.position < tape.end
        tape.next(np.zeros(2, np.float32))
    assert (tape.start, tape.end) == pytest.approx((8, 16), abs=1e-5)


def test_backwards_a_whole_length_at_a_time_does_not_leave_the_loop(tape: TapeSource) -> None:
    tape.loop(0.0, 1 / STEPS)
    tape.rate = -float(STRIDE)
    assert heard(tape, 5)[:, 0].tolist() == [0] * 5


def test_a_loop_is_at_least_one_row_long(tape: TapeSource) -> None:
    tape.loop(0.999, 1.0)
    assert (tape.start, tape.end) == (FRAMES - STRIDE, FRAMES)
    tape.loop(0.0, 1e-9)
    assert (tape.start, tape.end) == (0, STRIDE)


@pytest.mark.parametrize(("rate", "end"), [(1.0, float(FRAMES)), (-1.0, 0.0)])
def test_without_a_loop_it_stops_at_its_end(tape: TapeSource, rate: float, end: float) -> None:
    tape.looping, tape.rate = False, rate
    tape.scrub(0.5)
    heard(tape, 2 * FRAMES)
    assert (tape.playing, tape.position) == (False, end)


def test_its_scale_multiplies(tape: TapeSource) -> None:
    tape.scale = -0.5
    np.testing.assert_array_equal(heard(tape, 1), [[-0.0, -0.5]])


@given(st.integers(1, 2**24), st.integers(1, 64), st.floats(0, 1), st.lists(st.floats(-4, 4)))
def test_places_are_found_again_to_the_bit(
    steps: int, stride: int, place: float, rates: list[float]
) -> None:
    """Presets store places as a share of the tape; this is the longest tape that is allowed."""
    source = playing(Tape(rows(1), 16_000, 64, stride, 64))
    source.frames = steps * stride  # a tape of that length would take gigabytes
    source.end = float(source.frames)
    source.scrub(place)
    for rate in rates:
        source.rate = rate
        source._advance()
    before = source.position
    source.scrub(before / source.frames)
    assert source.position == before


def delayed(voice: StreamVoice, frames: int, delay: int) -> np.ndarray:
    out = np.zeros((delay + frames, 1), np.float32)
    voice.read(out)
    return out[delay:]


def test_a_tape_sounds_as_the_decoder_plays_it(make_stream: Callable[..., Path]) -> None:
    from musicvae.runtime.stream_decoder import StreamDecoder

    decoder = StreamDecoder(make_stream())
    info = decoder.info
    latents = np.random.default_rng(1).standard_normal((20, info.latent_dim)).astype(np.float32)
    tape = Tape(latents, info.sample_rate, info.hop, info.stride, 2000, info.latent_space)
    voice = StreamVoice("tape", decoder, info.sample_rate, 1)
    voice.controls.do(ADDRESSES.command("/tape/load", "a", "", ("tape",)), tape)
    played = delayed(voice, tape.samples, 2 * info.latency)
    np.testing.assert_allclose(played, decoder.play(tape), atol=1e-6)
