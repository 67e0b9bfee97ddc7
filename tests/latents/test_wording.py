"""The words say what was measured, the most important first, and nothing that is not heard."""

from __future__ import annotations

import numpy as np

from musicvae.latents.effects import DIFFERENCE, Effects
from musicvae.latents.wording import LITTLE, VARYING, describe
from musicvae.measures.bands import BANDS


def made_up(*rows: dict[str, float]) -> Effects:
    """Effects of latents for which some quantities are given, each with a spread of 4."""
    names = ("loudness", "brightness", "noisiness", "onsets", "width", *BANDS)
    names += ("160 Hz", "400 Hz", "1 kHz", DIFFERENCE)
    changes = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    return Effects(names, changes, np.full(len(names), 4.0))


def test_all_bands_alike_are_loudness() -> None:
    alike = dict.fromkeys(BANDS, 4.0) | {"loudness": 4.0}
    texts = describe(made_up(alike, {name: -change for name, change in alike.items()}))
    assert texts == ("4 dB louder", "4 dB quieter")


def test_small_changes_are_not_mentioned() -> None:
    texts = describe(
        made_up(
            {"bass": 0.9, "brightness": 0.9, DIFFERENCE: 0.5},
            {"bass": 6.0, "mid": 2.0},  # beside the bass the mid is not worth a word
            {"bass": 6.0, "mid": -3.0},
            {DIFFERENCE: 2.0},
        )
    )
    assert texts == (LITTLE, "bass +6 dB", "bass +6 dB, mid -3 dB", VARYING)


def test_what_is_narrower_than_a_band_is_named_by_its_frequency() -> None:
    assert describe(made_up({"mid": 0.4, "1 kHz": -3.0, "400 Hz": 2.0})) == (
        "1 kHz -3 dB, 400 Hz +2 dB",
    )


def test_latents_of_equal_bands_differ_by_their_frequencies() -> None:
    texts = describe(
        made_up(
            {"low mid": 3.0, "400 Hz": 4.0},
            {"low mid": 3.0, "160 Hz": 2.0, "brightness": -2.0},
            {"low mid": 3.0, "160 Hz": 2.0},
        )
    )
    assert texts == (
        "low mid +3 dB, 400 Hz +4 dB",
        "low mid +3 dB, darker",
        "low mid +3 dB, 160 Hz +2 dB",
    )


def test_noise_is_named_where_it_is_not_brightness() -> None:
    texts = describe(
        made_up(
            {"brightness": 3.0, "noisiness": 3.0},
            {"brightness": -2.0, "noisiness": 3.0},
            {"onsets": 3.0},
            {"width": -2.0},
        )
    )
    assert texts == ("brighter", "noisier, darker", "busier", "narrower")
