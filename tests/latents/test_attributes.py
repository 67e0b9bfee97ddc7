"""Directions of attributes, fitted to data whose directions are known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.artifact.parts import AttributeInfo
from musicvae.errors import LatentError, SettingError
from musicvae.latents.attributes import (
    CONTRAST_GAIN,
    LONGEST,
    contrast,
    fit_directions,
    is_offered,
    move,
)
from musicvae.latents.dynamics import LinearDynamics
from musicvae.measures.frames import UNITS
from musicvae.measures.smoothing import hann, smooth

D = 5
RATE = 43.0
WEIGHTS = np.array([2.0, -1.0, 0.0, 0.5, 0.0])
Rows = NDArray[np.float64]


def tracks(count: int, seed: int, mixing: Rows | None = None, steps: int = 400) -> list[Rows]:
    walks = LinearDynamics(0.9 * np.eye(D), 0.19 * np.eye(D))
    mix = np.eye(D) if mixing is None else mixing
    return [walks.walk(steps, seed + n).astype(np.float64) @ mix.T for n in range(count)]


def fit(
    noise: float = 0.0,
    name: str = "brightness",
    mixing: Rows | None = None,
    scale: float = 1.0,
    ridge: float = 1e-6,
) -> AttributeInfo:
    """The direction of ``scale · (1000 + WEIGHTS · z + noise)``."""
    random = np.random.default_rng(0)

    def values(latents: list[Rows]) -> list[dict[str, NDArray[np.float32]]]:
        curves = [
            scale * (1_000 + track @ WEIGHTS + noise * random.standard_normal(len(track)))
            for track in latents
        ]
        return [{name: curve.astype(np.float32)} for curve in curves]

    train, test = tracks(30, 0, mixing), tracks(8, 1_000, mixing)
    (info,) = fit_directions(train, values(train), test, values(test), rate=RATE, ridge=ridge)
    return info


def test_a_linear_attribute_is_found_and_explained() -> None:
    info = fit()
    assert (info.name, info.unit, info.method) == ("brightness", UNITS["brightness"], "linear")
    assert info.mean == pytest.approx(1_000, abs=0.3)
    assert info.r2 > 0.99  # a little is lost where outliers are cut
    assert info.spearman is None
    # White latents: the direction is the one in which the attribute grows.
    direction = np.array(info.direction)
    np.testing.assert_allclose(direction / direction[0], WEIGHTS / 2, atol=0.05)


@pytest.mark.parametrize("scale", [1.0, -40.0])
def test_a_step_along_the_direction_is_one_standard_deviation(scale: float) -> None:
    info = fit(scale=scale)
    assert scale * WEIGHTS @ np.array(info.direction) == pytest.approx(info.std, rel=0.03)
    assert info.std == pytest.approx(abs(scale) * np.linalg.norm(WEIGHTS), rel=0.08)


def test_r2_is_the_share_that_is_not_noise() -> None:
    for noise in (1.0, 4.0):
        share = WEIGHTS @ WEIGHTS / (WEIGHTS @ WEIGHTS + noise**2)
        assert fit(noise).r2 == pytest.approx(share, abs=0.05)


def test_the_direction_keeps_to_what_latents_do() -> None:
    mixing = np.eye(D)
    mixing[1, 0] = 1.5  # the second latent follows the first
    mixing /= np.linalg.norm(mixing, axis=1, keepdims=True)
    covariance = mixing @ mixing.T
    direction = np.array(fit(mixing=mixing).direction)
    towards = covariance @ WEIGHTS
    np.testing.assert_allclose(direction / direction[0], towards / towards[0], atol=0.08)


def test_a_direction_that_would_be_too_long_is_cut() -> None:
    length = np.linalg.norm(fit(noise=2.0).direction)
    assert length == pytest.approx(np.sqrt(1 + 4 / (WEIGHTS @ WEIGHTS)), rel=0.05)
    assert np.linalg.norm(fit(noise=20.0).direction) == pytest.approx(LONGEST, rel=0.05)


def test_what_latents_do_not_tell_has_no_r2() -> None:
    random = np.random.default_rng(0)
    latents, held = tracks(20, 0), tracks(8, 1_000)
    chance = [{"brightness": random.standard_normal(400)} for _ in latents + held]
    (info,) = fit_directions(latents, chance[:20], held, chance[20:], RATE)
    assert -0.1 < info.r2 < 0.05
    assert np.linalg.norm(info.direction) <= LONGEST * 1.05


def test_r2_is_that_of_held_out_tracks() -> None:
    latents, held = tracks(4, 0), tracks(4, 1_000)
    good = [{"brightness": track @ WEIGHTS} for track in latents]
    bad = [{"brightness": -track @ WEIGHTS} for track in held]
    (info,) = fit_directions(latents, good, held, bad, RATE)
    assert info.r2 < -2


def test_silent_steps_and_outliers_do_not_count() -> None:
    latents, held = tracks(30, 0), tracks(8, 1_000)
    values = [{"brightness": 1_000 + track @ WEIGHTS} for track in latents]
    asked = [{"brightness": 1_000 + track @ WEIGHTS} for track in held]
    for curves in values:
        curves["brightness"][:100] = np.nan
        curves["brightness"][150:152] = 1e9
    (info,) = fit_directions(latents, values, held, asked, RATE)
    assert info.mean == pytest.approx(1_000, abs=0.5)
    assert info.std == pytest.approx(np.linalg.norm(WEIGHTS), rel=0.15)
    assert info.r2 > 0.97


def test_a_constant_attribute_has_no_direction() -> None:
    latents = tracks(3, 0)
    same = [{"loudness": np.full(400, -20.0)} for _ in latents]
    (info,) = fit_directions(latents, same, latents, same, RATE)
    assert info.direction == (0.0,) * D
    assert (info.mean, info.std, info.r2) == (-20, 0, 1)


def test_onsets_are_fitted_over_a_second() -> None:
    # The count over a second follows the latents' mean over that second, not the moment.
    latents, held = tracks(30, 0), tracks(10, 1_000)
    window = hann(RATE)
    counted = [
        [{"onsets": smooth(track, window) @ WEIGHTS, "loudness": smooth(track, window) @ WEIGHTS}]
        for track in latents + held
    ]
    values = [curves for (curves,) in counted]
    onsets, loudness = fit_directions(
        latents, values[:30], held, values[30:], RATE, ridge=1e-6, contrast_only=()
    )
    assert onsets.r2 > 0.99
    assert loudness.r2 < 0.8
    assert onsets.method == "linear"
    assert WEIGHTS @ np.array(onsets.direction) == pytest.approx(onsets.std, rel=0.05)


def test_onsets_are_moved_by_contrast_unless_asked_otherwise() -> None:
    info = fit(name="onsets")
    assert (info.method, info.unit) == ("contrast", "onsets/s")
    assert info.direction == (0.0,) * D


def test_attributes_keep_their_order() -> None:
    latents = tracks(2, 0)
    values = [{"noisiness": track[:, 0], "loudness": track[:, 1]} for track in latents]
    infos = fit_directions(latents, values, latents, values, RATE)
    assert [info.name for info in infos] == ["noisiness", "loudness"]
    assert infos[0].direction[0] > 5 * abs(infos[0].direction[1])


def test_a_move_adds_the_direction() -> None:
    info = fit()
    rows = tracks(1, 5)[0]
    direction = np.array(info.direction)
    moved = move(rows, info, -1.5)
    assert moved.dtype == np.float32
    np.testing.assert_allclose(moved, rows - 1.5 * direction, atol=1e-5)
    ramp = np.linspace(-1, 1, len(rows))
    np.testing.assert_allclose(move(rows, info, ramp), rows + ramp[:, None] * direction, atol=1e-5)
    np.testing.assert_array_equal(move(rows, info, 0), rows.astype(np.float32))


def test_a_contrast_keeps_the_mean() -> None:
    info = dataclasses.replace(fit(), method="contrast")
    rows = tracks(1, 5)[0]
    mean = smooth(rows, hann(0.2 * RATE))
    for amount in (-2, 0.5, 2):
        moved = move(rows, info, amount, RATE)
        gain = 1 + CONTRAST_GAIN * amount
        np.testing.assert_allclose(moved - mean, gain * (rows - mean), atol=1e-5)
    np.testing.assert_allclose(move(rows, info, -9, RATE), mean, atol=1e-5)  # and not beyond
    ramp = np.linspace(0, 2, len(rows))
    np.testing.assert_allclose(
        contrast(rows, ramp, RATE) - mean, ramp[:, None] * (rows - mean), atol=1e-5
    )


def test_moves_that_cannot_be_are_refused() -> None:
    info, rows = fit(), np.zeros((6, D))
    for bad in (np.zeros((6, D + 1)), np.zeros(D), np.full((6, D), np.nan)):
        with pytest.raises(LatentError):
            move(bad, info, 1)
    for amount in (np.nan, np.inf, np.ones(5), np.ones((6, 1))):
        with pytest.raises(SettingError, match="moved by this"):
            move(rows, info, amount)
    with pytest.raises(SettingError, match="does not know"):
        move(rows, dataclasses.replace(info, method="magic"), 1)


def test_what_does_not_fit_together_is_refused() -> None:
    good = tracks(2, 0)
    values = [{"loudness": track[:, 0]} for track in good]
    short = [{"loudness": track[:-1, 0]} for track in good]
    other = [{"brightness": track[:, 0]} for track in good]
    silent = [{"loudness": np.full(400, np.nan)} for _ in good]
    for bad in (short, values[:1], other, silent):
        with pytest.raises(LatentError, match="loudness"):
            fit_directions(good, values, good, bad, RATE)
    with pytest.raises(LatentError, match="no attributes"):
        fit_directions([], [], good, values, RATE)
    with pytest.raises(LatentError):
        fit_directions([np.nan * track for track in good], values, good, values, RATE)


def test_an_attribute_that_does_not_follow_its_knob_is_not_offered() -> None:
    info = AttributeInfo("bass", "dB", (1.0,), 0.0, 1.0, 0.5)
    assert is_offered(info)  # not measured, as in runs of before
    assert is_offered(dataclasses.replace(info, spearman=0.8), 0.1)
    assert not is_offered(dataclasses.replace(info, spearman=0.79), 1.0)
    assert not is_offered(dataclasses.replace(info, spearman=-1.0))
    assert not is_offered(dataclasses.replace(info, spearman=1.0), 0.09)  # follows, hardly moving
