"""Encodes and decodes sound of any length with a stream network, in parts of bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.latents.arrays import Latents
from musicvae.vae.stream.layers import zero_pasts
from musicvae.vae.stream.network import StreamVAE

#: Latent steps that are computed at once: some 24 s.
BLOCK = 1024


class StreamCoder:
    """Encodes and decodes with the model's own latents, not standardised ones.

    Args:
        vae: a :class:`musicvae.vae.stream.network.StreamVAE`.
    """

    def __init__(self, vae: StreamVAE) -> None:
        self.vae = vae
        self.settings = vae.settings
        self._encode = tf.function(vae.encoder.advance, autograph=False, reduce_retracing=True)
        self._decode = tf.function(vae.decoder.advance, autograph=False, reduce_retracing=True)

    def encode(self, source: Samples) -> tuple[Latents, Latents]:
        """Posterior means and log-variances of a sound, as a live encoder gives them.

        Args:
            source: float32 (samples, channels), full scale ±1, at the model's rate.

        Returns:
            Two float32 (steps, D). Step j describes the sound ``latency`` samples before [j·step,
            (j + 1)·step). There are a few more steps than the sound is long, to cover its end.
        """
        step, delay = self.settings.step, self.settings.delay
        steps = max(1, -(-(len(source) + delay) // step))
        padded = np.zeros((1, steps * step, source.shape[1]), np.float32)
        padded[0, : len(source)] = source
        out = _blockwise(self._encode, padded, BLOCK * step, self.vae.encoder.memories)
        mean, logvar = np.split(out, 2, axis=1)
        return mean, np.clip(logvar, -15.0, 10.0)

    def decode(self, z: Latents) -> Samples:
        """Sound of the model's own latents, from the start of a stream.

        Args:
            z: one latent vector for each frame, float32 (frames, D).

        Returns:
            float32 (frames × hop, channels), full scale ±1, at the model's rate; it lags
            ``latency`` samples behind the latents.
        """
        latents = np.ascontiguousarray(z, np.float32)[None]
        frames = BLOCK * self.settings.stride
        return _blockwise(self._decode, latents, frames, self.vae.decoder.memories)

    def hold(self, z: Latents) -> Latents:
        """Repeat latents of steps, float32 (steps, D), for each frame: (steps × stride, D)."""
        return np.repeat(z, self.settings.stride, axis=0)


def _blockwise(
    advance: Callable[..., Any], inputs: NDArray[np.float32], block: int, memories: Any
) -> NDArray[np.float32]:
    """Advance through a long input from the start of a stream.

    Args:
        advance: of a network.
        inputs: float32 (1, n, width), sound or latents.
        block: positions of n that are computed at once.
        memories: memories of the network.

    Returns:
        The outputs, one after another, float32 (m, width).
    """
    pasts = zero_pasts(memories, 1)
    parts = []
    for first in range(0, inputs.shape[1], block):
        out, pasts = advance(tf.constant(inputs[:, first : first + block]), pasts)
        parts.append(out.numpy()[0])
    return np.concatenate(parts)
