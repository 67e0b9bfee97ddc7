"""The benchmark of losses, with models whose reconstructions are made."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import musicvae as mv


def _music(seed: int = 0, gain: float = 1.0) -> mv.Sound:
    random = np.random.default_rng(seed)
    beat = np.repeat(random.uniform(0.05, 0.4, 32), 1_000)
    return mv.Sound.of(gain * (beat * random.standard_normal(32_000))[:, None], 16_000)


def test_figures_rank_a_near_copy_above_a_far_one(benchmark: Callable[[str], ModuleType]) -> None:
    figures_of = benchmark("loss_figures").figures_of
    same = figures_of([(_music(), _music())], 1.0)
    quiet = figures_of([(_music(), _music(gain=0.7))], 1.0)
    other = figures_of([(_music(), _music(seed=1))], 1.0)
    assert (same.log_mel, same.stft, same.level, same.new) == (0.0, 0.0, 0.0, 1.0)
    assert quiet.level == pytest.approx(20 * np.log10(0.7), abs=1e-3)
    assert same.log_mel < quiet.log_mel < other.log_mel
    assert same.onsets > other.onsets
    mean = figures_of([(_music(), _music()), (_music(), _music(gain=0.7))], 1.0)
    assert mean.level == pytest.approx(quiet.level / 2)


def test_a_row_has_as_many_cells_as_the_head(benchmark: Callable[[str], ModuleType]) -> None:
    figures = benchmark("loss_figures")
    row = figures.figures_of([(_music(), _music())], 2.0).row()
    head = figures.HEAD.splitlines()[0]
    assert row.count("|") + 1 == head.count("|") - 1 - 2  # besides the loss and its steps


def test_new_sounds_are_compared_with_training_tracks(
    benchmark: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = benchmark("stream_losses")
    monkeypatch.setattr(losses, "read_as", lambda path, rate, channels: (_music(path), []))
    options = SimpleNamespace(tracks=4, seconds=0.5)
    recipe = SimpleNamespace(sample_rate=16_000, channels=1)

    def distance(made: mv.Sound) -> float:
        model = SimpleNamespace(
            recipe=recipe,
            train_tracks=lambda: list(range(8)),
            sample=lambda n, seed, seconds: mv.Sounds([made] * n),
        )
        return float(losses._new(model, options))

    assert distance(_music(seed=20)) < distance(_music(seed=20, gain=0.1))
