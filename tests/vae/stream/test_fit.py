"""What is fitted when a stream's training ends, on made-up tracks and an untrained network."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.latents.effects import Effects
from musicvae.recipes import Recipe
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.stream import fit as fitting
from musicvae.vae.stream.coding import StreamCoder
from musicvae.vae.stream.directions import Movements
from musicvae.vae.stream.fit import Encoded, fit, latent_space
from musicvae.vae.stream.network import StreamVAE
from musicvae.vae.stream.statistics import Playing

RATE = 16_000


class Tracks:
    """A corpus of noise that changes its level; it notes which tracks were asked for."""

    def __init__(self, first: int, count: int, samples: int = 12_800) -> None:
        self.first, self.count, self.samples = first, count, samples
        self.asked: list[int] = []

    def __len__(self) -> int:
        return self.count

    @property
    def seconds(self) -> float:
        return self.count * self.samples / RATE

    def audio(self, index: int) -> NDArray[np.float32]:
        self.asked.append(index)
        random = np.random.default_rng(self.first + index)
        level = np.repeat(random.uniform(-4, 0, self.samples // 1_280), 1_280)
        noise = 0.3 * np.exp(level) * random.standard_normal(self.samples)
        return noise.astype(np.float32)[:, None]


@pytest.fixture(autouse=True)
def no_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Directions and effects have tests of their own."""

    def nothing(coder: StreamCoder, *_: object) -> Movements:
        dims = coder.vae.latent_dim
        return Movements((), {}, Effects((), np.zeros((dims, 0)), np.zeros(0)))

    monkeypatch.setattr(fitting, "fit_moves", nothing)


@pytest.fixture(scope="module")
def coder(small_vae: StreamVAE) -> StreamCoder:
    return StreamCoder(small_vae)


def _fitted(
    vae: StreamVAE,
    recipe: Recipe,
    folder: Path,
    train: Tracks | None = None,
    frozen: tuple[str, ...] = (),
) -> tuple[LatentBasis, Playing]:
    run = RunFolder(folder)
    prepared: Any = SimpleNamespace(
        run=run, recipe=recipe, train=train or Tracks(0, 4), test=Tracks(50, 1), frozen=frozen
    )
    fit(vae, prepared)
    return LatentBasis.load(run.latents), Playing.load(run.playing)


def _standardised(
    coder: StreamCoder, basis: LatentBasis, tracks: Tracks
) -> NDArray[np.floating[Any]]:
    encoded = [Encoded(coder, tracks.audio(index)).mean for index in range(len(tracks))]
    standard: NDArray[np.floating[Any]] = basis.from_model(np.concatenate(encoded))
    return standard


def test_latents_become_standardised(
    small_vae: StreamVAE, small_recipe: Recipe, coder: StreamCoder, tmp_path: Path
) -> None:
    basis, playing = _fitted(small_vae, small_recipe, tmp_path)
    standard = _standardised(coder, basis, Tracks(0, 4))
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(standard.std(axis=0), 1, atol=0.02)
    np.testing.assert_allclose(playing.mean, 0, atol=1e-3)
    np.testing.assert_allclose(playing.std, 1, atol=0.02)
    inside = (standard >= playing.low) & (standard <= playing.high)
    np.testing.assert_allclose(inside.mean(axis=0), 0.98, atol=0.02)


def test_the_posterior_spreads_more_than_its_means(
    small_vae: StreamVAE, small_recipe: Recipe, coder: StreamCoder, tmp_path: Path
) -> None:
    basis, playing = _fitted(small_vae, small_recipe, tmp_path)
    of_means = np.cov(_standardised(coder, basis, Tracks(0, 4)), rowvar=False)
    np.testing.assert_allclose(playing.covariance, playing.covariance.T, atol=1e-5)
    assert np.linalg.eigvalsh(playing.covariance - of_means).min() > 0
    variance = np.concatenate([Encoded(coder, Tracks(0, 4).audio(i)).variance for i in range(4)])
    unsure = basis.inverse.T @ np.diag(variance.mean(axis=0)) @ basis.inverse
    np.testing.assert_allclose(playing.covariance - of_means, unsure, rtol=0.01, atol=1e-3)


def test_dynamics_go_at_the_rate_of_latent_steps(
    small_vae: StreamVAE, small_recipe: Recipe, tmp_path: Path
) -> None:
    _, playing = _fitted(small_vae, small_recipe, tmp_path)
    assert playing.dynamics.rate == RATE / small_vae.settings.step
    assert playing.dynamics.latent_dim == 4
    assert 0 < playing.dynamics.one_step_error < 1.5


def test_a_frozen_encoder_keeps_its_basis_and_its_space(
    small_vae: StreamVAE, small_recipe: Recipe, tmp_path: Path
) -> None:
    first, space = _fitted(small_vae, small_recipe, tmp_path / "a")
    (tmp_path / "b").mkdir()
    first.save(RunFolder(tmp_path / "b").start_latents)
    quiet = Tracks(100, 4)
    frozen = _fitted(small_vae, small_recipe, tmp_path / "b", quiet, frozen=("encoder",))
    np.testing.assert_array_equal(frozen[0].axes, first.axes)
    assert frozen[1].latent_space == space.latent_space
    # Its statistics are those of the new tracks: no longer exactly 0 and 1.
    assert np.abs(frozen[1].mean - space.mean).max() > 1e-3
    own = _fitted(small_vae, small_recipe, tmp_path / "c", Tracks(100, 4))
    assert own[1].latent_space != space.latent_space


def test_at_most_so_many_minutes_are_looked_at(
    small_vae: StreamVAE,
    small_recipe: Recipe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracks = Tracks(0, 6)
    monkeypatch.setattr(fitting, "TRAIN_MINUTES", 0.5 * tracks.seconds / 60)
    _fitted(small_vae, small_recipe, tmp_path, tracks)
    assert tracks.asked == [0, 2, 4]  # evenly chosen
    monkeypatch.setattr(fitting, "TRAIN_MINUTES", 1e-6)
    tracks.asked.clear()
    _fitted(small_vae, small_recipe, tmp_path, tracks)
    assert tracks.asked == [0]


@pytest.mark.parametrize("samples", [50, 128, 1_000])
def test_a_track_stands_beside_its_latents(coder: StreamCoder, samples: int) -> None:
    audio = Tracks(0, 1).audio(0)[:samples]
    track, settings = Encoded(coder, audio), coder.settings
    steps = max(1, samples // settings.step)
    assert track.mean.shape == track.variance.shape == (steps, 4)
    assert (track.variance > 0).all()
    heard = track.heard(RATE).samples
    assert len(heard) == steps * settings.step
    assert not heard[: settings.latency].any()
    length = min(samples, len(heard) - settings.latency)
    np.testing.assert_array_equal(heard[settings.latency :][:length], audio[:length])


def test_a_space_is_known_by_encoder_and_basis(
    small_vae: StreamVAE, small_recipe: Recipe, tmp_path: Path
) -> None:
    basis, playing = _fitted(small_vae, small_recipe, tmp_path)
    space = latent_space(small_vae.encoder, basis)
    assert playing.latent_space == space
    assert len(space) == 16
    int(space, 16)
    other = LatentBasis(**(vars(basis) | {"mean": basis.mean + 1}))
    assert latent_space(small_vae.encoder, other) != space
    # What knobs span changes no meaning.
    assert latent_space(small_vae.encoder, LatentBasis(**(vars(basis) | {"low": -basis.high})))
    weight = small_vae.encoder.trainable_variables[0]
    before = weight.numpy()
    weight.assign(before + 0.01)
    try:
        assert latent_space(small_vae.encoder, basis) != space
    finally:
        weight.assign(before)
    assert latent_space(small_vae.encoder, basis) == space
