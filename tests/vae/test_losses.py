from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from musicvae.vae.losses import kl_analytic, kl_monte_carlo, log_normal_pdf, pressed_kl


def test_log_normal_pdf_is_the_density_that_scipy_knows() -> None:
    generator = np.random.default_rng(0)
    sample, mean, logvar = generator.standard_normal((3, 5, 4)).astype(np.float32)
    expected = stats.norm.logpdf(sample, mean, np.exp(logvar / 2)).sum(axis=1)
    np.testing.assert_allclose(log_normal_pdf(sample, mean, logvar).numpy(), expected, rtol=1e-5)


def test_kl_is_zero_for_the_prior_and_grows_away_from_it() -> None:
    zero = tf.zeros((1, 1))
    assert float(kl_analytic(zero, zero)[0, 0]) == 0.0
    assert float(kl_analytic(zero + 2.0, zero)[0, 0]) == pytest.approx(2.0)


def test_monte_carlo_kl_estimates_the_analytic_one() -> None:
    mean, logvar = tf.fill((20_000, 1), 0.7), tf.fill((20_000, 1), -1.0)
    eps = np.random.default_rng(1).standard_normal((20_000, 1)).astype(np.float32)
    z = mean + tf.exp(logvar / 2) * eps
    estimate = float(tf.reduce_mean(kl_monte_carlo(z, mean, logvar)))
    assert estimate == pytest.approx(float(kl_analytic(mean, logvar)[0, 0]), rel=0.03)


def test_free_bits_spare_only_the_latents_below_them() -> None:
    kl = tf.Variable([[0.1, 3.0], [0.3, 1.0]])
    with tf.GradientTape() as tape:
        pressed = pressed_kl(kl, 0.5)
    assert float(pressed) == pytest.approx(0.5 + 2.0)
    np.testing.assert_allclose(tape.gradient(pressed, kl), [[0, 0.5], [0, 0.5]])


def test_without_free_bits_the_kl_is_its_mean() -> None:
    assert float(pressed_kl(tf.constant([[1.0, 2.0], [3.0, 4.0]]), 0.0)) == pytest.approx(5.0)
