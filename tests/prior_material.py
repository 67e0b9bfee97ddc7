"""Latents for tests of priors: slow waves in a space of four latents, ten steps a second."""

from __future__ import annotations

import dataclasses

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.vae.prior.hearing import attributes_of
from musicvae.vae.prior.material import Material, Space

SPACE = Space("0123456789abcdef", 8000, 1, 800, 2, 4)
#: Settings of the smallest prior that has all parts.
TINY = {
    "width": 8, "slow_width": 6, "guide": 3, "head": 8, "code": 2, "components": 2, "group": 4,
    "fast_blocks": 2, "slow_blocks": 2, "draws": 2, "rollout": 8,
}  # fmt: skip
PLAN = {
    "model": TINY, "batch_size": 2, "seconds": 2.4, "steps": 6, "minutes": 5, "check": 3,
    "judged": 2, "judged_seconds": 8, "learning_rate": 0.01,
}  # fmt: skip


def material(tracks: int = 6, steps: int = 80, seed: int = 0) -> Material:
    """Tracks of two genres, of which the last of each is for testing."""
    random = np.random.default_rng(seed)
    latents = [_waves(random, steps, 1 + track % 2) for track in range(tracks)]
    together = np.concatenate(latents)
    together = (together - together.mean(axis=0)) / together.std(axis=0)
    curves = np.stack([together[:, 0], -together[:, 1]], axis=1)
    return Material(
        SPACE,
        together.astype(np.float16),
        curves.astype(np.float16),
        np.arange(tracks + 1, dtype=np.int64) * steps,
        np.arange(tracks, dtype=np.int64) % 2,
        np.arange(tracks) >= tracks - 2,
        ("jazz", "metal"),
        ("loudness", "brightness"),
        np.array([[-20.0, 6.0], [1500.0, 400.0]]),
        tuple(f"{('jazz', 'metal')[track % 2]}/{track}.wav" for track in range(tracks)),
    )


def heard_by(info: ArtifactInfo) -> Material:
    """The same as an encoder of four latents would have made it, with all attributes of sound."""
    made, space = material(), Space.of(info)
    names = attributes_of(space)
    curves = np.resize(made.curves, (len(made.curves), len(names)))
    unit = np.array([[10.0 * (place + 1), 2.0 + place] for place in range(len(names))])
    return dataclasses.replace(made, space=space, curves=curves, attributes=names, unit=unit)


def _waves(random: np.random.Generator, steps: int, pace: int) -> np.ndarray:
    time = np.arange(steps)[:, None] * pace
    phases, rates = random.uniform(0, 6, 4), np.array([0.1, 0.2, 0.3, 0.5])
    waves: np.ndarray = np.sin(time * rates + phases)
    return waves + 0.2 * random.standard_normal((steps, 4))
