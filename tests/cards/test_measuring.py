"""Figures of sounds whose difference is known: quieter, narrower, later; and their means."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.cards.measuring import Likeness, figures_of, measure
from musicvae.errors import DataError

pytest.importorskip("librosa", reason="librosa is not installed")

RATE = 22_050


def music(seed: int = 0, seconds: float = 3.0) -> Sound:
    """Notes that begin every quarter of a second, some left, some right: (samples, 2)."""
    random = np.random.default_rng(seed)
    time = np.arange(RATE // 4) / RATE
    notes = []
    for _ in range(round(seconds * 4)):
        tone = np.sin(2 * np.pi * random.uniform(100, 3000) * time)
        note = np.exp(-12 * time) * (tone + 0.3 * random.standard_normal(len(time)))
        notes.append(note[:, None] * random.uniform(0.2, 1, 2))
    return Sound.of(0.2 * np.concatenate(notes), RATE)


def test_a_sound_is_like_itself() -> None:
    same = Likeness.of(music(), music())
    assert dataclasses.astuple(same) == pytest.approx((0, 0, 1, 0, 0, 0, 0), abs=1e-6)


def test_a_copy_that_is_3_db_quieter_differs_in_level_alone() -> None:
    track = music()
    quiet = Likeness.of(track, Sound.of(track.samples * 10 ** (-3 / 20), RATE))
    assert quiet.level == pytest.approx(-3, abs=0.01)
    assert quiet.width == pytest.approx(0, abs=0.01)
    assert quiet.texture < 0.05
    assert quiet.onsets > 0.98
    # 3 dB are ln(1.41) = .345 in each band that is well above the offset.
    assert quiet.log_mel == pytest.approx(0.345, abs=0.06)


def test_a_copy_in_mono_differs_in_width_alone() -> None:
    track = music()
    mid = track.samples.mean(axis=1, keepdims=True)
    narrow = Likeness.of(track, Sound.of(np.repeat(mid, 2, axis=1), RATE))
    assert narrow.width is not None
    assert narrow.width < -40
    assert (narrow.log_mel, narrow.texture) == pytest.approx((0, 0), abs=1e-5)
    assert narrow.onsets == pytest.approx(1)
    assert Likeness.of(track, Sound.of(mid, RATE)).width is None


def test_a_later_copy_differs_in_time_alone() -> None:
    track = music()
    later = Likeness.of(track, Sound.of(np.roll(track.samples, RATE // 8, axis=0), RATE))
    assert later.onsets < 0.5
    assert later.log_mel > 0.3
    assert later.level == pytest.approx(0, abs=0.01)
    assert later.width == pytest.approx(0, abs=0.01)
    assert later.texture < 0.5


def test_means_and_the_worst_of_any_track() -> None:
    rows = [
        Likeness(0.2, 1.0, 0.9, level, width, 1.0, -1.0)
        for level, width in ((-2.0, 1.0), (1.0, None))
    ]
    figures = figures_of(rows, 60.0, "0" * 64, kbits=6.3)
    assert (figures.tracks, figures.seconds, figures.kbits) == (2, 60.0, 6.3)
    assert (figures.level, figures.level_worst) == (-0.5, 2.0)
    assert (figures.width, figures.width_worst) == (1.0, 1.0)
    mono = figures_of([dataclasses.replace(rows[0], width=None)], 1.0, "0" * 64)
    assert (mono.width, mono.width_worst) == (None, None)


def test_every_track_is_told_and_measured(tmp_path: Path) -> None:
    paths = [music(seed).write(tmp_path / f"{seed}.wav") for seed in (1, 2)]
    told: list[tuple[int, int, str]] = []
    figures = measure(
        paths,
        lambda sound: Sound.of(sound.samples / 2, sound.sample_rate),
        progress=lambda done, count, path: told.append((done, count, path.name)),
    )
    assert told == [(0, 2, "1.wav"), (1, 2, "2.wav")]
    assert figures.tracks == 2
    assert figures.seconds == pytest.approx(6, abs=0.01)
    assert figures.level == pytest.approx(-6.02, abs=0.02)
    with pytest.raises(DataError, match="no track"):
        measure([], lambda sound: sound)
