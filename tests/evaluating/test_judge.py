"""Music is nearer to music of its kind than other things are; a copy and a drift are told."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.errors import AudioError, SettingError
from musicvae.evaluating.judge import Judge, Verdict
from musicvae.evaluating.report import table
from musicvae.evaluating.sources import Source

RATE = 22_050


def _melody(seed: int, seconds: float = 8.0) -> Sound:
    """Plucked notes on a beat of half a second, in one key: another melody for each seed."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    samples = 0.002 * random.standard_normal(len(time))
    for start in np.arange(0, seconds, 0.25):
        since = time[round(start * RATE) :] - start
        pitch = 110 * 2 ** (random.choice([0, 2, 4, 7, 9, 12, 14, 16, 19]) / 12)
        notes = sum(np.sin(2 * np.pi * pitch * part * since) / part for part in range(1, 6))
        samples[round(start * RATE) :] += 0.15 * np.exp(-5 * since) * notes
    return Sound.of(samples[:, None], RATE)


def _noise(seed: int) -> Sound:
    return Sound.of(0.1 * np.random.default_rng(seed).standard_normal((8 * RATE, 1)), RATE)


def _melodies(seeds: range) -> Iterator[Sound]:
    return map(_melody, seeds)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(_melodies(range(5)), _melodies(range(5, 8)), "jazz")


def test_the_unheard_are_the_measure(judge: Judge) -> None:
    unheard = judge.unheard
    assert (unheard.ratio, unheard.variety, unheard.copied) == (1.0, 1.0, 0.0)
    assert unheard.drift is None
    assert unheard.repeats[1] > 0.5  # half a second is two notes later


def test_music_of_the_kind_is_near_and_noise_is_far(judge: Judge) -> None:
    near, far = judge.of(_melodies(range(8, 11))), judge.of(map(_noise, range(3)))
    assert near.ratio < 2
    assert far.ratio > 3 * near.ratio
    assert far.repeats[1] < near.repeats[1] - 0.3


def test_music_backwards_is_no_music(judge: Judge) -> None:
    melodies = list(_melodies(range(8, 11)))
    backwards = [Sound(melody.samples[::-1], RATE) for melody in melodies]
    assert judge.of(backwards).unmusical > judge.of(melodies).unmusical + 0.2


def test_copies_are_counted_and_one_sound_has_no_variety(judge: Judge) -> None:
    again = judge.of(_melodies(range(3)))
    assert again.copied > 0.9
    assert judge.of([_melody(9)] * 3).variety == pytest.approx(0, abs=1e-6)


def test_a_sound_that_ends_as_noise_has_drifted(judge: Judge) -> None:
    music = np.concatenate([_melody(seed).samples for seed in range(20, 28)])  # 64 s
    noise = np.concatenate([_noise(seed).samples for seed in range(8)])
    turned = Sound.of(np.concatenate([music, noise]), RATE)
    assert (judge.of([turned]).drift or 0) > 3


def test_nothing_and_too_short_sounds_are_refused(judge: Judge) -> None:
    with pytest.raises(AudioError, match="no sound to judge"):
        judge.of([])
    with pytest.raises(AudioError, match="too short"):
        judge.of([_melody(0, 2.0)])
    with pytest.raises(AudioError, match="no music to compare with"):
        Judge([], [_melody(0)], "jazz")


def test_the_table_has_a_row_for_each_verdict(judge: Judge) -> None:
    lines = table({"(unheard)": judge.unheard, "walk": judge.unheard}).splitlines()
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert "1.00 ×" in lines[3]
    unknown = Verdict(**{**vars(judge.unheard), "tagged": None})
    assert "| - |" in table({"x": unknown})


@pytest.mark.parametrize("text", ["walk", "memory", "prior", "prior=0.5", "prior=0"])
def test_a_source_is_what_its_name_says(text: str) -> None:
    assert str(Source.parse(text)) == text


@pytest.mark.parametrize("text", ["", "noise", "walk=0.5", "prior=2", "prior=x", "prior=nan"])
def test_other_sources_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="no source"):
        Source.parse(text)
