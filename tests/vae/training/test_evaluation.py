"""Figures on test tracks: means over all clips, whatever the batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicvae.data.corpus import Corpus
from musicvae.recipes import Recipe
from musicvae.vae.training.dataset import test_batches as batches_of
from musicvae.vae.training.evaluation import ACTIVE, TestFigures, evaluate, measurer


def _measure(parts: list[tuple[Any, ...]]) -> Any:
    """A measurer that gives these parts, one after another."""
    each = iter(parts)
    return lambda audio, noise: next(each)


def _part(means: list[list[float]], reconstruction: list[float], kl: list[list[float]]) -> Any:
    distances = {"stft": np.asarray(reconstruction, np.float32) / -10}
    return np.asarray(means, np.float32), np.asarray(reconstruction), np.asarray(kl), distances


BATCH = {"audio": None, "noise": None}


def test_clips_count_alike_in_batches_of_any_size(toy_recipe: Recipe) -> None:
    parts = [
        _part([[0.0, 1.0], [2.0, 1.0]], [-10.0, -20.0], [[1.0, 0.0], [3.0, 0.0]]),
        _part([[1.0, 1.0]], [-60.0], [[2.0, 6.0]]),
    ]
    recipe = toy_recipe.with_settings(kl_weight=0.5)
    figures = evaluate(_measure(parts), [BATCH, BATCH], recipe)
    assert figures.test_reconstruction == pytest.approx(-30.0)
    assert figures.test_kl == pytest.approx(4.0)
    assert figures.test_elbo == pytest.approx(-34.0)
    assert figures.test_objective == pytest.approx(-32.0)
    assert figures.distances == {"stft": pytest.approx(3.0)}


def test_a_latent_is_active_where_its_mean_moves(toy_recipe: Recipe) -> None:
    spread = np.sqrt(ACTIVE)
    means = [[0.0, -0.9 * spread, -1.1 * spread], [0.0, 0.9 * spread, 1.1 * spread]]
    parts = [_part(means, [0.0, 0.0], [[0.0] * 3] * 2)]
    assert evaluate(_measure(parts), [BATCH], toy_recipe).active_latents == 1


def test_the_steps_of_a_stream_count_as_clips_do(toy_recipe: Recipe) -> None:
    means = np.array([[[0.0, 5.0], [1.0, 5.0]], [[2.0, 5.0], [3.0, 5.0]]])  # (clips, steps, D)
    part: tuple[Any, ...] = (means, np.zeros(2), np.zeros((2, 2)), {})
    figures = evaluate(_measure([part]), [BATCH], toy_recipe)
    assert figures.active_latents == 1
    assert figures.distances == {}


def test_a_row_has_a_column_for_each_distance() -> None:
    row = TestFigures(-3.0, -2.0, -1.0, 1.0, 4, {"log_mel": 0.25}).to_row()
    assert row == {
        "test_elbo": -3.0,
        "test_objective": -2.0,
        "test_reconstruction": -1.0,
        "test_kl": 1.0,
        "active_latents": 4,
        "test_log_mel": 0.25,
    }


def test_a_model_is_measured_on_the_test_clips(
    toy: Any, toy_recipe: Recipe, noise_corpus: Corpus
) -> None:
    measure = measurer(toy)
    whole = evaluate(measure, batches_of(noise_corpus, toy_recipe, 10), toy_recipe)
    other = toy_recipe.with_settings(batch_size=10)
    assert evaluate(measure, batches_of(noise_corpus, other, 10), other).test_elbo == pytest.approx(
        whole.test_elbo, rel=1e-5
    )
    (batch,) = batches_of(noise_corpus, other, 10)
    mean, logvar = toy.encode(batch["audio"])
    z = mean + tf.exp(logvar / 2) * batch["noise"]
    squared = tf.reduce_sum((batch["audio"] - toy.decoder(z)) ** 2, axis=[1, 2])
    kl = 0.5 * tf.reduce_sum(mean**2 + tf.exp(logvar) - 1 - logvar, axis=1)
    assert whole.test_reconstruction == pytest.approx(float(-tf.reduce_mean(squared) / 2), rel=1e-4)
    assert whole.test_kl == pytest.approx(float(tf.reduce_mean(kl)), rel=1e-4)
    assert whole.test_elbo == pytest.approx(whole.test_reconstruction - whole.test_kl)


def test_measuring_does_not_train(toy: Any, toy_recipe: Recipe, noise_corpus: Corpus) -> None:
    before = [weight.numpy() for weight in toy.weights]
    evaluate(measurer(toy), batches_of(noise_corpus, toy_recipe, 4), toy_recipe)
    for old, weight in zip(before, toy.weights, strict=True):
        np.testing.assert_array_equal(old, weight.numpy())
