"""KL divergences and densities against closed forms, integrals and gradients."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from musicvae.vae.losses import kl_analytic, kl_monte_carlo, log_normal_pdf, pressed_kl

means = st.floats(-3, 3)
logvars = st.floats(-3, 2)


def _log_normal(z: ArrayLike, mean: float = 0.0, logvar: float = 0.0) -> NDArray[np.float64]:
    """The density by its textbook formula, in float64; test_losses.py has scipy's."""
    sigma = np.exp(logvar / 2)
    standard = (np.asarray(z, np.float64) - mean) / sigma
    found: NDArray[np.float64] = -(standard**2) / 2 - np.log(sigma * np.sqrt(2 * np.pi))
    return found


@given(mean=means, logvar=logvars)
@settings(max_examples=25, deadline=None)
def test_the_kl_is_the_integral_that_defines_it(mean: float, logvar: float) -> None:
    z = mean + np.exp(logvar / 2) * np.linspace(-12, 12, 20_001)
    log_q = _log_normal(z, mean, logvar)
    expected = np.trapezoid(np.exp(log_q) * (log_q - _log_normal(z)), z)
    found = float(kl_analytic(tf.constant([[mean]]), tf.constant([[logvar]]))[0, 0])
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5)
    assert found >= -1e-6


@given(mean=means, logvar=logvars, z=st.floats(-4, 4))
@settings(max_examples=25, deadline=None)
def test_one_draw_is_the_difference_of_two_log_densities(
    mean: float, logvar: float, z: float
) -> None:
    expected = float(_log_normal(z, mean, logvar) - _log_normal(z))
    draw, mu, log_variance = (tf.constant([[value]]) for value in (z, mean, logvar))
    found = float(kl_monte_carlo(draw, mu, log_variance)[0, 0])
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_latents_do_not_mix_in_either_kl() -> None:
    random = np.random.default_rng(0)
    z, mean, logvar = (tf.constant(random.standard_normal((5, 3)), tf.float32) for _ in range(3))
    for kl in (kl_analytic(mean, logvar), kl_monte_carlo(z, mean, logvar)):
        assert kl.shape == (5, 3)
    alone = kl_monte_carlo(z[:, 1:2], mean[:, 1:2], logvar[:, 1:2])
    np.testing.assert_allclose(kl_monte_carlo(z, mean, logvar)[:, 1:2], alone, atol=1e-5)


@pytest.mark.parametrize(("axis", "shape"), [(0, (3, 4)), (1, (2, 4)), (-1, (2, 3))])
def test_the_density_is_summed_over_the_axis_that_is_asked_for(
    axis: int, shape: tuple[int, ...]
) -> None:
    sample = tf.random.normal((2, 3, 4), seed=0)
    zero = tf.zeros_like(sample)
    found = log_normal_pdf(sample, zero, zero, raxis=axis)
    assert found.shape == shape
    np.testing.assert_allclose(found, _log_normal(sample).sum(axis=axis), rtol=1e-4)


def test_a_density_is_highest_at_its_mean_and_integrates_to_1() -> None:
    grid = np.linspace(-20, 20, 8_001, dtype=np.float32)[:, None]
    mean, logvar = tf.fill(grid.shape, 1.5), tf.fill(grid.shape, 0.7)
    density = np.exp(log_normal_pdf(tf.constant(grid), mean, logvar).numpy())
    assert grid[density.argmax(), 0] == pytest.approx(1.5, abs=0.01)
    assert density.sum() * (grid[1, 0] - grid[0, 0]) == pytest.approx(1.0, abs=1e-3)


def test_the_gradient_of_the_kl_pulls_towards_the_prior() -> None:
    mean, logvar = tf.Variable([[2.0, -1.0]]), tf.Variable([[1.0, -1.0]])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(kl_analytic(mean, logvar))
    by_mean, by_logvar = tape.gradient(total, [mean, logvar])
    np.testing.assert_allclose(by_mean, mean.numpy(), rtol=1e-5)
    np.testing.assert_allclose(by_logvar, (np.exp(logvar.numpy()) - 1) / 2, rtol=1e-5)


@pytest.mark.parametrize("free_bits", [0.05, 0.5, 5.0])
def test_free_bits_count_for_a_latent_and_not_for_a_clip(free_bits: float) -> None:
    """A clip may have a KL below λ while the mean over the batch is above it."""
    kl = tf.Variable([[0.0, 0.0], [2.0, 0.2]])
    with tf.GradientTape() as tape:
        pressed = pressed_kl(kl, free_bits)
    mean = np.array([1.0, 0.1])
    assert float(pressed) == pytest.approx(np.maximum(mean, free_bits).sum())
    expected = np.where(mean > free_bits, 0.5, 0.0)
    np.testing.assert_allclose(tape.gradient(pressed, kl), [expected, expected])
