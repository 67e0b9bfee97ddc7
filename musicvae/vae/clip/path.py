"""The path from one latent vector to another."""

from __future__ import annotations

import numpy as np

from musicvae.latents.arrays import Float32

#: Sine of the angle between two vectors below which they count as parallel: there, the weights of
#: a spherical path are quotients of rounding errors.
_PARALLEL = 1e-4


def spherical(start: Float32, end: Float32, steps: int) -> Float32:
    """Latents on the spherical path between two vectors, both included (White 2016).

    The path is straight where the vectors are parallel, or one of them is zero: they span no angle.

    Args:
        start: float32 (D,), finite.
        end: float32 (D,), finite.
        steps: number of points, at least 1; one point is the start.

    Returns:
        float32 (steps, D).
    """
    along = np.linspace(0, 1, steps)[:, None]
    a, b = start.astype(np.float64), end.astype(np.float64)
    length = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    angle = np.arccos(np.clip(a @ b / length, -1, 1)) if length > 0 else 0.0
    if np.sin(angle) < _PARALLEL:
        weights = 1 - along, along
    else:
        weights = (
            np.sin((1 - along) * angle) / np.sin(angle),
            np.sin(along * angle) / np.sin(angle),
        )
    points: Float32 = (weights[0] * a + weights[1] * b).astype(np.float32)
    return points
