"""Augmented batches: functions of seed, step and row; whole, in range, and with their stereo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.audio import AudioSpec, Samples
from musicvae.data.augmenting.augmenter import Augmenter
from musicvae.data.crops import CropPlan, read_crops
from musicvae.recipes import Recipe
from musicvae.recipes.augmentation import OPTIONS

pytest.importorskip("soxr", reason="soxr is not installed")

RATE, SAMPLES, ROWS = 8_000, 1_500, 8
RECIPE = Recipe("r", "clip", RATE, SAMPLES, 4, channels=2, batch_size=ROWS, seed=3)
STRONGEST = " ".join(f"{name}:{option.strength.high:g}" for name, option in OPTIONS.items())
ALL = ",".join(OPTIONS)


@dataclass
class Tracks:
    """Tracks in memory, in the place of a corpus."""

    sounds: Sequence[Samples]
    spec = AudioSpec(RATE, 2)

    @cached_property
    def lengths(self) -> np.ndarray:
        return np.array([len(sound) for sound in self.sounds], np.int64)

    def audio(self, index: int) -> Samples:
        return self.sounds[index]

    def __len__(self) -> int:
        return len(self.sounds)


def _music(samples: int, seed: int, peak: float = 0.9) -> Samples:
    """Tones that come and go, the same in both channels but for their level."""
    random, time = np.random.default_rng(seed), np.arange(samples) / RATE
    tones = np.sin(2 * np.pi * random.uniform(60, 3_000, (5, 1)) * time).sum(axis=0)
    mono = tones * (1 + np.sin(2 * np.pi * 3 * time)) + 0.1 * random.standard_normal(samples)
    stereo = mono[:, None] * [1.0, 0.5]
    made: Samples = (peak * stereo / np.abs(stereo).max()).astype(np.float32)
    return made


TRACKS: Any = Tracks([_music(length, i) for i, length in enumerate((4_000, 1_200, 9_000, 1_500))])


def _augmenter(how: str, tracks: Any = TRACKS, **changes: Any) -> Augmenter:
    return Augmenter(tracks, RECIPE.with_settings(augment=how, **changes))


def test_without_options_batches_are_the_plain_crops() -> None:
    plan = CropPlan(TRACKS.lengths, SAMPLES, ROWS, RECIPE.seed)
    for step in (0, 7):
        plain = read_crops(TRACKS, plan.crops(step, range(ROWS)), SAMPLES)
        made = _augmenter("none").crops(step, range(ROWS))
        np.testing.assert_array_equal(made, plain)


@settings(deadline=None, max_examples=5)  # the machine may be busy
@given(st.integers(0, 10**6), st.integers(0, 4), st.integers(5, ROWS))
def test_rows_of_a_step_stand_alone(step: int, first: int, last: int) -> None:
    whole = _augmenter(ALL).crops(step, range(ROWS))
    part = _augmenter(ALL).crops(step, range(first, last))
    assert part.tobytes() == whole[first:last].tobytes()


def test_steps_and_seeds_differ() -> None:
    batches = [
        _augmenter("gain", seed=seed).crops(step, range(ROWS)).tobytes()
        for seed in (3, 4) for step in (0, 1)
    ]  # fmt: skip
    assert len(set(batches)) == 4


def test_an_option_does_not_change_what_another_one_draws() -> None:
    one, both = (_augmenter(how).crops(5, range(ROWS)) for how in ("gain", "gain,shelves"))
    plain = _augmenter("none").crops(5, range(ROWS))
    gains = [np.abs(row).max() / np.abs(was).max() for row, was in zip(one, plain, strict=True)]
    changed = [not np.array_equal(*pair) for pair in zip(one, both, strict=True)]
    assert len(set(np.round(gains, 3))) > 2
    for kept in np.flatnonzero(np.logical_not(changed)):  # the shelves left some alone
        np.testing.assert_array_equal(one[kept], both[kept])
    assert 0 < sum(changed) < ROWS


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_changes_its_share_of_the_crops(name: str) -> None:
    made, plain = (_augmenter(how) for how in (name, "none"))
    changed = [
        not np.array_equal(one, was)
        for step in range(6)
        for one, was in zip(
            made.crops(step, range(ROWS)), plain.crops(step, range(ROWS)), strict=True
        )
    ]
    share = OPTIONS[name].usual if name == "mix" else 0.5
    assert abs(np.mean(changed) - share) < 0.2


@pytest.mark.parametrize("how", [*OPTIONS, ALL, STRONGEST])
def test_levels_stay_within_full_scale_and_nothing_is_clipped(how: str) -> None:
    loud: Any = Tracks([_music(9_000, seed, peak=1.0) for seed in range(3)])
    for step in range(4):
        batch = _augmenter(how, loud).crops(step, range(ROWS))
        assert batch.shape == (ROWS, SAMPLES, 2)
        assert batch.dtype == np.float32
        assert np.isfinite(batch).all()
        peaks = np.abs(batch).max(axis=(1, 2))
        assert peaks.max() <= 1 + 1e-6
        # A clipped sound stays at its peak; a scaled one touches it.
        at_peak = (np.abs(batch).max(axis=2) >= 0.9999 * peaks[:, None]).sum(axis=1)
        assert at_peak.max() <= 3


def test_a_lossy_track_that_exceeds_full_scale_is_not_made_louder() -> None:
    lossy: Any = Tracks([_music(9_000, 1, peak=1.2)])
    batch = _augmenter(STRONGEST, lossy).crops(0, range(ROWS))
    assert np.abs(batch).max() <= 1.2 + 1e-6


@pytest.mark.parametrize("how", [*OPTIONS, ALL, STRONGEST])
def test_silence_stays_silence(how: str) -> None:
    silent: Any = Tracks([np.zeros((9_000, 2), np.float32)])
    assert not _augmenter(how, silent).crops(0, range(ROWS)).any()


def test_a_silent_crop_gets_no_sound_from_a_mixture() -> None:
    half: Any = Tracks([np.zeros((9_000, 2), np.float32), _music(9_000, 1)])
    plain = _augmenter("none", half).crops(0, range(ROWS))
    made = _augmenter("mix:1", half).crops(0, range(ROWS))
    was_silent = ~plain.any(axis=(1, 2))
    assert was_silent.any()
    np.testing.assert_array_equal(~made.any(axis=(1, 2)), was_silent)


@pytest.mark.parametrize("how", [*OPTIONS, ALL, STRONGEST])
def test_the_stereo_image_is_kept(how: str) -> None:
    for step in range(3):
        batch = _augmenter(how).crops(step, range(ROWS)).astype(np.float64)
        error = np.abs(batch[..., 1] - 0.5 * batch[..., 0]).max()
        assert error < 1e-5


@settings(deadline=None, max_examples=8)  # the machine may be busy
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**40), st.floats(-60, 12))
def test_nothing_that_is_heard_makes_numbers_that_are_none(
    seed: int, step: int, level: float
) -> None:
    random = np.random.default_rng(seed)
    shapes = random.integers(1, 6_000, 3)
    noise: Any = Tracks(
        [
            (10 ** (level / 20) * random.standard_normal((n, 2)) * (random.random((n, 1)) < 0.01))
            .astype(np.float32)
            for n in shapes
        ]
    )  # fmt: skip
    assert np.isfinite(_augmenter(STRONGEST, noise, seed=seed).crops(step, range(2))).all()
