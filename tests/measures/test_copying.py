"""A copy is found, whatever its level; other music of the same kind is none."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures.copying import copy_rate
from musicvae.measures.nearest import nearest

RATE = 22_050


def _melody(seed: int, seconds: float = 6.0) -> Sound:
    """Notes at random times: another melody for each seed."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    samples = 0.001 * random.standard_normal(len(time))
    for start in np.sort(random.uniform(0, seconds, round(4 * seconds))):
        since = np.maximum(time - start, 0)
        pitch = 220 * 2 ** (random.integers(0, 24) / 12)
        samples += (time > start) * np.exp(-6 * since) * np.sin(2 * np.pi * pitch * since) * 0.2
    return Sound.of(samples[:, None], RATE)


LEARNT = [_melody(seed) for seed in range(4)]
UNHEARD = [_melody(seed) for seed in range(4, 7)]


def test_a_copy_is_found_at_another_level_and_other_music_is_none() -> None:
    copy = Sound.of(0.3 * LEARNT[2].samples, RATE)
    assert copy_rate([copy], LEARNT, UNHEARD) > 0.9
    assert copy_rate([_melody(9)], LEARNT, UNHEARD) < 0.2
    half = Sound.of(np.concatenate([copy.samples[: 3 * RATE], _melody(9, 3.0).samples]), RATE)
    assert 0.25 < copy_rate([half], LEARNT, UNHEARD) < 0.75


def test_by_a_share_of_the_unheard_that_share_of_them_are_copies() -> None:
    assert copy_rate(UNHEARD, LEARNT, UNHEARD) == 0
    assert copy_rate(UNHEARD, LEARNT, UNHEARD, share=0.5) == pytest.approx(0.5, abs=0.05)


def test_too_little_sound_is_refused() -> None:
    with pytest.raises(AudioError, match="too little sound"):
        copy_rate([_melody(1, 0.5)], LEARNT, UNHEARD)


def test_the_nearest_of_many_is_that_of_all_pairs() -> None:
    random = np.random.default_rng(0)
    points, others = (
        random.standard_normal((count, 5)).astype(np.float32) for count in (1_030, 40)
    )
    every = np.linalg.norm(points[:, None] - others[None], axis=2)
    np.testing.assert_allclose(
        nearest(points, [others[:7], others[7:]]), every.min(axis=1), rtol=1e-3
    )
