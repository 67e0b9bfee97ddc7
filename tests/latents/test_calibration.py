"""Moves are measured on a decoder of sines and noise that every latent plays by a known law."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from musicvae.artifact.parts import AttributeInfo
from musicvae.audio import Sound
from musicvae.errors import LatentError, SettingError
from musicvae.latents.attributes import LONGEST, fit_directions
from musicvae.latents.calibration import Moves, calibrated, judged, measure_moves, spearman
from musicvae.latents.dynamics import LinearDynamics
from musicvae.measures.frames import UNITS, frame_attributes

RATE, HOP, D = 8_000, 256, 6
STEPS = 90
MONO = [name for name in UNITS if name != "width"]


def decode(latents: NDArray[np.float32]) -> Sound:
    """Latent 0 is level, 1 tilts the spectrum (and so the level), 2 is hiss; 3 to 5 nothing."""
    curves = np.repeat(latents.astype(np.float64), HOP, axis=0)
    kernel = np.hanning(HOP + 2)[1:-1] / np.hanning(HOP + 2).sum()
    level, tilt, hiss = (np.convolve(curves[:, n], kernel, "same") for n in range(3))
    time = np.arange(len(curves)) / RATE
    sound = np.zeros(len(time))
    for octave, frequency in enumerate((110.0, 220.0, 440.0, 880.0, 1_760.0, 3_520.0)):
        sound += np.exp(0.35 * tilt * (octave - 2.5) - 0.7 * octave) * np.sin(
            2 * np.pi * frequency * time
        )
    noise = np.random.default_rng(0).standard_normal(len(time))
    sound += 0.02 * np.exp(0.7 * hiss) * noise
    return Sound.of(0.05 * np.exp(0.4 * level) * sound, RATE)


def tracks(count: int, seed: int, steps: int = 300) -> list[NDArray[np.float32]]:
    walks = LinearDynamics(0.9 * np.eye(D), 0.19 * np.eye(D))
    return [walks.walk(steps, seed + n) for n in range(count)]


@pytest.fixture(scope="module")
def infos() -> tuple[AttributeInfo, ...]:
    train, held = tracks(12, 0), tracks(4, 1_000)
    measured = [[frame_attributes(decode(one), HOP) for one in part] for part in (train, held)]
    return fit_directions(train, measured[0], held, measured[1], RATE / HOP)


@pytest.fixture(scope="module")
def moves(infos: tuple[AttributeInfo, ...]) -> tuple[Moves, ...]:
    return measure_moves(decode, tracks(3, 2_000, STEPS), infos, HOP, (-2, -1, 0, 1, 2))


def test_what_latents_play_is_found(infos: tuple[AttributeInfo, ...]) -> None:
    assert [info.name for info in infos] == MONO
    r2 = {info.name: info.r2 for info in infos}
    assert min(r2["loudness"], r2["brightness"], r2["noisiness"]) > 0.6
    directions = {info.name: np.array(info.direction) for info in infos}
    for name in ("loudness", "brightness", "noisiness"):
        idle = np.abs(directions[name][3:]).max()
        assert idle < 0.2 * np.abs(directions[name][:3]).max()


def test_sound_follows_the_moves(moves: tuple[Moves, ...]) -> None:
    for one in (*moves[:3], moves[4]):
        assert one.spearman > 0.95
        assert one.pooled > 0.9
        assert 0.5 < one.slopes[one.name] < 2


def test_what_is_measured_is_what_was_decoded(moves: tuple[Moves, ...]) -> None:
    rows = tracks(3, 2_000, STEPS)
    for one in moves:
        assert set(one.measured) == set(MONO) == set(one.slopes)
        for name, values in one.measured.items():
            assert values.shape == (3, 5)
            expected = np.nanmean(frame_attributes(decode(rows[1]), HOP)[name])
            assert values[1, 2] == pytest.approx(expected, rel=1e-4)
            assert one.unmoved[name][1] == pytest.approx(expected, rel=1e-4)
        np.testing.assert_array_equal(one.amounts, [-2, -1, 0, 1, 2])


def test_calibrated_directions_do_what_is_asked(
    infos: tuple[AttributeInfo, ...], moves: tuple[Moves, ...]
) -> None:
    # A direction of half the strength, and one that leaks into loudness.
    loudness, brightness = (np.array(info.direction) for info in infos[:2])
    spoilt = (
        dataclasses.replace(infos[0], direction=tuple(loudness / 2)),
        dataclasses.replace(infos[1], direction=tuple(brightness - loudness)),
        *infos[2:],
    )
    rows = tracks(3, 2_000, STEPS)
    before = measure_moves(decode, rows, spoilt, HOP, (-1, 1))
    assert before[0].slopes["loudness"] < 0.7
    assert before[1].slopes["loudness"] < -0.5
    mended = calibrated(spoilt, before)
    once = measure_moves(decode, rows, mended, HOP, (-1, 1))
    assert abs(once[1].slopes["loudness"]) < abs(before[1].slopes["loudness"]) / 3
    mended = calibrated(mended, once)
    after = measure_moves(decode, tracks(3, 3_000, STEPS), mended, HOP, (-1, 1))
    for one in after[:3]:
        assert one.slopes[one.name] == pytest.approx(1, abs=0.1)
    for one in after[1:3]:
        assert abs(one.slopes["loudness"]) < 0.1
    assert mended[3] == infos[3]  # not linear
    # Nothing else of the attributes changes.
    for old, new in zip(spoilt, mended, strict=True):
        assert dataclasses.replace(new, direction=old.direction) == old


def told(name: str, **slopes: float) -> Moves:
    none = np.zeros((1, 2))
    return Moves(name, np.array([-1.0, 1.0]), {name: none}, {name: none[:, 0]}, slopes, 1.0, 0.9)


def info(name: str, direction: tuple[float, ...], method: str = "linear") -> AttributeInfo:
    return AttributeInfo(name, "", direction, 0.0, 1.0, 0.5, None, method)


def test_calibration_solves_for_both() -> None:
    infos = (info("loudness", (1.0, 0.0)), info("brightness", (0.5, 0.5)))
    heard = (
        told("loudness", loudness=2.0, brightness=0.5),
        told("brightness", loudness=0.4, brightness=0.8),
    )
    louder, brighter = calibrated(infos, heard)
    np.testing.assert_allclose(louder.direction, (0.5, 0))
    # x (0.8) + y (0.5) = 1 and x (0.4) + y (2) = 0.
    x, y = np.linalg.solve([[0.8, 0.5], [0.4, 2.0]], [1, 0])
    np.testing.assert_allclose(brighter.direction, (0.5 * x + y, 0.5 * x))


def test_calibration_leaves_alone_what_it_cannot_mend() -> None:
    deaf = (info("loudness", (1.0, 0.0)), info("brightness", (0.0, 1.0)))
    heard = (told("loudness", loudness=0.0, brightness=0.0), told("brightness", loudness=1.0))
    assert calibrated(deaf, heard) == deaf
    assert calibrated(deaf, ()) == deaf
    backwards = (told("loudness", loudness=-1.0, brightness=0.0),)
    assert calibrated(deaf[:1], backwards) == deaf[:1]
    # Brightness that is loudness and nothing more: scaled, but not emptied.
    same = (
        told("loudness", loudness=1.0, brightness=1.0),
        told("brightness", loudness=1.0, brightness=1.0),
    )
    assert calibrated(deaf, same) == deaf
    weak = calibrated(deaf[:1], (told("loudness", loudness=0.11),))
    np.testing.assert_allclose(weak[0].direction, (LONGEST, 0))
    far = calibrated((info("loudness", (0.1, 0.0)),), (told("loudness", loudness=0.11),))
    np.testing.assert_allclose(far[0].direction, (0.4, 0))
    without = calibrated((info("brightness", (0.0, 1.0)),), (told("brightness", brightness=2.0),))
    np.testing.assert_allclose(without[0].direction, (0, 0.5))


def test_ranks_go_into_the_attributes(
    infos: tuple[AttributeInfo, ...], moves: tuple[Moves, ...]
) -> None:
    for old, one, heard in zip(infos, judged(infos, moves), moves, strict=True):
        assert one.spearman == pytest.approx(heard.pooled, abs=1e-4)
        assert dataclasses.replace(one, spearman=None) == old
    assert judged(infos, moves[:1])[1].spearman is None


def test_a_silent_decoder_is_no_error(infos: tuple[AttributeInfo, ...]) -> None:
    def mute(latents: NDArray[np.float32]) -> Sound:
        return Sound.of(np.zeros(len(latents) * HOP), RATE)

    for one in measure_moves(mute, tracks(2, 0, 20), infos, HOP, (-1, 1)):
        assert (one.spearman, one.pooled) == (0, 0)
        assert set(one.slopes.values()) == {0.0}


def test_bad_moves_are_refused(infos: tuple[AttributeInfo, ...]) -> None:
    for amounts in ((), (1.0,), (1.0, 1.0), (0.0, np.nan)):
        with pytest.raises(SettingError, match="moves"):
            measure_moves(decode, tracks(1, 0, 20), infos, HOP, amounts)
    with pytest.raises(LatentError):
        measure_moves(decode, [], infos, HOP)


def test_spearman_of_known_lists() -> None:
    assert spearman([1, 2, 3], [10, 100, 1_000]) == 1
    assert spearman([1, 2, 3], [-1, -2, -9]) == -1
    assert spearman([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(0.8)
    # With ties (Kendall 1970): ranks 1.5, 1.5, 3, 4 against 1, 2, 3, 4.
    assert spearman([0, 0, 1, 2], [5, 6, 7, 8]) == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    assert spearman([1, 2, 3], [7, 7, 7]) == 0
    assert spearman([], []) == 0
    assert spearman([1, np.nan, 2, 3], [1, 9, np.inf, 2]) == 1
    with pytest.raises(SettingError):
        spearman([1, 2], [1, 2, 3])


@settings(deadline=None)  # importing scipy takes a while
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=30))
def test_spearman_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    stats = pytest.importorskip("scipy.stats")
    a, b = (list(side) for side in zip(*pairs, strict=True))
    if len(set(a)) > 1 and len(set(b)) > 1:
        assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
    assert -1 <= spearman(a, b) <= 1
    assert spearman(a, np.exp(b)) == pytest.approx(spearman(a, b))
