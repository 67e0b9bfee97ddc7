"""What is asked of a prior where nobody asks: the mean of the model's music, and a mood."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import AttributeInfo
from musicvae.artifact.prior import KnobInfo
from musicvae.runtime.moods import PIECE_MOOD, SECOND, SECTION_MOOD, SECTIONS, usual

#: How much the moods of all seeds vary.
MOOD = float(np.hypot(PIECE_MOOD, SECTION_MOOD))
KNOBS = (
    KnobInfo("brightness", "Hz", 1500.0, 400.0),
    KnobInfo("noisiness", "dB", -30.0, 8.0),
    KnobInfo("onsets", "onsets/s", 4.0, 2.0),
)


def model(*attributes: AttributeInfo) -> Any:
    return SimpleNamespace(latent_dim=2, attributes=attributes)


def attribute(name: str, unit: str, direction: tuple[float, float], **fields: Any) -> AttributeInfo:
    values = {"mean": 1300.0, "std": 200.0, "r2": 0.5, **fields}
    return AttributeInfo(name, unit, direction, **values)


def test_it_is_the_models_music_in_the_units_of_the_prior() -> None:
    info = model(
        attribute("brightness", "Hz", (0.5, 0.0)),
        attribute("onsets", "onsets/s", (0.0, 0.5), mean=5.0, std=4.0),
    )
    found = [usual(info, KNOBS, seed) for seed in range(2000)]
    bright = np.array([each["brightness"].mean for each in found])
    assert bright.mean() == pytest.approx(-0.5, abs=0.02)
    assert bright.std() == pytest.approx(MOOD * 0.5, rel=0.1)
    assert found[0]["brightness"].deviation == pytest.approx(0.5 * SECOND)
    onsets = np.array([each["onsets"].mean for each in found])
    assert onsets.mean() == pytest.approx(0.5, abs=0.05)
    assert onsets.std() == pytest.approx(MOOD, rel=0.1)  # not twice as much
    assert found[0]["onsets"].deviation == 2.0  # which are counted over a second anyway
    assert abs(np.corrcoef(bright, onsets)[0, 1]) < 0.1


def test_a_mood_is_that_of_its_seed_and_what_goes_together_moves_together() -> None:
    info = model(
        attribute("brightness", "Hz", (0.5, 0.5)),
        attribute("noisiness", "dB", (2.0, 1.6), mean=-30.0, std=8.0),
    )
    assert usual(info, KNOBS, 7) == usual(info, KNOBS, 7)
    assert usual(info, KNOBS, 7) != usual(info, KNOBS, 8)
    found = [usual(info, KNOBS, seed) for seed in range(200)]
    pairs = np.array([(each["brightness"].mean, each["noisiness"].mean) for each in found])
    assert np.corrcoef(pairs.T)[0, 1] > 0.95


def test_the_sections_of_a_piece_are_more_alike_than_pieces() -> None:
    info = model(attribute("loudness", "Hz", (1.0, 0.0)), attribute("brightness", "Hz", (1.0, 0.0)))
    sections = [
        [usual(info, KNOBS, seed, number)["brightness"].mean / 0.5 for number in range(16)]
        for seed in range(400)
    ]
    pieces = np.array(sections).reshape(-1, 2, SECTIONS)
    assert pieces.std(axis=2, ddof=1).mean() == pytest.approx(SECTION_MOOD, rel=0.1)
    apart = np.diff(pieces.mean(axis=2))[:, 0]
    expected = np.sqrt(2 * (PIECE_MOOD**2 + SECTION_MOOD**2 / SECTIONS))
    assert apart.std() == pytest.approx(expected, rel=0.1)


def test_what_the_two_do_not_share_is_not_asked_for() -> None:
    info = model(
        attribute("brightness", "kHz", (0.5, 0.0)),
        attribute("noisiness", "dB", (0.5, 0.0), std=0.0),  # the model's music has none
        attribute("loudness", "dBFS", (0.5, 0.0)),
    )
    assert usual(info, KNOBS, 0) == {}


@pytest.mark.parametrize("direction", [(0.0, 0.0), (1e300, -1e300), (float("nan"), 1.0)])
def test_any_direction_gives_a_finite_mood(direction: tuple[float, float]) -> None:
    for seed in (0, 2**32 - 1):
        assert np.isfinite(
            usual(model(attribute("brightness", "Hz", direction)), KNOBS, seed)["brightness"]
        ).all()
