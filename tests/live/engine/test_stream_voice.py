from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import LiveError
from musicvae.live.channels import spread
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.table import ADDRESSES
from musicvae.runtime.stream_decoder import StreamDecoder

RATE, HOP = 8000, 200
CONCEAL = 80  # 10 ms


def read(voice: StreamVoice, frames: int, channels: int = 1) -> np.ndarray:
    out = np.zeros((frames, channels), np.float32)
    voice.read(out)
    return out


def do(voice: StreamVoice, address: str, *values: float) -> None:
    voice.controls.do(ADDRESSES.command(address, "a", "", values))


def steps(out: np.ndarray) -> np.ndarray:
    return np.abs(np.diff(out[:, 0]))


@pytest.fixture
def info(models: Any) -> Any:
    return models.stream_info(4, RATE, HOP, "")


@pytest.fixture
def make_voice(models: Any, info: Any) -> Callable[..., StreamVoice]:
    def make(fails: int = 0, rate: int = RATE) -> StreamVoice:
        voice = StreamVoice("waves", models.Waves(info, fails), rate, 1)
        voice.controls.do(ADDRESSES.command("/latent", "a", "", (1.0, -1.0, 0.5, 2.0)))
        return voice

    return make


def test_it_is_the_decoders_sound(make_voice: Any, models: Any, info: Any) -> None:
    decoder, out = models.Waves(info), np.zeros((HOP, 1), np.float32)
    voice = make_voice()
    twin = make_voice().controls
    expected = np.concatenate([decoder.push(twin.next()[None], out).copy() for _ in range(5)])
    np.testing.assert_array_equal(read(voice, 5 * HOP), expected)
    assert voice.work.decoded == 5
    assert voice.work.seconds > 0


def test_a_frame_that_fails_fades_out_and_the_next_one_in(make_voice: Any) -> None:
    voice, whole = make_voice(fails=7), make_voice()
    out, plain = read(voice, 20 * HOP), read(whole, 20 * HOP)
    failed = slice(6 * HOP, 7 * HOP)
    np.testing.assert_array_equal(out[: 6 * HOP], plain[: 6 * HOP])
    assert np.abs(out[failed][:CONCEAL]).max() > 0.01
    assert not out[failed][CONCEAL:].any()
    assert np.abs(out[8 * HOP : 13 * HOP]).max() > 0.1
    assert voice.work.failed == 2
    assert voice.work.problem == "LatentError: this frame fails on purpose."
    steepest = steps(plain).max() + np.abs(plain).max() * np.pi / 2 / CONCEAL
    assert steps(out).max() <= steepest


def test_while_every_frame_fails_there_is_silence(make_voice: Any) -> None:
    voice = make_voice(fails=1)
    assert not read(voice, 10 * HOP).any()
    assert voice.work.failed == 10


def test_frames_that_fail_now_and_then_make_no_step_at_another_rate(make_voice: Any) -> None:
    voice, whole = make_voice(fails=3, rate=11_025), make_voice(rate=11_025)
    out, plain = read(voice, 40 * HOP), read(whole, 40 * HOP)
    steepest = steps(plain).max() + np.abs(plain).max() * np.pi / 2 / CONCEAL * RATE / 11_025
    assert steps(out).max() <= 1.15 * steepest  # a resampler rounds corners, and overshoots
    assert voice.work.failed > 5


def test_a_graph_that_overflows_is_faded_and_comes_back(make_stream: Callable[..., Path]) -> None:
    """A real artifact that gives infinite samples for large latents."""
    decoder = StreamDecoder(make_stream(sounding="Exp"))
    voice = StreamVoice("exp", decoder, decoder.info.sample_rate, 1)
    controls = voice.controls
    voice.controls.do(ADDRESSES.command("/glide", "a", "", (0.0,)))
    voice.controls.do(ADDRESSES.command("/latent/clamp", "a", "", (-1000.0, 1000.0)))
    heard = [read(voice, 640)]
    voice.controls.do(ADDRESSES.command("/latent", "a", "", (1000.0,) * 4))
    heard.append(read(voice, 6400))
    failed = voice.work.failed
    assert failed > 0
    assert "LatentError" in voice.work.problem
    controls.manual.jump(0.0)
    heard.append(read(voice, 6400))
    out = np.concatenate(heard)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 16
    np.testing.assert_allclose(out[-64:], heard[0][-64:], atol=1e-5)


@pytest.mark.parametrize("rate", [16_000, 44_100, 11_025, 48_000])
@pytest.mark.parametrize("blocks", [(700,), (64, 900, 17), (2048,)])
def test_frames_that_are_decoded_together_sound_as_one_after_another(
    make_stream: Callable[..., Path], rate: int, blocks: tuple[int, ...]
) -> None:
    """Also where a source moves the latents, some frames overflow, and commands come between."""

    def sound(together: int, sizes: tuple[int, ...]) -> tuple[np.ndarray, StreamVoice]:
        decoder = StreamDecoder(make_stream(sounding="Exp"))
        assert decoder.frames_at_once(8) == 8
        voice = StreamVoice("exp", decoder, rate, 2, together)
        do(voice, "/latent/clamp", -1000.0, 1000.0)
        do(voice, "/glide", 0.0)
        do(voice, "/walk", 1.0)
        parts, done, turn = [], 0, 0
        for until, value in ((3000, 0.0), (3700, 1000.0), (9000, 0.5)):
            do(voice, "/latent", *(value,) * 4)
            while done < until:  # a command ends a block
                size = min(sizes[turn % len(sizes)], until - done)
                parts.append(read(voice, size, 2))
                done, turn = done + size, turn + 1
        return np.concatenate(parts), voice

    alone, one = sound(1, (1,))
    together, several = sound(8, blocks)
    np.testing.assert_array_equal(together, alone)
    assert several.work.failed == one.work.failed > 0
    assert several.work.decoded == one.work.decoded


def test_a_source_that_fails_costs_its_frame_alone(models: Any, info: Any) -> None:
    class Failing:
        ready, guided = True, False
        made = 0

        def next(self, out: np.ndarray) -> None:
            self.made += 1
            if self.made in (3, 4, 8):
                raise LiveError("on purpose")
            out[:] = 1.0

    def sound(together: int) -> tuple[np.ndarray, int]:
        voice = StreamVoice("waves", models.Waves(info), RATE, 1, together)
        voice.controls.sources["walk"] = Failing()  # type: ignore[assignment]
        voice.controls.source = "walk"
        return read(voice, 12 * HOP), voice.work.failed

    (alone, failed), (together, also) = sound(1), sound(8)
    assert failed == also == 3
    np.testing.assert_array_equal(together, alone)


def test_a_block_is_one_call_of_the_decoder(
    make_stream: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder, calls = StreamDecoder(make_stream()), []
    hop, rate, push = decoder.info.hop, decoder.info.sample_rate, decoder.push

    def counted(latents: np.ndarray, out: np.ndarray) -> np.ndarray:
        calls.append(len(latents))
        return push(latents, out)

    monkeypatch.setattr(decoder, "push", counted)
    voice = StreamVoice("jazz", decoder, rate, 1, 8)
    for frames in (4 * hop, 1, hop, 20 * hop):
        read(voice, frames)
    assert calls == [4, 1, 1, 8, 8, 4]


def test_absurd_values_are_cut(make_rig: Any, info: Any) -> None:
    class Loud:
        def __init__(self) -> None:
            self.info = info

        def push(self, latents: Any, out: Any) -> Any:
            out[:] = 1e30
            return out

        def reset(self) -> None: ...

    assert read(StreamVoice("loud", Loud(), RATE, 1), HOP).max() == 16


@pytest.mark.parametrize("rate", [RATE, 11_025, 4000])
def test_its_latency_is_the_models_and_the_resamplers(models: Any, rate: int) -> None:
    info = dataclasses.replace(models.stream_info(4, RATE, HOP, ""), latency=100)
    voice = StreamVoice("waves", models.Waves(info), rate, 1)
    wait = {8000: 0, 11_025: 24, 4000: 48}[rate]
    assert voice.latency == pytest.approx((100 + wait) / RATE)


def test_forgetting_begins_anew_but_keeps_what_is_set(make_voice: Any) -> None:
    for rate in (RATE, 11_025):
        used, fresh = make_voice(rate=rate), make_voice(rate=rate)
        read(used, 1234)
        used.forget()
        used.controls.manual.jump(0.5)
        fresh.controls.manual.jump(0.5)
        np.testing.assert_array_equal(read(used, 2000), read(fresh, 2000))


@pytest.mark.parametrize(
    ("have", "want", "expected"),
    [
        (1, 1, [1]),
        (1, 4, [1, 1, 1, 1]),
        (2, 2, [1, 2]),
        (2, 1, [1.5]),
        (2, 4, [1, 2, 1, 2]),
        (2, 3, [1, 2, 1]),
    ],
)
def test_channels(have: int, want: int, expected: list[float]) -> None:
    sound = np.tile(np.arange(1, have + 1, dtype=np.float32), (3, 1))
    out = np.zeros((3, want), np.float32)
    spread(sound, out)
    assert out.tolist() == [expected] * 3


def test_reading_allocates_no_sound(make_voice: Any, allocated: Any) -> None:
    voice = make_voice(rate=11_025)
    out = np.zeros((4096, 1), np.float32)
    kept, _ = allocated(lambda: voice.read(out))
    assert kept < 1000
