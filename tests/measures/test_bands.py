"""Levels of bands, of sounds of which they are known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.measures.bands import (
    BANDS,
    FLOOR_DBFS,
    band_levels,
    bands_within,
    thirds_within,
)


def tone(frequency: float, rate: int) -> Sound:
    return Sound.of(np.sin(2 * np.pi * frequency * np.arange(rate) / rate), rate)


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
@pytest.mark.parametrize("name", ["bass", "mid", "presence"])
def test_a_full_tone_has_3_db_less_than_full_scale_in_its_band(name: str, rate: int) -> None:
    low, high = BANDS[name]
    levels = band_levels(tone((low * high) ** 0.5, rate), rate // 43, list(BANDS.values()))
    band = list(BANDS).index(name)
    np.testing.assert_allclose(levels[5:-5, band], -3.01, atol=0.2)
    assert np.delete(levels[5:-5], band, axis=1).max() < -25


def test_nothing_is_below_the_floor() -> None:
    levels = band_levels(Sound.of(np.zeros(4_000), 8_000), 200, [(20, 200), (50, 50.1)])
    np.testing.assert_array_equal(levels, np.full((20, 2), FLOOR_DBFS))


def test_a_low_rate_has_fewer_bands() -> None:
    assert list(bands_within(44_100)) == list(bands_within(16_000)) == list(BANDS)
    assert list(bands_within(8_000)) == list(BANDS)[:4]
    assert list(thirds_within(44_100))[-1] == "12.5 kHz"
    assert list(thirds_within(8_000))[-3:] == ["2 kHz", "2.5 kHz", "3.15 kHz"]
    assert all(high < 4_000 for _, high in thirds_within(8_000).values())


def test_third_octaves_meet() -> None:
    ends = list(thirds_within(44_100).values())
    for (_, high), (low, _) in pairwise(ends):
        assert high == pytest.approx(low, rel=0.03)  # the middles are rounded
