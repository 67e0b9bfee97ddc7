from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from musicvae.latents.attributes import CONTRAST_GAIN, CONTRAST_SECONDS
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.sharpening import Sharpening
from musicvae.live.table import ADDRESSES

WIDTH, FRAME_RATE = 4, 100.0


@pytest.fixture
def info(models: Any) -> Any:
    """A model whose second attribute, ``onsets``, is a contrast."""
    return models.stream_info(WIDTH, 8000, 80, "", stride=1)


def amounts(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def walk(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((40, WIDTH)).astype(np.float32)


def test_contrast_deviates_more_from_the_moving_mean(info: Any) -> None:
    controls, plain = Controls(info, FRAME_RATE), Controls(info, FRAME_RATE)
    for each in (controls, plain):
        each.do(ADDRESSES.command("/glide", "a", "", (0.0,)))
        each.do(ADDRESSES.command("/walk", "a", "", (1.0,)))
    controls.do(ADDRESSES.command("/attr/<name>", "a", "onsets", (1.5,)))
    source = [plain.next().copy() for _ in range(40)]
    mean, expected = np.zeros(WIDTH), []
    direction = np.array(info.attributes[1].direction)
    for row in source:
        mean += (row - mean) / (CONTRAST_SECONDS * FRAME_RATE)
        expected.append(row + (row - mean) * CONTRAST_GAIN * 1.5 + 1.5 * direction)
    found = [controls.next().copy() for _ in range(40)]
    np.testing.assert_allclose(found, np.clip(expected, -8, 8), atol=1e-4)


def test_other_attributes_and_none_change_nothing(info: Any) -> None:
    sharpening = Sharpening(info, FRAME_RATE)
    without = Sharpening(dataclasses.replace(info, attributes=()), FRAME_RATE)
    for row in walk():
        for each, asked in ((sharpening, amounts(3.0, 0.0)), (without, amounts())):
            z = row.copy()
            each.sharpen(z, asked)
            np.testing.assert_array_equal(z, row)


def test_less_contrast_than_none_is_the_mean(info: Any) -> None:
    sharpening, mean = Sharpening(info, FRAME_RATE), np.zeros(WIDTH)
    for row in walk():
        z = row.copy()
        sharpening.sharpen(z, amounts(0.0, -99.0))
        mean += (row - mean) / (CONTRAST_SECONDS * FRAME_RATE)
        np.testing.assert_allclose(z, mean, atol=1e-5)


def test_another_model_goes_on_from_the_mean(info: Any) -> None:
    one, other = Sharpening(info, FRAME_RATE), Sharpening(info, FRAME_RATE)
    for row in walk():
        one.sharpen(row, amounts(0.0, 1.0))
    other.adopt(one)
    for row in walk(1):
        mine, its = row.copy(), row.copy()
        one.sharpen(mine, amounts(0.0, 1.0))
        other.sharpen(its, amounts(0.0, 1.0))
        np.testing.assert_array_equal(mine, its)


def test_the_mean_of_a_silent_source_does_not_become_denormal(info: Any) -> None:
    sharpening = Sharpening(info, 8.0)  # forgets fast
    sharpening.sharpen(np.full(WIDTH, 5, np.float32), amounts(0.0, 1.0))
    for _ in range(600):
        sharpening.sharpen(np.zeros(WIDTH, np.float32), amounts(0.0, 1.0))
    assert not sharpening._mean.any()
