"""Attributes that are a contrast: the deviation of the latents from their moving mean."""

from __future__ import annotations

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Float32, Latents
from musicvae.latents.attributes import CONTRAST_GAIN, CONTRAST_SECONDS
from musicvae.latents.tails import Tails
from musicvae.live.engine.ramps import MOST, keep_bounded


class Sharpening:
    """Increases or reduces how far latents deviate from their moving mean.

    As :func:`musicvae.latents.attributes.contrast`, with an exponential moving average of the past
    in place of the centred mean.

    Args:
        info: of the model; its attributes of the method ``contrast`` count.
        frame_rate: frames per second.
    """

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        self._contrasts = [n for n, a in enumerate(info.attributes) if a.method == "contrast"]
        self._forget = np.float32(min(1.0, 1 / (CONTRAST_SECONDS * frame_rate)))
        self._mean: Latents = np.zeros(info.latent_dim, np.float32)
        self._moved: Latents = np.zeros(info.latent_dim, np.float32)
        self._tails = Tails((info.latent_dim,))

    def sharpen(self, z: Latents, amounts: Float32) -> None:
        """One frame passes: change its latents in place, and learn from what they were.

        Args:
            z: float32, shape (D,).
            amounts: of all attributes in their standard deviations, float32 (attributes,).
        """
        if not self._contrasts:
            return
        np.subtract(z, self._mean, out=self._moved)
        np.multiply(self._moved, self._forget, out=self._moved)
        np.add(self._mean, self._moved, out=self._mean)
        self._tails.cut(self._mean)
        gain = 0.0
        for index in self._contrasts:
            one = max(-1.0, CONTRAST_GAIN * float(amounts[index]))
            gain = one if not gain else (1 + gain) * (1 + one) - 1
        if gain:
            np.subtract(z, self._mean, out=self._moved)
            np.multiply(self._moved, np.float32(min(gain, MOST)), out=self._moved)
            np.add(z, self._moved, out=z)

    def adopt(self, other: Sharpening) -> None:
        """Go on from the mean of another model's latents, of as many."""
        self._mean[:] = other._mean
        keep_bounded(self._mean)
