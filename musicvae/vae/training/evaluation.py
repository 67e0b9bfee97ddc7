"""Measures a model on tracks that it was not trained on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.losses import elbo_terms


@dataclass(frozen=True)
class TestFigures:
    """Means over the test clips, in nats per clip.

    Attributes:
        test_elbo: reconstruction minus KL.
        test_objective: the same with the KL weighed by the recipe's β: what training maximises.
        test_reconstruction: log p(x|z).
        test_kl: summed over latents.
        active_latents: latents whose posterior mean varies over clips by more than 0.01
            (Burda et al. 2016).
        distances: what the likelihood can tell besides, by name.
    """

    __test__ = False  # not a test for pytest

    test_elbo: float
    test_objective: float
    test_reconstruction: float
    test_kl: float
    active_latents: int
    distances: dict[str, float] = field(default_factory=dict)

    def to_row(self) -> dict[str, float]:
        """The columns of the history."""
        values = vars(self) | {f"test_{name}": value for name, value in self.distances.items()}
        return {name: value for name, value in values.items() if name != "distances"}


def measurer(model: Any) -> Any:
    """The function (audio, noise) -> terms that :func:`evaluate` takes; made once for a model."""

    @tf.function(jit_compile=model.compiled)
    def terms_of(audio: tf.Tensor, noise: tf.Tensor) -> Any:
        terms = elbo_terms(model, model.from_audio(audio), noise)
        return terms.mean, terms.reconstruction, terms.kl, dict(terms.distances)

    return terms_of


def evaluate(measure: Any, batches: Iterable[dict[str, tf.Tensor]], recipe: Recipe) -> TestFigures:
    """Weigh test batches as :func:`musicvae.vae.training.dataset.test_batches` makes them."""
    parts = [measure(batch["audio"], batch["noise"]) for batch in batches]
    means, reconstruction, kl = (
        np.concatenate([np.asarray(part[i], np.float64) for part in parts]) for i in range(3)
    )
    distances = {
        name: float(np.concatenate([np.asarray(part[3][name]) for part in parts]).mean())
        for name in parts[0][3]
    }
    means = means.reshape(-1, means.shape[-1])  # a stream has a latent for each step
    total = float(kl.sum(axis=1).mean())
    likelihood = float(reconstruction.mean())
    return TestFigures(
        test_elbo=likelihood - total,
        test_objective=likelihood - recipe.kl_weight * total,
        test_reconstruction=likelihood,
        test_kl=total,
        active_latents=int((means.var(axis=0) > 0.01).sum()),
        distances=distances,
    )
