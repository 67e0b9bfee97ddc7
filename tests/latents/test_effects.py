"""What a latent does is measured, and said, of a decoder of which it is known.

The decoder makes five bands of noise, and each of its latents does one thing to them.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.errors import LatentError
from musicvae.latents.effects import DIFFERENCE, Effects, measure_effects
from musicvae.latents.wording import LITTLE, claims, confirmed, describe
from musicvae.measures.bands import BANDS

RATE, HOP, D = 22_050, 512, 8
#: dB for one standard deviation of the latents that move a level.
LOUDER, BASS, TREBLE, MID = 3.0, 6.0, 5.0, 4.0


def decode(latents: NDArray[np.float32]) -> Sound:
    """0: level. 1: treble. 2: less of the mid. 3: bass. 4: nothing. 5: width. 6: right. 7: 315 Hz.

    The bands of noise wander, so that each has a spread; they are the same at each call.
    """
    steps = len(latents)
    gains = {
        "bass": BASS * latents[:, 3],
        "treble": TREBLE * latents[:, 1],
        "mid": -MID * latents[:, 2],
    }
    random = np.random.default_rng(0)
    middle, sides = np.zeros(steps * HOP), np.zeros(steps * HOP)
    for name, ends in (*BANDS.items(), ("315 Hz", (281.0, 354.0))):
        gain = gains.get(name, np.zeros(steps)) + 3 * np.sin(np.arange(steps) / 3 + ends[0])
        gain = gain + (MID * latents[:, 7] if name == "315 Hz" else 0) + LOUDER * latents[:, 0]
        middle += _noise(random, ends, gain)
        sides += _noise(random, ends, gain + 4 * latents[:, 5] - 9)
    lean = 10 ** (np.repeat(latents[:, 6], HOP) / 20)
    return Sound.of(np.stack([(middle + sides) / lean, (middle - sides) * lean], axis=1), RATE)


def music(count: int, seed: int, steps: int = 20) -> list[NDArray[np.float32]]:
    """Latents that wander by a standard deviation of 0.5, float32 (steps, D)."""
    random = np.random.default_rng(seed)
    return [
        np.cumsum(random.normal(0, 0.08, (steps, D)), axis=0).astype(np.float32)
        for _ in range(count)
    ]


def _noise(
    random: np.random.Generator, ends: tuple[float, float], gain: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Noise from one frequency in Hz to another, with a gain in dB for each step."""
    samples = len(gain) * HOP
    spectrum = np.fft.rfft(random.standard_normal(samples))
    frequencies = np.fft.rfftfreq(samples, 1 / RATE)
    spectrum[(frequencies < ends[0]) | (frequencies >= ends[1])] = 0
    width = min(ends[1], RATE / 2) - ends[0]
    band = np.fft.irfft(spectrum, samples) * (RATE / 2 / width) ** 0.5
    noise: NDArray[np.float64] = 0.01 * band * 10 ** (np.repeat(gain, HOP) / 20)
    return noise


@pytest.fixture(scope="module")
def effects() -> Effects:
    return measure_effects(decode, music(1, 0), np.ones(D), HOP)


def test_each_latent_is_found_to_do_what_it_does(effects: Effects) -> None:
    assert effects.of(0, "loudness") == pytest.approx(LOUDER, abs=0.2)
    assert effects.of(3, "bass") == pytest.approx(BASS, abs=0.4)
    assert effects.of(1, "treble") == pytest.approx(TREBLE, abs=0.4)
    assert effects.of(5, "width") == pytest.approx(4, abs=0.6)
    assert effects.of(6, "balance") == pytest.approx(2, abs=0.3)
    assert effects.of(1, "brightness") > 100


def test_what_a_latent_leaves_alone_does_not_change(effects: Effects) -> None:
    assert abs(effects.of(3, "presence")) < 0.3
    assert abs(effects.of(0, "width")) < 0.3
    assert not effects.changes[4].any()
    assert effects.of(3, DIFFERENCE) > 0.5


def test_changes_are_relative_to_those_in_the_music(effects: Effects) -> None:
    spread = effects.spreads[effects.names.index("treble")]
    assert effects.relative(1, "treble") == pytest.approx(effects.of(1, "treble") / spread)
    assert (effects.of(0, "flux"), effects.relative(0, "flux")) == (0.0, 0.0)


def test_half_a_standard_deviation_does_half(effects: Effects) -> None:
    spreads = np.ones(D)
    spreads[3] = 0.5
    half = measure_effects(decode, music(1, 0), spreads, HOP)
    assert half.of(3, "bass") == pytest.approx(effects.of(3, "bass") / 2, abs=0.4)


def test_a_mono_sound_has_no_sides_and_a_low_rate_no_treble() -> None:
    def dull(latents: NDArray[np.float32]) -> Sound:
        return Sound.of(decode(latents).mono()[::2], 8_000)

    names = measure_effects(dull, music(1, 0, 10), np.ones(D), HOP // 2).names
    assert not {"width", "balance", "treble", "6.3 kHz"} & set(names)
    assert {"bass", "mid", "presence", "315 Hz"} <= set(names)


def test_silence_is_no_error() -> None:
    def mute(latents: NDArray[np.float32]) -> Sound:
        return Sound.of(np.zeros((len(latents) * HOP, 2)), RATE)

    assert not measure_effects(mute, music(1, 0, 10), np.ones(D), HOP).changes.any()


def test_they_are_kept_as_json(effects: Effects) -> None:
    again = Effects.from_json(json.loads(json.dumps(effects.to_json())))
    assert again.names == effects.names
    np.testing.assert_allclose(again.changes, effects.changes, rtol=1e-3)
    values = effects.to_json()
    for bad in (
        {"names": values["names"][1:]},
        {"changes": [1.0]},
        {"changes": [[float("nan")] * len(effects.names)]},
    ):
        with pytest.raises(ValueError, match="effects"):
            Effects.from_json(values | bad)


def test_latents_of_another_width_are_refused() -> None:
    with pytest.raises(LatentError):
        measure_effects(decode, music(1, 0), np.ones(D + 1), HOP)


def test_the_words_are_true(effects: Effects) -> None:
    texts = describe(effects)
    assert texts[0] == "3 dB louder"
    assert texts[1].startswith("treble +5 dB")
    assert "brighter" in texts[1]
    assert texts[2].startswith("mid -4 dB")
    assert texts[3].startswith("bass +6 dB")
    assert texts[4] == LITTLE
    assert texts[5] == "wider"
    assert texts[6] == "to the right"
    assert texts[7].startswith("low mid +")


def test_they_tell_latents_apart_and_can_be_shown_anywhere(effects: Effects) -> None:
    texts = describe(effects)
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert text.isascii()
        assert text.isprintable()
        assert len(text) <= 80
    assert describe(effects) == texts


def test_what_is_said_holds_in_other_music_and_not_of_other_latents(effects: Effects) -> None:
    unheard = measure_effects(decode, music(1, 99), np.ones(D), HOP)
    said = claims(effects)
    assert confirmed(said, unheard) > 0.9
    turned = [confirmed(said[shift:] + said[:shift], unheard) for shift in range(1, D)]
    assert max(turned) < 0.5
    assert confirmed((), unheard) == 1
