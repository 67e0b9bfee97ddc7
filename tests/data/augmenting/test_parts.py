"""What each part of an augmentation does to sounds whose result is known."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.audio import Samples
from musicvae.data.augmenting import dynamics, spectrum
from musicvae.data.augmenting.speed import factor, read_at_speed

pytest.importorskip("soxr", reason="soxr is not installed")

RATE, SAMPLES = 16_000, 8_192


def _tone(hertz: float, samples: int = SAMPLES, level: float = 0.25) -> Samples:
    wave = level * np.sin(2 * np.pi * hertz * np.arange(samples) / RATE)
    return wave.astype(np.float32)[:, None]


def _loudest(sound: Samples) -> float:
    """The frequency of a tone, in Hz."""
    middle = sound[1_000:-1_000, 0]
    spectrum_ = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 2**18))
    return float(spectrum_.argmax() * RATE / 2**18)


def _level(sound: Samples) -> float:
    """RMS of the later half in dB, past what a filter needs to swing in."""
    return float(10 * np.log10(dynamics.power(sound[len(sound) // 2 :]) + 1e-20))


@pytest.mark.parametrize("semitones", [-12, -0.37, 0.01, 1, 12])
def test_speed_moves_the_pitch(semitones: float) -> None:
    made = read_at_speed(_tone(1_000, 60_000), 20_000, SAMPLES, factor(semitones))
    assert made.shape == (SAMPLES, 1)
    assert _loudest(made) == pytest.approx(1_000 * 2 ** (semitones / 12), rel=1e-4)
    # Not even the ends know that the piece was cut out.
    assert np.abs(made).max() < 0.251
    assert np.abs(made[:100]).max() > 0.24
    assert np.abs(made[-100:]).max() > 0.24


def test_what_rises_above_half_the_rate_is_left_out() -> None:
    high = read_at_speed(_tone(7_000, 60_000), 20_000, SAMPLES, factor(6))  # to 9.9 kHz
    assert np.abs(high).max() < 1e-3


def test_a_track_without_room_is_read_from_earlier_on_and_followed_by_zeros() -> None:
    track = _tone(500, SAMPLES + 10)
    made = read_at_speed(track, 10, SAMPLES, 2.0)  # which needs more than there is
    heard = np.flatnonzero(made[:, 0])
    assert heard[-1] < SAMPLES // 2 + 200
    assert np.abs(made[: SAMPLES // 2 - 10]).max() > 0.2
    slow = read_at_speed(track, 10, SAMPLES, 0.5)
    assert slow[-50:].any()
    short = read_at_speed(track[:7], 0, SAMPLES, 1.1)
    assert np.isfinite(short).all()


def test_a_crop_at_its_own_speed_is_a_copy() -> None:
    track = _tone(500, 20_000)
    made = read_at_speed(track, 123, SAMPLES, 1.0)
    np.testing.assert_array_equal(made, track[123 : 123 + SAMPLES])
    made[:] = 0
    assert track.any()


@pytest.mark.parametrize(
    ("response", "hertz", "decibels"),
    [
        (spectrum.low_pass, 250, 0), (spectrum.low_pass, 1_000, -3),
        (spectrum.low_pass, 4_000, -48),
        (spectrum.high_pass, 4_000, 0), (spectrum.high_pass, 1_000, -3),
        (spectrum.high_pass, 250, -48),
    ],
)  # fmt: skip
def test_a_band_ends_with_24_decibels_an_octave(
    response: object, hertz: float, decibels: float
) -> None:
    assert callable(response)
    curve = response(spectrum.frequencies(SAMPLES, RATE), 1_000)
    tone = _tone(hertz)
    change = _level(spectrum.filtered(tone, RATE, curve)) - _level(tone)
    assert change == pytest.approx(decibels, abs=0.3)


@pytest.mark.parametrize("decibels", [-9.0, 6.0])
def test_shelves_raise_or_lower_one_side(decibels: float) -> None:
    hertz = spectrum.frequencies(SAMPLES, RATE)
    for shelf, inside, outside in (
        (spectrum.low_shelf, 50, 7_000), (spectrum.high_shelf, 7_000, 50),
    ):  # fmt: skip
        curve = shelf(hertz, 600, decibels)
        for tone, wanted in ((inside, decibels), (outside, 0), (600, decibels / 2)):
            made = spectrum.filtered(_tone(tone), RATE, curve)
            assert _level(made) - _level(_tone(tone)) == pytest.approx(wanted, abs=0.3)


def test_nothing_sounds_before_its_cause_nor_comes_round_from_the_end() -> None:
    click = np.zeros((SAMPLES, 1), np.float32)
    click[4_000] = click[-1] = 1
    hertz = spectrum.frequencies(SAMPLES, RATE)
    made = spectrum.filtered(click, RATE, spectrum.low_pass(hertz, 900))
    assert np.abs(made[:3_990]).max() < 1e-3 * np.abs(made).max()
    low = spectrum.filtered(click, RATE, spectrum.high_pass(hertz, 30))
    assert np.abs(low[:3_990]).max() < 1e-3


def test_compression_brings_loud_and_soft_together() -> None:
    sound = np.concatenate([_tone(300, level=0.05), _tone(300, level=0.5)])
    made = dynamics.compressed(sound, RATE, 4.0)
    steady = slice(SAMPLES // 2, SAMPLES), slice(-SAMPLES // 2, None)
    before, after = (
        20 * np.log10(np.abs(x[steady[1]]).max() / np.abs(x[steady[0]]).max())
        for x in (sound, made)
    )
    assert before == pytest.approx(20, abs=0.1)
    assert 7 < after < 15  # the soft part is partly below the threshold
    assert dynamics.power(made) == pytest.approx(dynamics.power(sound), rel=1e-3)


def test_a_mixture_holds_both_at_the_level_that_was_asked_for() -> None:
    made = dynamics.mixed(_tone(300, level=0.1), _tone(2_000, level=0.8), -6)
    lines = np.abs(np.fft.rfft(made[:, 0] * np.hanning(SAMPLES)))
    at = [lines[round(hertz * SAMPLES / RATE)] for hertz in (300, 2_000)]
    assert 20 * np.log10(at[1] / at[0]) == pytest.approx(-6, abs=1)
    assert dynamics.power(made) == pytest.approx(dynamics.power(_tone(300, level=0.1)), rel=0.02)


def test_a_softer_sound_is_not_amplified_in_a_mixture() -> None:
    hiss = _tone(2_000, level=1e-4)
    made = dynamics.mixed(_tone(300, level=0.5), hiss, 0)
    assert np.abs(made - _tone(300, level=0.5)).max() < 2e-4
