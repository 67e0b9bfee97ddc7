from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.live.fades import amplitude
from musicvae.live.hearing.ear import WINDOW, Ear
from musicvae.live.hearing.hearing import Hearing
from musicvae.runtime.encoder import Encoder

RATE, SEGMENT = 16_000, 2048
STEP = 128  # the hop of the tiny encoder


class Listener:
    """An ear that keeps what it hears."""

    hears = False
    start = 0

    def __init__(self) -> None:
        self.windows: list[np.ndarray] = []
        self.open: list[bool] = []

    def begin(self, until: int, waiting: int) -> None: ...

    def overlap(self, on: bool) -> None: ...

    def hear(self, windows: np.ndarray, start: int, are_open: list[bool]) -> None:
        assert start == WINDOW * len(self.open)
        self.windows += list(windows.copy())
        self.open += are_open

    @property
    def sound(self) -> np.ndarray:
        return np.concatenate(self.windows)


def noise(seconds: float, dbfs: float, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((round(seconds * RATE), 2))
    return (amplitude(dbfs) * rows).astype(np.float32)


def heard(
    sound: np.ndarray, set_up: Callable[[Hearing], object] = lambda hearing: None, size: int = 512
) -> tuple[Any, Hearing]:
    hearing, ear = Hearing(RATE, 2, SEGMENT), Listener()
    set_up(hearing)
    for at in range(0, len(sound), size):
        part: Any = sound[at : at + size]
        hearing.hear(part, at, len(part), {ear: 0})  # type: ignore[dict-item]
    return ear, hearing


def level(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(sound)) + 1e-12))


def test_below_the_gate_there_is_silence_after_the_hold() -> None:
    sound = np.concatenate([noise(0.5, -30), noise(1.0, -60), noise(0.5, -30)])
    ear, _ = heard(sound, lambda hearing: hearing.levelling.turn(False))
    opened = np.repeat(ear.open, WINDOW) > 0
    assert opened[2 * WINDOW : round(0.74 * RATE)].all()
    assert not opened[round(0.76 * RATE) : round(1.5 * RATE)].any()
    assert not ear.sound[round(0.82 * RATE) : round(1.5 * RATE)].any()
    assert level(ear.sound[-1000:]) == pytest.approx(-30, abs=0.5)


def test_the_hold_and_the_gate_are_set() -> None:
    def set_up(hearing: Hearing) -> None:
        hearing.gate.set(-20.0)
        hearing.gate.stay(0.0)

    ear, _ = heard(np.concatenate([noise(0.2, -10), noise(0.5, -30)]), set_up)
    assert np.count_nonzero(ear.open) == round(0.2 * RATE) // WINDOW
    always, _ = heard(np.zeros((RATE, 2), np.float32), lambda h: h.gate.set(-120.0))
    assert all(always.open)


@pytest.mark.parametrize("dbfs", [-34, -12])
def test_the_input_comes_slowly_to_the_level_of_the_training_music(dbfs: float) -> None:
    ear, hearing = heard(noise(6, dbfs))
    assert level(ear.sound[: RATE // 10]) == pytest.approx(dbfs, abs=1.5)
    assert level(ear.sound[-RATE:]) == pytest.approx(-18, abs=0.5)
    assert level(hearing.heard) == pytest.approx(dbfs, abs=0.5)  # what is mixed and kept is not
    steps = np.diff([level(ear.sound[at : at + RATE // 2]) for at in range(0, 5 * RATE, RATE // 2)])
    assert np.abs(steps).max() <= 3.5


def test_silence_and_hiss_do_not_move_the_level() -> None:
    _, hearing = heard(np.concatenate([noise(2, -18), noise(8, -70)]))
    assert hearing.levelling.gain == pytest.approx(1.0, abs=0.02)
    assert hearing.level < 0.01


def test_an_even_roar_is_lowered_by_12_db_until_it_is_quiet() -> None:
    roar = np.sign(np.sin(np.arange(3 * RATE) * 0.4))[:, None].repeat(2, axis=1)
    sound = np.concatenate([roar.astype(np.float32), noise(6, -40)])

    def set_up(hearing: Hearing) -> None:
        hearing.run_away.turn(True)
        hearing.set_mix(0.0)

    _, hearing = heard(sound[: 3 * RATE], set_up)
    assert hearing.run_away.ducked
    for _ in range(2):  # the first one glides
        mix = np.zeros((len(hearing.heard), 2), np.float32)
        hearing.blend(mix)
    assert level(mix) == pytest.approx(-12, abs=0.2)
    _, hearing = heard(sound, set_up)
    assert (hearing.run_away.ducked, hearing.run_away.count) == (False, 1)
    _, hearing = heard(sound)
    assert hearing.run_away.count == 0  # a file does not feed back


def test_loud_music_is_no_feedback(tiny_sounds: Path) -> None:
    from musicvae.audio import read

    track = read(next(iter(sorted(tiny_sounds.rglob("*.wav")))))
    sound = np.tile(track.samples / np.abs(track.samples).max(), (1, 2)).astype(np.float32)
    _, hearing = heard(sound, lambda h: h.run_away.turn(True))
    assert hearing.run_away.count == 0


def test_a_muted_input_is_silence() -> None:
    ear, hearing = heard(noise(1, -20), lambda h: h.mute(True))
    assert np.abs(ear.sound[RATE // 10 :]).max() < 1e-4
    assert hearing.heard.any()  # what is recorded is what came in


def test_absurd_samples_are_bounded() -> None:
    sound = np.full((RATE, 2), np.nan, np.float32)
    sound[: RATE // 2] = 1e30
    ear, hearing = heard(sound)
    assert np.isfinite(ear.sound).all()
    assert np.isfinite(hearing.level)


@pytest.mark.parametrize("size", [1, 64, 100, 700, SEGMENT])
def test_the_gain_falls_at_the_same_sample_frame_in_any_blocks(size: int) -> None:
    roar = np.sign(np.sin(np.arange(2 * RATE) * 0.4))[:, None].repeat(2, axis=1)
    sound = (0.9 * roar).astype(np.float32)
    expected, _ = heard(sound, lambda hearing: hearing.run_away.turn(True), WINDOW)
    ear, hearing = heard(sound, lambda hearing: hearing.run_away.turn(True), size)
    assert hearing.run_away.ducked
    np.testing.assert_array_equal(ear.sound, expected.sound)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, SEGMENT), min_size=1, max_size=6), st.integers(0, 9))
def test_blocks_change_nothing_that_is_heard(cuts: list[int], seed: int) -> None:
    sound = noise(0.6, -25, seed)
    sound[3000:3100] = np.nan

    def ears_of(sizes: list[int]) -> tuple[Any, np.ndarray]:
        hearing, ear, at = Hearing(RATE, 2, SEGMENT), Listener(), 0
        mixes: list[np.ndarray] = []
        hearing.set_mix(0.3)
        while at < len(sound):
            size = min(sizes[len(mixes) % len(sizes)], 5000 - at if at < 5000 else SEGMENT)
            part = sound[at : at + size]
            hearing.hear(part, at, len(part), {ear: 0})  # type: ignore[dict-item]
            mix = np.full((len(part), 2), 0.5, np.float32)
            hearing.blend(mix)
            mixes.append(mix)
            at += len(part)
            if at == 5000:
                hearing.set_gain(6.0)
                hearing.gate.set(-30.0)
        return ear, np.concatenate(mixes)

    (one, mix), (other, again) = ears_of([1000]), ears_of(cuts)
    np.testing.assert_array_equal(one.sound, other.sound)
    np.testing.assert_array_equal(mix, again)
    assert one.open == other.open


def test_an_ear_hears_what_the_encoder_encodes(make_encoder: Callable[..., Path]) -> None:
    path = make_encoder()
    ear = Ear([Encoder(path)], RATE, SEGMENT, lambda where, error: None)
    sound = noise(0.5, -20)[: STEP * 60, :1]
    expected = Encoder(path).push(sound)
    for at in range(0, len(sound), 4 * WINDOW):
        ear.hear(sound[at : at + 4 * WINDOW].reshape(-1, WINDOW, 1), at, [True] * 4)
    for step in range(50, 60):
        ear.start = (step + 1) * STEP - 5
        np.testing.assert_array_equal(ear.latents(5), expected[step])
        np.testing.assert_array_equal(ear.latents(4), expected[step - 1])
    assert ear.latency(overlap=False) == pytest.approx((STEP + 32) / RATE)
    ear.begin()
    np.testing.assert_array_equal(ear.latents(0), ear.rest)


def test_an_encoder_that_fails_is_counted_and_rests(make_encoder: Callable[..., Path]) -> None:
    encoder, noted = Encoder(make_encoder()), []
    ear = Ear([encoder], RATE, SEGMENT, lambda where, error: noted.append((where, error)))
    push, calls = encoder.push, []

    def failing(audio: Any, out: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("on purpose")
        return push(audio, out=out)

    encoder.push = failing  # type: ignore[method-assign,assignment]
    sound = noise(0.5, -20)
    ear.hear(sound[: STEP * 3].reshape(-1, WINDOW, 2), 0, [True] * (STEP * 3 // WINDOW))
    rows = []
    for step in range(3):
        ear.start = (step + 1) * STEP
        rows.append(ear.latents(0).copy())
    np.testing.assert_array_equal(rows[1], ear.rest)
    assert rows[0].any()
    assert rows[2].any()
    assert [where for where, _ in noted] == ["the encoder of the input"]


def test_hearing_allocates_nothing(
    make_encoder: Callable[..., Path], allocated: Callable[..., tuple[int, int]]
) -> None:
    hearing = Hearing(RATE, 2, SEGMENT)
    ear = Ear([Encoder(make_encoder())], RATE, SEGMENT, lambda where, error: None)
    sound, mix = noise(0.1, -20)[:512], np.zeros((512, 2), np.float32)
    hearing.set_mix(0.5)

    def work() -> None:
        for start in range(0, 4096, 512):
            hearing.hear(sound, start, 512, {ear: 0})
            hearing.blend(mix)

    kept, most = allocated(work)
    assert kept < 5000  # numbers that Python keeps
    assert most < 2 * sound.nbytes  # a few views and the encoder's own checks
