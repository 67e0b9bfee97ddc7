from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.live.engine.clip_voice import CROSSFADE_SECONDS, ClipVoice
from musicvae.live.engine.clips import InlineClips, RecordedClips
from musicvae.live.engine.loops import Loop, LoopMaker
from musicvae.live.table import ADDRESSES

RATE = 8000
FADE = round(CROSSFADE_SECONDS * RATE)
FRAME = RATE // 100


@pytest.fixture
def make_voice(make_decoder: Callable[..., Any]) -> Callable[..., ClipVoice]:
    """``make_voice(clips)``: sines of 100, 200 and 300 Hz whose amplitudes are the latents."""

    def make(clips: Any = None, **settings: Any) -> ClipVoice:
        maker = LoopMaker(make_decoder(**settings), RATE, 2)
        return ClipVoice("sines", "a", maker, InlineClips() if clips is None else clips)

    return make


def send(voice: ClipVoice, path: str, *values: Any, payload: Any = None) -> None:
    if path == "/loop":
        voice.receive(int(values[0]), payload)
    else:
        voice.controls.do(ADDRESSES.command(path, "a", "", values), payload)


def read(voice: ClipVoice, frames: int, block: int | None = None) -> np.ndarray:
    out = np.full((frames, 2), np.nan, np.float32)
    for start in range(0, frames, block or frames):
        voice.read(out[start : start + (block or frames)])
    return out


def slope(*loudness: float) -> float:
    """The largest difference between two successive samples of the sines."""
    return sum(abs(v) * 2 * np.pi * 100 * (i + 1) / RATE for i, v in enumerate(loudness))


def test_its_latents_begin_at_0_and_move(make_voice: Any) -> None:
    voice = make_voice()
    assert not read(voice, 1000).any()
    send(voice, "/glide", 0.0)
    send(voice, "/latent", 0.5)
    out = read(voice, 3 * RATE)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    # 100 Hz in 0.5 s less 30 ms of seam: 47 whole periods. Only in the seam an equal-power fade
    # lifts a sound that is the same on both sides.
    assert np.sqrt(np.mean(out[RATE:, 0] ** 2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


def test_nothing_steps_from_loop_to_loop(make_voice: Any) -> None:
    voice = make_voice()
    send(voice, "/latent", 0.5)
    pieces = [read(voice, 4000)]
    for number in range(60):  # quicker than a fade lasts
        send(voice, "/latent", 0.5 * (-1) ** number, 0.2)
        pieces.append(read(voice, 97))
    pieces.append(read(voice, 4000))
    out = np.concatenate(pieces)[:, 0]
    seam = np.sqrt(2)
    legal = seam * slope(0.5, 0.2) + 2 * 0.7 * seam * np.pi / 2 / FADE
    assert np.abs(np.diff(out)).max() <= legal


def test_the_beat_goes_on_when_latents_change(make_voice: Any) -> None:
    one, other = make_voice(), make_voice()
    for voice, latents in ((one, (0.5,)), (other, (0.0, 0.5))):
        send(voice, "/glide", 0.0)
        send(voice, "/latent", *latents)
        read(voice, 1234)
    send(one, "/latent", 0.0, 0.5)
    read(one, 1000)
    read(other, 1000)
    np.testing.assert_allclose(read(one, 500), read(other, 500), atol=1e-6)


@pytest.mark.parametrize("block", [1, 33, 240])
def test_blocks_change_nothing(make_voice: Any, block: int) -> None:
    whole, pieces = make_voice(), make_voice()
    for voice in (whole, pieces):
        send(voice, "/walk", 30.0)
    np.testing.assert_array_equal(read(pieces, 6000, block), read(whole, 6000))


def test_one_clip_is_asked_for_at_a_time_and_from_the_newest_latents(make_voice: Any) -> None:
    clips = RecordedClips()
    voice = make_voice(clips)
    send(voice, "/glide", 0.0)
    for value in (0.1, 0.2, 0.3):
        send(voice, "/latent", value)
        read(voice, 2 * FRAME)
    loop = clips.loop(2)  # the first of deck a
    assert isinstance(loop, Loop)
    np.testing.assert_allclose(loop.latents, [0.1, 0, 0], rtol=1e-6)
    assert clips.loop(4) is None
    send(voice, "/loop", 2, payload=loop)
    read(voice, FRAME)
    newest = clips.loop(4)
    assert isinstance(newest, Loop)
    np.testing.assert_allclose(newest.latents, [0.3, 0, 0], rtol=1e-6)


def test_a_loop_that_another_voice_asked_for_is_left_out(make_voice: Any) -> None:
    clips = RecordedClips()
    voice, other = make_voice(clips), make_voice(clips)
    for each in (voice, other):
        send(each, "/latent", 0.5)
        read(each, 2 * FRAME)
    send(other, "/loop", 2, payload=clips.loop(2))
    assert not read(other, 1000).any()
    send(other, "/loop", 4, payload=clips.loop(4))
    assert read(other, 1000).any()


def test_a_clip_that_fails_is_counted_and_the_old_one_sounds_on(make_decoder: Any) -> None:
    decoder = make_decoder()
    plain = decoder.decode

    def fragile(latents: Any) -> Any:
        return plain(latents) * (np.nan if latents[0, 0] > 1 else 1)

    decoder.decode = fragile
    voice = ClipVoice("sines", "a", LoopMaker(decoder, RATE, 2), InlineClips())
    send(voice, "/glide", 0.0)
    send(voice, "/latent", 0.5)
    read(voice, 1000)
    send(voice, "/latent", 2.0)
    out = read(voice, 4000)
    assert np.isfinite(out).all()
    assert voice.work.failed == 1
    assert "LatentError" in voice.work.problem
    assert np.abs(np.diff(out[:, 0])).max() <= np.sqrt(2) * slope(0.5) + 0.02
    send(voice, "/latent", 0.0, 0.5)
    reference = make_decoder()
    other = ClipVoice("sines", "a", LoopMaker(reference, RATE, 2), InlineClips())
    send(other, "/glide", 0.0)
    send(other, "/latent", 0.0, 0.5)
    read(other, 5000)
    read(voice, 1000)
    read(other, 1000)
    np.testing.assert_allclose(read(voice, 500), read(other, 500), atol=1e-6)


def test_nothing_delivered_is_counted_as_a_failure(make_voice: Any) -> None:
    voice = make_voice(RecordedClips())
    send(voice, "/latent", 0.5)
    read(voice, FRAME)
    send(voice, "/loop", 2, payload=None)
    assert voice.work.failed == 1
    assert "nothing was decoded" in voice.work.problem


def test_a_voice_that_leaves_asks_no_more(make_voice: Any) -> None:
    clips = RecordedClips()
    voice = make_voice(clips)
    voice.leave()
    send(voice, "/latent", 0.5)
    read(voice, 10 * FRAME)
    assert clips.loop(2) is None


def test_forgetting_begins_with_the_clip_at_0(make_voice: Any) -> None:
    clips = RecordedClips()
    voice = make_voice(clips)
    send(voice, "/latent", 0.5)
    read(voice, 3 * FRAME)
    loop = clips.loop(2)
    voice.forget()
    send(voice, "/loop", 2, payload=loop)  # too late: it belongs to what was forgotten
    voice.controls.manual.jump(0.0)
    assert not read(voice, 4000).any()


def test_there_is_no_latency_and_decoding_is_counted(make_voice: Any) -> None:
    voice = make_voice()
    send(voice, "/glide", 0.0)
    send(voice, "/latent", 0.5)
    read(voice, 1000)
    assert voice.latency == 0
    assert voice.work.decoded == 2
