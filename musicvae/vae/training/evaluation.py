"""Evaluates a model on test tracks: terms of the ELBO, active latents, distances of the sound."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE
from musicvae.vae.losses import elbo_terms

#: Variance over clips above which the posterior mean of a latent counts as moving.
ACTIVE = 0.01


@dataclass(frozen=True)
class TestFigures:
    """Means over the test clips, in nats per clip (of a stream: per latent step).

    Attributes:
        test_elbo: reconstruction minus KL.
        test_objective: the same with the KL weighted by the recipe's β: what training maximises.
        test_reconstruction: log p(x|z).
        test_kl: KL summed over latents.
        active_latents: number of latents whose posterior mean has a variance over clips above
            ``ACTIVE`` (Burda et al. 2016).
        distances: further distances of the decoded sound that the likelihood measures, by name.
    """

    __test__ = False  # not a test for pytest

    test_elbo: float
    test_objective: float
    test_reconstruction: float
    test_kl: float
    active_latents: int
    distances: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The objective, by which epochs are compared; where it is not finite, the lowest."""
        # A checkpoint keeps the best score as JSON, which knows no NaN.
        return self.test_objective if np.isfinite(self.test_objective) else -sys.float_info.max

    def to_row(self) -> dict[str, float]:
        """The figures as columns of the history; a distance is named ``test_NAME``."""
        values = vars(self) | {f"test_{name}": value for name, value in self.distances.items()}
        return {name: value for name, value in values.items() if name != "distances"}


def measurer(model: CVAE) -> Any:
    """The compiled function that :func:`evaluate` calls for each batch; made once for a model.

    Returns:
        A function of ``audio``, float32 (batch, samples, channels), and ``noise``, float32 (batch,
        ``model.noise_dims``), to the posterior means, float32 (batch, …, D); log p(x|z), float32
        (batch,), and the KL, float32 (batch, D), in nats; and the distances by name, each float32
        (batch,).
    """

    @tf.function(jit_compile=model.compiled)
    def terms_of(audio: tf.Tensor, noise: tf.Tensor) -> Any:
        terms = elbo_terms(model, model.from_audio(audio), noise)
        return terms.mean, terms.reconstruction, terms.kl, dict(terms.distances)

    return terms_of


def evaluate(measure: Any, batches: Iterable[dict[str, tf.Tensor]], recipe: Recipe) -> TestFigures:
    """Measure a model on test batches.

    Args:
        measure: what :func:`measurer` made.
        batches: as :func:`musicvae.vae.training.dataset.test_batches` makes them: ``audio``,
            float32 (rows, samples, channels), and ``noise``, float32 (rows, noise_dims).
        recipe: gives the weight of the KL.
    """
    parts = [measure(batch["audio"], batch["noise"]) for batch in batches]
    means, reconstruction, kl = (
        np.concatenate([np.asarray(part[i], np.float64) for part in parts]) for i in range(3)
    )
    distances = {
        name: float(np.concatenate([np.asarray(part[3][name]) for part in parts]).mean())
        for name in parts[0][3]
    }
    means = means.reshape(-1, means.shape[-1])  # a stream has latents for each step
    total = float(kl.sum(axis=1).mean())
    likelihood = float(reconstruction.mean())
    return TestFigures(
        test_elbo=likelihood - total,
        test_objective=likelihood - recipe.kl_weight * total,
        test_reconstruction=likelihood,
        test_kl=total,
        active_latents=int((means.var(axis=0) > ACTIVE).sum()),
        distances=distances,
    )
