"""A clip model that was never trained, for benchmarks whose figures do not depend on training."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from musicvae.families import FAMILIES
from musicvae.recipes import get_recipe
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.run.basis import LatentBasis


class UntrainedClip(TrainedModel):
    """A clip model with the random weights it begins with, and without a run."""

    genre = "noise"
    licence = "CC0-1.0"
    provenance: dict[str, Any] = {}  # noqa: RUF012 - in place of a property

    def __init__(self, recipe: str = "clip", seed: int = 0) -> None:
        keras.utils.set_random_seed(seed)
        settings = get_recipe(recipe)
        vae, width = FAMILIES.get(settings.family).build(settings), settings.latent_dim
        generator = np.random.default_rng(seed)
        for weight in vae.weights:
            # Zeros and ones would be left out of the graph, and a batch norm would do nothing.
            if weight.path.endswith(("bias", "gamma", "beta", "moving_mean", "moving_variance")):
                weight.assign(weight + 0.1 * generator.uniform(-1, 1, weight.shape))
        draws = generator.standard_normal((256, width), np.float32)
        basis = LatentBasis.fit(draws, np.ones(width, np.float32), draws[:, :1])
        super().__init__(vae, settings, None, basis)  # type: ignore[arg-type]
