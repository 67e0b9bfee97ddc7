"""A stream model that was never trained, for benchmarks whose figures do not depend on training."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicvae.latents.dynamics import LinearDynamics
from musicvae.recipes import get_recipe
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.stream.network import build
from musicvae.vae.stream.statistics import Playing
from musicvae.vae.stream.trained import TrainedStream


class Untrained(TrainedStream):
    """A stream model with the random weights it begins with, and without a run."""

    genre = "noise"
    licence = "CC0-1.0"
    provenance: dict[str, Any] = {}  # noqa: RUF012 - in place of a property

    def __init__(self, recipe: str = "stream44", seed: int = 0, **changes: Any) -> None:
        import keras

        keras.utils.set_random_seed(seed)
        settings = get_recipe(recipe).with_settings(**changes)
        vae, width = build(settings), settings.latent_dim
        generator = np.random.default_rng(seed)
        for weight in vae.weights:
            if weight.path.endswith("bias"):  # zeros would be left out of the graph
                weight.assign(weight + 0.1 * generator.standard_normal(weight.shape))
        draws = generator.standard_normal((256, width)).astype(np.float32)
        basis = LatentBasis.fit(draws, np.ones(width, np.float32), draws[:, :1])
        unit = np.ones(width, np.float32)
        playing = Playing(
            latent_space="0" * 16,
            mean=0 * unit,
            std=unit,
            low=-2.3 * unit,
            high=2.3 * unit,
            covariance=np.eye(width, dtype=np.float32),
            dynamics=LinearDynamics(
                0.8 * np.eye(width),
                0.36 * np.eye(width),
                rate=settings.sample_rate / vae.settings.step,
            ),
            attributes=(),
        )
        super().__init__(vae, settings, None, basis, playing)  # type: ignore[arg-type]

    def real_latents(self, n: int) -> np.ndarray:
        """Latents of a random walk, since there are no tracks."""
        return self.walk(n, seed=1)

    def real_sound(self, samples: int) -> np.ndarray:
        """Noise that fades in and out, since there are no tracks."""
        noise = np.random.default_rng(1).standard_normal((samples, self.recipe.channels))
        level = 0.2 * np.abs(np.sin(np.arange(samples) / 5_000))[:, None]
        return (noise * level).astype(np.float32)
