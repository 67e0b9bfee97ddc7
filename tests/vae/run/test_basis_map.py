"""The basis as a map: which way is up, spans of knobs, latents that never move, tensors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from musicvae.vae.run.basis import LatentBasis

Float64 = NDArray[np.float64]


def _means(seed: int = 0, width: int = 4, clips: int = 600) -> Float64:
    random = np.random.default_rng(seed)
    # Turned, not mixed at random: a spread below the basis's floor would not come out as one.
    turned = np.linalg.qr(random.standard_normal((width, width)))[0]
    mixing = turned * 2.0 ** -np.arange(width)
    means: Float64 = random.standard_normal((clips, width)) @ mixing.T + random.standard_normal(
        width
    )
    return means


def _fit(means: Float64, qualities: Float64 | None = None) -> LatentBasis:
    if qualities is None:
        qualities = np.stack([means[:, 0], means[:, -1]], axis=1)
    kl = np.arange(means.shape[1], dtype=np.float32)
    return LatentBasis.fit(means.astype(np.float32), kl, qualities.astype(np.float32))


@given(seed=st.integers(0, 1_000), width=st.integers(1, 8))
@settings(max_examples=25, deadline=None)
def test_components_are_uncorrelated_of_unit_variance_and_in_order(seed: int, width: int) -> None:
    means = _means(seed, width)
    basis = _fit(means)
    scores = basis.from_model(means)
    covariance = np.cov(scores, rowvar=False).reshape(width, width)
    np.testing.assert_allclose(covariance, np.eye(width), atol=0.02)
    assert (np.diff(basis.explained) <= 1e-7).all()
    assert basis.explained.sum() == pytest.approx(1.0, abs=1e-4)


@given(seed=st.integers(0, 1_000), width=st.integers(1, 8))
@settings(max_examples=25, deadline=None)
def test_the_map_goes_there_and_back(seed: int, width: int) -> None:
    means = _means(seed, width)
    basis = _fit(means)
    np.testing.assert_allclose(basis.to_model(basis.from_model(means)), means, atol=1e-3)
    np.testing.assert_allclose(basis.axes @ basis.inverse, np.eye(width), atol=1e-3)


def test_zero_is_the_mean_and_one_is_a_standard_deviation_along_an_axis() -> None:
    means = _means()
    basis = _fit(means)
    np.testing.assert_allclose(basis.to_model(np.zeros((1, 4)))[0], means.mean(axis=0), atol=1e-5)
    step = basis.to_model(np.eye(4)[:1])[0] - basis.mean
    along = (means - means.mean(axis=0)) @ step / np.linalg.norm(step)
    assert np.std(along) == pytest.approx(np.linalg.norm(step), rel=0.01)


def test_explained_variance_is_that_of_the_components() -> None:
    means = _means()
    variance = np.linalg.norm(_fit(means).axes, axis=1) ** 2
    np.testing.assert_allclose(_fit(means).explained, variance / variance.sum(), rtol=1e-3)
    assert variance.sum() == pytest.approx(means.var(axis=0, ddof=1).sum(), rel=1e-3)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_up_is_louder(sign: float) -> None:
    means = _means()
    loudness = sign * (means @ [1.0, 2.0, 3.0, 4.0])
    scores = _fit(means, np.stack([loudness, means[:, 0]], axis=1)).from_model(means)
    for score in scores.T:
        correlation = np.corrcoef(score, loudness)[0, 1]
        assert correlation > 0 or abs(correlation) < 0.5


def test_up_is_brighter_where_loudness_does_not_follow() -> None:
    means = np.random.default_rng(0).standard_normal((2_000, 2)) * [3.0, 1.0]
    for sign in (1.0, -1.0):
        qualities = np.stack([means[:, 0], sign * means[:, 1]], axis=1)
        scores = _fit(means, qualities).from_model(means)
        assert np.corrcoef(scores[:, 0], means[:, 0])[0, 1] > 0.9
        assert np.corrcoef(scores[:, 1], sign * means[:, 1])[0, 1] > 0.9


def test_loudness_counts_twice() -> None:
    """A component that follows brightness somewhat more closely still points to louder."""
    random = np.random.default_rng(0)
    means = random.standard_normal((4_000, 1))
    noise = random.standard_normal((4_000, 2))
    louder_and_darker = np.stack(
        [means[:, 0] + 1.2 * noise[:, 0], -means[:, 0] + 0.8 * noise[:, 1]], axis=1
    )
    scores = _fit(means, louder_and_darker).from_model(means)
    assert np.corrcoef(scores[:, 0], means[:, 0])[0, 1] > 0.9


def test_the_way_is_settled_whatever_the_model_calls_up() -> None:
    means = _means()
    loudness = means[:, :1]
    basis, mirrored = _fit(means, loudness), _fit(-means, loudness)
    np.testing.assert_allclose(basis.from_model(means), mirrored.from_model(-means), atol=1e-2)


def test_silence_that_never_changes_decides_nothing() -> None:
    means = _means()
    basis = _fit(means, np.full((len(means), 2), -80.0))
    assert np.isfinite(basis.axes).all()


def test_a_latent_that_never_moves_is_harmless() -> None:
    means = _means()
    means[:, 2] = 0.5
    basis = _fit(means)
    assert np.isfinite(basis.inverse).all()
    assert basis.explained[-1] == pytest.approx(0.0, abs=1e-6)
    moved = basis.to_model(np.eye(4)[3:])[0] - basis.mean
    assert np.abs(moved).max() < 1e-3  # next to nothing
    np.testing.assert_allclose(basis.to_model(basis.from_model(means)), means, atol=1e-3)


def test_spans_hold_98_of_a_hundred() -> None:
    means = _means()
    basis = _fit(means)
    scores = basis.from_model(means)
    inside = (scores >= basis.low) & (scores <= basis.high)
    np.testing.assert_allclose(inside.mean(axis=0), 0.98, atol=0.01)
    assert (basis.low < 0).all()
    assert (basis.high > 0).all()


def test_infos_tell_what_the_basis_holds() -> None:
    basis = _fit(_means())
    for index, info in enumerate(basis.infos()):
        assert (info.name, info.mean, info.std) == (f"latent {index}", 0.0, 1.0)
        assert (info.low, info.high) == (float(basis.low[index]), float(basis.high[index]))
        assert info.explained_variance == float(basis.explained[index])


def test_tensors_and_sequences_are_mapped_like_arrays() -> None:
    basis, latents = _fit(_means()), np.random.default_rng(1).standard_normal((2, 5, 4))
    rows = latents.astype(np.float32)
    found = basis.to_model(tf.constant(rows))
    assert tf.is_tensor(found)
    np.testing.assert_allclose(found, basis.to_model(rows), atol=1e-5)
    np.testing.assert_allclose(found[1], basis.to_model(rows[1]), atol=1e-5)
    np.testing.assert_allclose(basis.from_model(found), rows, atol=1e-3)


def test_everything_is_float32_and_kl_is_kept(tmp_path: Path) -> None:
    basis = _fit(_means())
    basis.save(tmp_path / "latents.npz")
    loaded = LatentBasis.load(tmp_path / "latents.npz")
    assert {value.dtype for value in vars(loaded).values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(loaded.kl, [0, 1, 2, 3])
    assert list(tmp_path.iterdir()) == [tmp_path / "latents.npz"]
