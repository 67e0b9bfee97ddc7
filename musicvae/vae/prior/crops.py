"""Batches of crops, as functions of the seed and the number of the step alone.

So nothing has to be kept to go on with a training, and a test track is never drawn.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from musicvae.latents.arrays import Float32
from musicvae.vae.prior.material import Material
from musicvae.vae.prior.model import Crops

#: Share of the crops of which no genre is told, no attribute, and nothing is proposed.
_UNTOLD, _UNASKED, _UNPROPOSED = 0.1, 0.4, 0.6
#: A proposal counts for at least so much; below, it would be noise only.
_LEAST_TRUST = 0.05


class Cropper:
    """Cuts crops.

    Args:
        material: latents of tracks.
        held_out: whether from test tracks, or from training tracks.
        steps: of a crop. A track that is shorter is repeated.
        rows: crops in a batch.
        seed: of all draws.
    """

    def __init__(self, material: Material, held_out: bool, steps: int, rows: int, seed: int):
        self._material, self._steps, self._rows = material, steps, rows
        self._seed = [seed, int(held_out)]
        self._tracks = material.indices(held_out)
        lengths = np.diff(material.starts)[self._tracks]
        self._shares = lengths / lengths.sum()

    def batch(self, step: int) -> Crops:
        """The batch of an optimiser step."""
        random = np.random.default_rng([*self._seed, step])
        chosen = random.choice(self._tracks, self._rows, p=self._shares)
        cut = [self._cut(int(track), random) for track in chosen]
        latents = np.stack([latent for latent, _ in cut])
        condition = self._conditions(chosen, latents, np.stack([c for _, c in cut]), random)
        seed = tf.constant([self._seed[0] % 2**31, step], tf.int32)
        return Crops(tf.constant(latents), tf.constant(condition), seed)

    def _cut(self, track: int, random: np.random.Generator) -> tuple[Float32, Float32]:
        latents, curves = self._material.track(track), self._material.curve(track)
        first = int(random.integers(0, max(1, len(latents) - self._steps + 1)))
        at = np.arange(first, first + self._steps) % len(latents)
        return latents[at], curves[at]

    def _conditions(
        self,
        tracks: np.ndarray,
        latents: Float32,
        curves: Float32,
        random: np.random.Generator,
    ) -> Float32:
        """Rows of conditions; see :mod:`musicvae.artifact.prior`. float32 (rows, steps, C)."""
        rows, steps, _ = latents.shape
        genres = np.eye(len(self._material.genres), dtype=np.float32)[self._material.genre[tracks]]
        told = genres * (random.random((rows, 1)) >= _UNTOLD)
        known = (random.random((rows, curves.shape[2])) < 0.5) & (
            random.random((rows, 1)) >= _UNASKED
        )
        drawn = random.uniform(_LEAST_TRUST, 1.0, (rows, 1, 1))
        drawn *= random.random((rows, 1, 1)) >= _UNPROPOSED
        trust = drawn.astype(np.float32)
        hint = trust * proposals(latents, trust)
        wide = [
            np.broadcast_to(told[:, None], (rows, steps, told.shape[1])),
            curves * known[:, None],
            np.broadcast_to(known[:, None], curves.shape),
            hint,
            np.broadcast_to(trust, (rows, steps, 1)),
        ]
        return np.concatenate(wide, axis=2).astype(np.float32)


def proposals(latents: Float32, trust: Float32) -> Float32:
    """The music itself, with the music of another crop as noise: more of it where trust is low.

    A proposal that counts fully is what comes next. Noise that is music cannot be averaged away, as
    white noise could, so that at half trust a model has to go its own way.

    Args:
        latents: float32 (rows, steps, D).
        trust: float32 (rows, 1, 1), 0 to 1.
    """
    others = np.roll(latents, 1, axis=0)
    share = (1 - trust) / np.maximum(trust, np.float32(_LEAST_TRUST))
    return np.asarray(latents + share * others, np.float32)
