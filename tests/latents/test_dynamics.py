"""Linear dynamics: fitted to walks whose dynamics are known, and to awkward data."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.artifact.parts import DynamicsInfo
from musicvae.errors import LatentError, SettingError
from musicvae.latents.dynamics import MAX_SPEED, LinearDynamics

D = 4


def known(seed: int = 0, radius: float = 0.9) -> LinearDynamics:
    """Dynamics with rotations and latents of unequal pace."""
    random = np.random.default_rng(seed)
    matrix = random.standard_normal((D, D))
    matrix *= radius / np.abs(np.linalg.eigvals(matrix)).max()
    mixing = 0.3 * random.standard_normal((D, D))
    return LinearDynamics(matrix, mixing @ mixing.T + 0.05 * np.eye(D), 0.3, 43.0)


def tracks(dynamics: LinearDynamics, count: int = 8, steps: int = 1_000) -> list[np.ndarray]:
    return [dynamics.walk(steps, seed) for seed in range(count)]


@pytest.fixture(scope="module")
def fitted() -> LinearDynamics:
    return LinearDynamics.fit(tracks(known(), 10, 4_000), tracks(known(), 2), rate=43.0, ridge=0)


def test_it_finds_the_dynamics_that_made_the_data(fitted: LinearDynamics) -> None:
    true = known()
    np.testing.assert_allclose(fitted.matrix, true.matrix, atol=0.03)
    np.testing.assert_allclose(fitted.noise, true.noise, atol=0.03)
    assert fitted.rate == 43.0
    assert fitted.latent_dim == D


def test_the_stationary_covariance_is_that_of_the_data() -> None:
    data = tracks(known(), 3, 200)
    together = np.concatenate(data).astype(np.float64)
    for ridge in (0, 0.1, 10):
        covariance = LinearDynamics.fit(data, data, ridge=ridge).covariance
        np.testing.assert_allclose(covariance, together.T @ together / 600, rtol=1e-6, atol=1e-9)


def test_the_covariance_solves_its_equation() -> None:
    made = known(radius=0.99)
    again = made.matrix @ made.covariance @ made.matrix.T + made.noise
    np.testing.assert_allclose(again, made.covariance, rtol=1e-9)
    walk = made.walk(200_000, 1)
    np.testing.assert_allclose(np.cov(walk.T), made.covariance, atol=0.15 * made.covariance.max())


def test_the_one_step_error_is_the_share_that_is_noise(fitted: LinearDynamics) -> None:
    noise_share = np.trace(known().noise) / np.trace(known().covariance)
    assert fitted.one_step_error == pytest.approx(noise_share, rel=0.1)
    errors = fitted.step_errors(tracks(known(), 3, 3_000))
    assert errors.linear == pytest.approx(noise_share, rel=0.1)
    assert errors.mean == pytest.approx(1, abs=0.01)
    true = np.diag(known().noise) / np.diag(known().covariance)
    np.testing.assert_allclose(errors.per_latent, true, rtol=0.15)


def test_repeating_is_worse_than_the_mean_for_latents_that_alternate() -> None:
    swinging = LinearDynamics(np.array([[-0.9]]), np.array([[1.0]]))
    errors = LinearDynamics.fit(tracks(swinging), tracks(swinging)).step_errors(tracks(swinging))
    assert errors.linear == pytest.approx(0.19, abs=0.02)
    assert errors.repeat == pytest.approx(2 * 1.9, abs=0.1)


def test_a_mean_of_their_own_is_counted_against_the_mean() -> None:
    still = LinearDynamics(np.zeros((1, 1)), np.ones((1, 1)))
    errors = still.step_errors([still.walk(5_000, 1) + 2])
    assert errors.mean == pytest.approx(5, rel=0.05)


def test_held_out_tracks_are_not_fitted() -> None:
    random = np.random.default_rng(0)
    data = [random.standard_normal((12, D)) for _ in range(2)]
    fitted = LinearDynamics.fit(data, [random.standard_normal((500, D))], ridge=1e-3)
    assert fitted.step_errors(data).linear < 0.9 < 1 < fitted.one_step_error


@pytest.mark.parametrize(
    "data",
    [
        np.cumsum(np.ones((50, 2)), axis=0),  # grows
        1.1 ** np.arange(60)[:, None] * [1, -1],  # explodes
        np.ones((50, 2)),  # never moves
        np.zeros((50, 2)),
        np.eye(2)[np.arange(50) % 2],  # alternates without noise
        np.random.default_rng(0).standard_normal((50, 1)) * [1, 0],  # one latent is dead
        np.random.default_rng(0).standard_normal((50, 1)) * [1, 2],  # two are one
        [[1.0, 2.0], [3.0, 4.0]],
    ],
)
def test_awkward_data_give_bounded_walks(data: np.ndarray) -> None:
    fitted = LinearDynamics.fit([data], [data])
    assert fitted.spectral_radius <= 0.9991
    assert np.linalg.eigvalsh(fitted.noise).min() > -1e-9 * max(fitted.noise.max(), 1e-9)
    spread = np.sqrt(np.mean(np.square(data)))
    for speed in (0.3, 1.0):
        walk = fitted.walk(2_000, 3, speed=speed)
        assert np.isfinite(walk).all()
        assert np.abs(walk).max() <= 6 * np.sqrt(2) * spread + 1e-9


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(2, 40), st.floats(0, 3))
def test_any_data_give_stable_dynamics(seed: int, width: int, steps: int, drift: float) -> None:
    random = np.random.default_rng(seed)
    data = [np.cumsum(random.standard_normal((steps, width)) + drift, axis=0)]
    fitted = LinearDynamics.fit(data, data)
    assert fitted.spectral_radius < 1
    info = fitted.info().rounded()
    again = LinearDynamics.from_info(info)
    assert again.spectral_radius < 1
    spread = np.sqrt(np.diag(fitted.covariance).max())
    assert np.abs(again.walk(500, seed)).max() < 8 * spread


def test_it_goes_into_an_artifact_and_back(fitted: LinearDynamics) -> None:
    info = fitted.info()
    values = json.loads(json.dumps({name: getattr(info, name) for name in vars(info)}))
    again = LinearDynamics.from_info(DynamicsInfo.from_json(values))
    np.testing.assert_array_equal(again.matrix, fitted.matrix)
    np.testing.assert_array_equal(again.noise, fitted.noise)
    assert (again.one_step_error, again.rate) == (fitted.one_step_error, 43.0)
    np.testing.assert_array_equal(again.walk(20, 5), fitted.walk(20, 5))
    rounded = LinearDynamics.from_info(info.rounded())
    np.testing.assert_allclose(rounded.covariance, fitted.covariance, rtol=1e-4, atol=1e-5)


def test_walks_are_seeded(fitted: LinearDynamics) -> None:
    walk = fitted.walk(50, 7)
    assert walk.shape == (50, D)
    assert walk.dtype == np.float32
    np.testing.assert_array_equal(walk, fitted.walk(50, 7))
    assert not np.array_equal(walk, fitted.walk(50, 8))
    assert not np.array_equal(fitted.walk(50), fitted.walk(50))


@pytest.mark.parametrize("speed", [1.0, 0.4, 2.5])
def test_a_longer_walk_begins_like_a_shorter_one(fitted: LinearDynamics, speed: float) -> None:
    short = fitted.walk(20, 7, speed=speed)
    np.testing.assert_allclose(fitted.walk(90, 7, speed=speed)[:20], short, atol=1e-6)


def test_a_walk_starts_where_it_is_told(fitted: LinearDynamics) -> None:
    start = np.array([9.0, -9.0, 3.0, 0.0])
    for speed in (0, 0.5, 1):
        walk = fitted.walk(10, 7, start, speed)
        np.testing.assert_allclose(walk[0], start, rtol=1e-6)
    # The mean of many walks from there follows the matrix.
    seconds = [fitted.walk(2, seed, start)[1] for seed in range(2_000)]
    np.testing.assert_allclose(np.mean(seconds, axis=0), fitted.matrix @ start, atol=0.1)


def test_walks_start_from_what_they_pass(fitted: LinearDynamics) -> None:
    firsts = np.array([fitted.walk(1, seed)[0] for seed in range(4_000)])
    spread = fitted.covariance.max()
    np.testing.assert_allclose(np.cov(firsts.T), fitted.covariance, atol=0.1 * spread)


@pytest.mark.parametrize("speed", [0.1, 0.37, 0.5, 1.5, 3.0])
def test_speed_changes_the_pace_and_not_the_spread(speed: float) -> None:
    dynamics = known(radius=0.8)
    walks = np.stack([dynamics.walk(61, seed, speed=speed) for seed in range(1_500)])
    spread = np.diag(dynamics.covariance)
    for step in (0, 1, 7, 33, 60):  # at every moment, also between two steps
        variance = walks[:, step].var(axis=0)
        np.testing.assert_allclose(variance, spread, rtol=0.15)
    # What lay n steps apart at speed 1 lies n / speed apart.
    plain = np.stack([dynamics.walk(61, seed) for seed in range(1_500)])
    apart = round(3 / speed)
    assert apart * speed == pytest.approx(3, abs=0.05)
    expected = np.mean(plain[:, 0] * plain[:, 3], axis=0) / spread
    found = np.mean(walks[:, 0] * walks[:, apart], axis=0) / spread
    np.testing.assert_allclose(found, expected, atol=0.15)


def test_whole_speeds_leave_steps_out(fitted: LinearDynamics) -> None:
    np.testing.assert_array_equal(fitted.walk(10, 7, speed=3), fitted.walk(30, 7)[::3])
    still = fitted.walk(10, 7, speed=0)
    np.testing.assert_array_equal(still, np.repeat(still[:1], 10, axis=0))
    np.testing.assert_allclose(
        fitted.walk(19, 7, speed=0.5)[::2], fitted.walk(10, 7), rtol=1e-5, atol=1e-6
    )


def test_bad_walks_are_refused(fitted: LinearDynamics) -> None:
    for steps in (0, -1):
        with pytest.raises(SettingError, match="steps"):
            fitted.walk(steps, 7)
    for speed in (-0.1, np.nan, np.inf, MAX_SPEED * 1.01):
        with pytest.raises(SettingError, match="speed"):
            fitted.walk(3, 7, speed=speed)
    for start in (np.zeros(D + 1), np.full(D, np.nan)):
        with pytest.raises(LatentError):
            fitted.walk(3, 7, start)


def test_bad_sequences_are_refused() -> None:
    good = np.zeros((5, 2))
    for bad in ([], [np.zeros((0, 2))], [np.zeros(5)], [good, np.zeros((5, 3))], [good[:1]]):
        with pytest.raises(LatentError):
            LinearDynamics.fit(bad, [good])
    for bad in ([good * np.nan], [np.zeros((5, 3))], []):
        with pytest.raises(LatentError):
            LinearDynamics.fit([good], bad)
    LinearDynamics.fit([good, np.zeros((0, 2)), good[:1]], [good])


def test_matrices_that_are_no_dynamics_are_refused() -> None:
    one, nan = np.eye(2), np.full((2, 2), np.nan)
    for matrix, noise in ((one[:1], one), (one / 2, np.eye(3)), (nan, one), (one / 2, nan)):
        with pytest.raises(LatentError):
            LinearDynamics(matrix, noise)
    for growing in (one, 1.5 * one, np.array([[0.0, 2.0], [-2.0, 0.0]])):
        with pytest.raises(LatentError, match="without bound"):
            LinearDynamics(growing, one)
    with pytest.raises(LatentError):
        LinearDynamics(np.zeros((0, 0)), np.zeros((0, 0)))


def test_it_cannot_be_changed(fitted: LinearDynamics) -> None:
    with pytest.raises(ValueError, match="read-only"):
        fitted.matrix[0, 0] = 2
