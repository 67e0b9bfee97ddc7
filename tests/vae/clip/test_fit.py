"""The basis of a clip model's latents, fitted when its training ends."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicvae.data.corpus import Corpus
from musicvae.recipes import Recipe
from musicvae.vae.clip import fit
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.prepared import Prepared

RECIPE = Recipe("toy", "clip", 4_000, samples=256, latent_dim=2)
LEVELS = (0.01, 0.02, 0.05, 0.1, 0.2)


class Loud:
    """A model whose first latent is minus the level of a clip, and whose second one never moves."""

    def from_audio(self, audio: Any) -> Any:
        return audio

    def encode(self, x: Any) -> tuple[Any, Any]:
        level = tf.reduce_mean(tf.abs(x), axis=[1, 2])
        mean = tf.stack([-level, tf.zeros_like(level)], axis=1)
        return mean, tf.zeros_like(mean)

    def kl(self, z: Any, mean: Any, logvar: Any) -> Any:
        return tf.stack([tf.ones(mean.shape[0]), tf.zeros(mean.shape[0])], axis=1)


@pytest.fixture
def corpus() -> Corpus:
    """Five tracks of three clips each, of growing level, in memory."""
    random = np.random.default_rng(0)
    sounds = [(level * random.standard_normal((3 * 256, 1))).astype(np.float32) for level in LEVELS]
    corpus: Any = SimpleNamespace(
        spec=RECIPE.audio,
        lengths=np.array([len(sound) for sound in sounds]),
        audio=lambda index: sounds[index],
    )
    found: Corpus = corpus
    return found


def test_positive_is_louder(corpus: Corpus) -> None:
    basis = fit.basis_of(Loud(), corpus, RECIPE)
    quiet, loud = basis.from_model(np.array([[-0.01, 0.0], [-0.1, 0.0]], np.float32))
    assert loud[0] > quiet[0]
    np.testing.assert_allclose(basis.kl, [1.0, 0.0])
    np.testing.assert_allclose(basis.explained, [1.0, 0.0], atol=1e-3)


def test_all_clips_count_whatever_the_batches(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit.basis_of(Loud(), corpus, RECIPE)
    monkeypatch.setattr(fit, "_BATCH", 4)
    np.testing.assert_array_equal(fit.basis_of(Loud(), corpus, RECIPE).mean, whole.mean)
    monkeypatch.setattr(fit, "BASIS_CLIPS", 5)
    assert not np.array_equal(fit.basis_of(Loud(), corpus, RECIPE).mean, whole.mean)


@pytest.mark.parametrize("frozen", [(), ("decoder",), ("encoder",)])
def test_a_frozen_encoder_keeps_its_basis(
    corpus: Corpus, tmp_path: Path, frozen: tuple[str, ...]
) -> None:
    run = RunFolder(tmp_path)
    identity = np.eye(2, dtype=np.float32)
    LatentBasis(identity[0], identity, *[identity[1]] * 4).save(run.start_latents)
    fit.fit(Loud(), Prepared(run, RECIPE, corpus, corpus, frozen=frozen))
    kept = np.array_equal(LatentBasis.load(run.latents).axes, identity)
    assert kept == (frozen == ("encoder",))


def test_level_and_brightness_are_measured() -> None:
    time = np.arange(4_000) / 4_000
    low, high = (np.sin(2 * np.pi * frequency * time) for frequency in (100, 1_000))
    audio = np.stack([low, 0.1 * high]).astype(np.float32)[:, :, None]
    level, centroid = fit._qualities(audio, 4_000).T
    np.testing.assert_allclose(level, [-3.01, -23.01], atol=0.01)
    np.testing.assert_allclose(centroid, [100, 1_000], rtol=1e-3)
