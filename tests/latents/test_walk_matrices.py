"""The matrices of walks: what they solve, and that scipy finds the same."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.latents.arrays import Float64
from musicvae.latents.walk_matrices import WalkMatrices, roots, stationary_covariance

D = 6


def dynamics(seed: int = 0, radius: float = 0.95) -> tuple[Float64, Float64]:
    """A matrix with rotations, and a noise covariance."""
    random = np.random.default_rng(seed)
    matrix = random.standard_normal((D, D))
    matrix *= radius / np.abs(np.linalg.eigvals(matrix)).max()
    mixing = random.standard_normal((D, D))
    return matrix, mixing @ mixing.T


@pytest.mark.parametrize("radius", [0.0, 0.5, 0.95, 0.999])
def test_the_stationary_covariance_stays_from_step_to_step(radius: float) -> None:
    matrix, noise = dynamics(radius=radius)
    covariance = stationary_covariance(matrix, noise)
    again = matrix @ covariance @ matrix.T + noise
    np.testing.assert_allclose(again, covariance, rtol=0, atol=1e-11 * covariance.max())
    np.testing.assert_array_equal(covariance, covariance.T)


def test_scipy_finds_the_same_covariance_and_roots() -> None:
    linalg = pytest.importorskip("scipy.linalg")
    matrix, noise = dynamics()
    covariance = stationary_covariance(matrix, noise)
    expected = linalg.solve_discrete_lyapunov(matrix, noise)
    np.testing.assert_allclose(covariance, expected, rtol=1e-9, atol=1e-10 * covariance.max())
    root, inverse = roots(noise)
    np.testing.assert_allclose(root, linalg.sqrtm(noise), atol=1e-9)
    np.testing.assert_allclose(inverse, linalg.inv(linalg.sqrtm(noise)), atol=1e-7)


def test_roots_leave_out_directions_without_variance() -> None:
    axes = np.linalg.qr(np.random.default_rng(0).standard_normal((D, D)))[0]
    covariance = (axes * [4.0, 1.0, 0.25, 1e-9, 0.0, 0.0]) @ axes.T
    root, inverse = roots(covariance)
    np.testing.assert_allclose(root @ root, covariance, atol=1e-8)
    np.testing.assert_allclose(root @ inverse, axes[:, :3] @ axes[:, :3].T, atol=1e-9)
    for nothing in roots(np.zeros((D, D))):
        assert not nothing.any()


def test_rows_between_steps_have_the_variance_of_the_steps() -> None:
    matrix, noise = dynamics(3, 0.8)
    matrices = WalkMatrices(matrix, noise)
    draws = np.random.default_rng(1).standard_normal((2, 100_000, D))
    last = matrices.first(draws[0])
    following = matrices.kick(draws[1]) + last @ matrix.T
    covariance = stationary_covariance(matrix, noise)
    for share in (0.1, 0.5, 0.9):
        rows = matrices.between(last, following, share)
        spread = np.sqrt(np.diag(covariance))
        np.testing.assert_allclose(np.sqrt(np.mean(rows**2, axis=0)), spread, rtol=0.02)


def test_many_rows_are_computed_as_one_is() -> None:
    matrices = WalkMatrices(*dynamics())
    draws = np.random.default_rng(1).standard_normal((9, D))
    first, kicks = matrices.first(draws), matrices.kick(draws)
    shares = np.linspace(0, 1, 9)[:, None]
    rows = matrices.between(first, kicks, shares)
    for number, draw in enumerate(draws):
        np.testing.assert_allclose(matrices.first(draw), first[number], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(matrices.kick(draw), kicks[number], rtol=1e-12, atol=1e-12)
        one = matrices.between(first[number], kicks[number], float(shares[number, 0]))
        np.testing.assert_allclose(one, rows[number], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(rows[0], first[0])
    np.testing.assert_array_equal(rows[-1], kicks[-1])
