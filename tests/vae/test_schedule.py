from __future__ import annotations

import pytest

from musicvae.recipes import CLIP, NOTEBOOK
from musicvae.vae.progress import Averages, Counters
from musicvae.vae.schedule import RISE, beta, learning_rate


def test_beta_rises_to_its_value_and_stays() -> None:
    recipe = CLIP.with_settings(kl_weight=0.5, kl_warmup=100)
    assert [beta(recipe, step) for step in (0, 50, 100, 1000)] == [0, 0.25, 0.5, 0.5]
    assert beta(NOTEBOOK, 0) == 1.0


def test_the_notebook_keeps_its_learning_rate() -> None:
    assert {learning_rate(NOTEBOOK, step, 100) for step in range(100)} == {3e-4}


def test_the_learning_rate_rises_shortly_and_decays_to_its_end() -> None:
    rates = [learning_rate(CLIP, step, 1000) for step in range(1001)]
    assert max(rates) == pytest.approx(CLIP.learning_rate, rel=0.01)
    assert rates.index(max(rates)) == RISE - 1
    assert rates[-1] == pytest.approx(CLIP.learning_rate * CLIP.final_learning_rate)


def test_a_time_budget_shortens_the_plan_once() -> None:
    counters = Counters(planned_steps=10_000, step=16, seconds=10.0)
    counters.plan(step_seconds=0.5, minutes=1.0, longest=10_000)
    assert counters.planned_steps == 16 + int(0.9 * 50 / 0.5)
    counters.plan(step_seconds=5.0, minutes=1.0, longest=10_000)
    assert counters.planned_steps == 106


def test_a_time_budget_never_lengthens_the_plan() -> None:
    counters = Counters(planned_steps=30, step=16, seconds=1.0)
    counters.plan(step_seconds=0.01, minutes=10.0, longest=30)
    assert counters.planned_steps == 30


def test_patience_counts_epochs_without_a_better_objective() -> None:
    counters = Counters(planned_steps=100)
    for objective, better in ((-3.0, True), (-2.0, True), (-2.5, False), (-2.1, False)):
        assert counters.improved(objective) is better
        counters.stop_early(patience=2)
    assert counters.stopped
    assert counters.is_finished()


def test_averages_survive_a_checkpoint_to_the_bit() -> None:
    import numpy as np

    averages = Averages(3)
    averages.add(np.array([0.1, 0.2, 0.3, 0.4, 0.5]))
    averages.add(np.array([1 / 3, 2.0, 3.0, 4.0, 5.0]))
    again = Averages.from_json(averages.to_json())
    assert again.take() == averages.take()
    assert averages.take()["train_loss"] == 0.0
