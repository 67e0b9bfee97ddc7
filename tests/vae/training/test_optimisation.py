from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.recipes import CLIP, NOTEBOOK, Recipe
from musicvae.vae.losses import elbo_terms
from musicvae.vae.training.optimisation import (
    RISE,
    beta,
    learning_rate,
    make_optimizer,
    train_step,
)
from musicvae.vae.training.progress import Averages, Counters


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


def test_a_time_budget_shortens_the_plan() -> None:
    counters = Counters(planned_steps=10_000, step=16, seconds=10.0)
    counters.plan(step_seconds=0.5, minutes=1.0, longest=10_000, epoch_steps=100)
    assert counters.planned_steps == 16 + int(0.9 * 50 / 0.5)
    counters.step = 17
    counters.plan(step_seconds=5.0, minutes=1.0, longest=10_000, epoch_steps=100)
    assert counters.planned_steps == 106  # not at each step


@pytest.mark.parametrize(("early", "late"), [(0.5, 0.5), (2.0, 0.5), (0.5, 2.0), (0.1, 0.1)])
@pytest.mark.parametrize("evaluation", [0.0, 7.0])
def test_the_plan_follows_the_speed_and_counts_evaluations(
    early: float, late: float, evaluation: float
) -> None:
    """Ten minutes last ten minutes, whether the machine becomes busy or idle after two of them."""
    counters = Counters(planned_steps=10**6)
    while not counters.is_finished():
        pace = early if counters.seconds < 120 else late
        counters.seconds += pace + (5.0 if counters.step == 0 else 0.0)  # the first step compiles
        counters.step += 1
        timed = counters.timed_seconds or pace
        counters.plan(timed, minutes=10.0, longest=10**6, epoch_steps=100)
        if counters.step % 100 == 0 or counters.phase_is_over():
            counters.evaluated(evaluation)
    assert counters.seconds == pytest.approx(600, rel=0.06)


def test_a_time_budget_never_lengthens_the_plan() -> None:
    counters = Counters(planned_steps=30, step=16, seconds=1.0)
    counters.plan(step_seconds=0.01, minutes=10.0, longest=30, epoch_steps=10)
    assert counters.planned_steps == 30


def test_patience_counts_epochs_without_a_better_objective() -> None:
    counters = Counters(planned_steps=100)
    for objective, better in ((-3.0, True), (-2.0, True), (-2.5, False), (-2.1, False)):
        assert counters.improved(objective) is better
        counters.stop_early(patience=2)
    assert counters.stopped
    assert counters.is_finished()


def test_phases_follow_one_another_with_budgets_of_their_own() -> None:
    counters = Counters(planned_steps=100, phases=2, step=100, seconds=50.0, planned=True)
    assert counters.phase_is_over()
    assert not counters.is_finished()
    counters.next_phase(longest=40)
    assert (counters.phase, counters.planned_steps) == (1, 140)
    counters.step, counters.seconds = 116, 60.0
    counters.plan(step_seconds=1.0, minutes=0.5, longest=40, epoch_steps=10)
    assert counters.planned_steps == 116 + int(0.9 * 20)
    counters.step = counters.planned_steps
    assert counters.is_finished()


def test_a_converged_phase_makes_way_for_the_next() -> None:
    counters = Counters(planned_steps=100, phases=2, step=10)
    for objective in (-2.0, -3.0):
        counters.improved(objective)
        counters.stop_early(patience=1)
    assert counters.phase_is_over()
    counters.next_phase(longest=5)
    assert not counters.phase_is_over()
    assert counters.improved(-9.0)  # the new phase is weighed by itself


def test_averages_survive_a_checkpoint_to_the_bit() -> None:
    averages = Averages()
    averages.add({"loss": 0.1, "reconstruction": 0.2, "kl": 0.3, "stft": 0.4})
    averages.add({"loss": 1 / 3, "reconstruction": 2.0, "kl": 3.0, "stft": 4.0})
    again = Averages.from_json(json.loads(json.dumps(averages.to_json())))
    taken = averages.take()
    assert again.take() == taken
    assert taken["train_stft"] == pytest.approx(2.2)
    assert taken["train_elbo"] == pytest.approx(1.1 - 1.65)
    assert "train_loss" not in averages.take()


def _batch(recipe: Recipe) -> tuple[tf.Tensor, tf.Tensor]:
    random = np.random.default_rng(0)
    audio = 0.1 * random.standard_normal((4, recipe.samples, 1))
    noise = random.standard_normal((4, recipe.latent_dim))
    return tf.constant(audio, tf.float32), tf.constant(noise, tf.float32)


def test_a_step_lowers_the_loss_and_returns_the_terms_before_it(
    toy: Any, toy_recipe: Recipe
) -> None:
    optimizer, (audio, noise) = make_optimizer(toy_recipe), _batch(toy_recipe)
    before = elbo_terms(toy, audio, noise, training=True)
    losses = [float(train_step(toy, audio, optimizer, noise).loss) for _ in range(20)]
    assert losses[0] == pytest.approx(float(before.loss))
    assert losses[-1] < losses[0]


def test_only_the_given_weights_move(toy: Any, toy_recipe: Recipe) -> None:
    optimizer, (audio, noise) = make_optimizer(toy_recipe), _batch(toy_recipe)
    weights = toy.decoder.trainable_variables
    encoder = [weight.numpy() for weight in toy.encoder.weights]
    decoder = [weight.numpy() for weight in weights]
    train_step(toy, audio, optimizer, noise, weights=weights)
    for old, weight in zip(encoder, toy.encoder.weights, strict=True):
        np.testing.assert_array_equal(old, weight.numpy())
    for old, weight in zip(decoder, weights, strict=True):
        assert not np.array_equal(old, weight.numpy())


def _moved(toy: Any, recipe: Recipe, gradient_norm: float) -> float:
    """How far one step of plain gradient descent moves all weights together."""
    optimizer, (audio, noise) = keras.optimizers.SGD(1.0), _batch(recipe)
    before = [weight.numpy() for weight in toy.trainable_variables]
    train_step(toy, audio, optimizer, noise, gradient_norm=gradient_norm)
    squares = [
        np.sum((weight.numpy() - old) ** 2)
        for old, weight in zip(before, toy.trainable_variables, strict=True)
    ]
    return float(np.sqrt(np.sum(squares)))


def test_a_large_gradient_is_clipped_per_sample_of_sound(toy: Any, toy_recipe: Recipe) -> None:
    assert _moved(toy, toy_recipe, 1e-4) == pytest.approx(1e-4 * toy_recipe.samples, rel=1e-3)


def test_a_small_gradient_is_not_clipped(toy: Any, toy_recipe: Recipe) -> None:
    start = toy.get_weights()
    free = _moved(toy, toy_recipe, 0.0)
    toy.set_weights(start)
    assert _moved(toy, toy_recipe, 1e6) == pytest.approx(free, rel=1e-6)


def test_beta_weighs_the_kl(toy: Any, toy_recipe: Recipe) -> None:
    audio, noise = _batch(toy_recipe)
    without, once, twice = (
        float(elbo_terms(toy, audio, noise, weight).loss) for weight in (0.0, 1.0, 2.0)
    )
    assert once > without
    assert twice - once == pytest.approx(once - without, rel=1e-3)


def test_a_budget_that_is_overrun_at_once_stops() -> None:
    counters = Counters(planned_steps=100, step=3, seconds=70.0)
    counters.plan(step_seconds=0.0, minutes=1.0, longest=100, epoch_steps=10)
    assert counters.stopped
    assert counters.planned_steps == 100
