from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicvae.vae.run.basis import LatentBasis


@pytest.fixture
def means() -> np.ndarray:
    generator = np.random.default_rng(0)
    mixing = generator.standard_normal((4, 4)) * [3.0, 1.0, 0.3, 0.0]
    return (generator.standard_normal((500, 4)) @ mixing.T + [1, 2, 3, 4]).astype(np.float32)


def _fit(means: np.ndarray) -> LatentBasis:
    louder = means[:, :1]
    return LatentBasis.fit(means, np.ones(4, np.float32), np.concatenate([louder, -louder], axis=1))


def test_components_are_standardised_and_in_order(means: np.ndarray) -> None:
    basis = _fit(means)
    scores = basis.from_model(means)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(scores[:, :3].std(axis=0), 1, atol=5e-3)
    assert (np.diff(basis.explained) <= 0).all()
    assert basis.explained.sum() == pytest.approx(1.0, abs=1e-5)


def test_the_map_inverts(means: np.ndarray) -> None:
    basis = _fit(means)
    np.testing.assert_allclose(basis.to_model(basis.from_model(means)), means, atol=1e-3)


def test_positive_means_louder(means: np.ndarray) -> None:
    scores = _fit(means).from_model(means)
    assert np.corrcoef(scores[:, 0], means[:, 0])[0, 1] > 0


def test_one_latent_is_enough() -> None:
    means = np.random.default_rng(0).standard_normal((50, 1)).astype(np.float32)
    basis = LatentBasis.fit(means, np.ones(1, np.float32), means)
    assert basis.axes.shape == (1, 1)


def test_saved_is_loaded(means: np.ndarray, tmp_path: Path) -> None:
    basis = _fit(means)
    basis.save(tmp_path / "latents.npz")
    again = LatentBasis.load(tmp_path / "latents.npz")
    for name, value in vars(basis).items():
        np.testing.assert_array_equal(getattr(again, name), value)
    assert [info.name for info in again.infos()] == [f"latent {i}" for i in range(4)]


def test_a_single_clip_has_the_spread_of_the_prior() -> None:
    """A single track shorter than two crops gives one clip, and one clip has no covariance."""
    mean = np.array([[1.0, -2.0, 3.0]], np.float32)
    basis = LatentBasis.fit(mean, np.zeros(3, np.float32), np.zeros((1, 2), np.float32))
    np.testing.assert_array_equal(basis.to_model(np.zeros(3, np.float32)), mean[0])
    np.testing.assert_allclose(basis.from_model(mean[0] + 1), np.ones(3), atol=1e-6)
    assert all(np.isfinite(array).all() for array in vars(basis).values())
    assert basis.explained.sum() == pytest.approx(1.0)
