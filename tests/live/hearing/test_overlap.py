"""Several encoders hear in turns, so that a sound is latents sooner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.live.hearing.ear import WINDOW, Ear
from musicvae.runtime.encoder import Encoder

RATE, SEGMENT = 16_000, 2048
STEP, PART = 128, 64  # the hop of the tiny encoder, and half of it


@pytest.fixture
def encoder(make_encoder: Callable[..., Path]) -> Encoder:
    return Encoder(make_encoder())


def an_ear(encoder: Encoder, rate: int = RATE, *, overlap: bool = True) -> Ear:
    ear = Ear([encoder, encoder.twin()], rate, SEGMENT, lambda where, error: None)
    ear.overlap(overlap)
    return ear


def hear(ear: Ear, sound: np.ndarray, start: int = 0) -> None:
    for at in range(0, len(sound), 4 * WINDOW):
        part = sound[at : at + 4 * WINDOW]
        whole = part[: len(part) // WINDOW * WINDOW].reshape(-1, WINDOW, 1)
        ear.hear(whole, start + at, [True] * len(whole))


def noise(samples: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((samples, 1))
    return (0.1 * rows).astype(np.float32)


def test_each_of_two_hears_whole_steps_half_a_step_apart(encoder: Encoder) -> None:
    ear, sound, taken = an_ear(encoder), noise(20 * STEP), []
    ear.taker = lambda row: taken.append(row.copy())
    fresh = encoder.twin()
    whole = fresh.push(sound)
    fresh.reset()
    late = np.concatenate([np.zeros((PART, 1), np.float32), sound[:-PART]])
    between = fresh.push(late)  # its step 10 ends half a step before that of the other
    hear(ear, sound)
    for step in range(12, 20):
        ear.start = step * STEP + PART
        np.testing.assert_array_equal(ear.latents(0), between[step])
        np.testing.assert_array_equal(ear.latents(PART - 1), between[step])
        np.testing.assert_array_equal(ear.latents(PART), whole[step])
    np.testing.assert_array_equal(taken, whole)  # a tape has the steps of one encoder
    assert ear.latency(overlap=True) == pytest.approx((PART + 32) / RATE)
    assert ear.latency(overlap=False) == pytest.approx((STEP + 32) / RATE)


def test_one_that_begins_later_waits_until_it_has_heard_enough(encoder: Encoder) -> None:
    sound = noise(60 * STEP)
    early, late = an_ear(encoder), an_ear(encoder, overlap=False)
    rows = []
    for ear in (early, late):
        encoder.reset()
        hear(ear, sound[: 16 * STEP])
        ear.overlap(True)
        hear(ear, sound[16 * STEP :], 16 * STEP)
        ear.start = 59 * STEP + PART
        rows.append(ear.latents(0).copy())
    np.testing.assert_array_equal(rows[0], rows[1])
    late.overlap(False)
    hear(late, sound[: 4 * STEP], 60 * STEP)
    late.start = 61 * STEP + PART
    one = late.latents(0).copy()
    late.start = 61 * STEP
    np.testing.assert_array_equal(late.latents(0), one)  # the first one alone again


@pytest.mark.parametrize("rate", [RATE, 48_000, 44_100])
@pytest.mark.parametrize("until", [0, 100, 150])
def test_steps_are_complete_shortly_before_frames_begin(
    encoder: Encoder, rate: int, until: int
) -> None:
    ear = an_ear(encoder, rate)
    ear.begin(until)
    frame = PART * rate / RATE
    hear(ear, noise(WINDOW * round(20 * frame / WINDOW)))
    moments = [until + int(np.ceil(number * frame)) for number in range(12, 17)]
    waits = [moment - max(end for end in ear._ends if end <= moment) for moment in moments]
    most = WINDOW if rate == RATE else 2 * WINDOW
    assert max(waits) <= most
