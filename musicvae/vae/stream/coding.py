"""Sound to latents and back through a stream network of any length, in blocks of bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from musicvae.audio import Samples
from musicvae.vae.run.basis import Array
from musicvae.vae.stream.layers import zero_pasts

#: Latent steps that are computed at once: some 24 s.
BLOCK = 1024


class StreamCoder:
    """Encodes and decodes with the model's own latents, not standardised ones.

    Args:
        vae: a :class:`musicvae.vae.stream.network.StreamVAE`.
    """

    def __init__(self, vae: Any) -> None:
        self.vae = vae
        self.settings = vae.settings
        self._encode = tf.function(vae.encoder.advance, autograph=False, reduce_retracing=True)
        self._decode = tf.function(vae.decoder.advance, autograph=False, reduce_retracing=True)

    def encode(self, source: Samples) -> tuple[Array, Array]:
        """Posterior means and log-variances of a sound, as a live encoder would give them.

        Args:
            source: float32 (samples, channels) at the model's rate.

        Returns:
            Two float32 (steps, D); step j describes the sound ``latency`` samples before [j·step,
            (j + 1)·step). The sound is followed by zeros, so that its end rings out.
        """
        step, delay = self.settings.step, self.settings.delay
        steps = max(1, -(-(len(source) + delay) // step))
        padded = np.zeros((1, steps * step, source.shape[1]), np.float32)
        padded[0, : len(source)] = source
        out = _blockwise(self._encode, padded, BLOCK * step, self.vae.encoder.memories)
        mean, logvar = np.split(out, 2, axis=1)
        return mean, np.clip(logvar, -15.0, 10.0)

    def decode(self, z: Array) -> Samples:
        """Sound of the model's own latents (frames, D), one for each frame, from the zero state.

        Returns:
            float32 (frames × hop, channels), which lags ``latency`` samples behind the latents.
        """
        latents = np.ascontiguousarray(z, np.float32)[None]
        frames = BLOCK * self.settings.stride
        return _blockwise(self._decode, latents, frames, self.vae.decoder.memories)

    def hold(self, z: Array) -> Array:
        """Latent steps (steps, D) as frames (steps × stride, D)."""
        return np.repeat(z, self.settings.stride, axis=0)


def _blockwise(advance: Callable[..., Any], inputs: Samples, block: int, memories: Any) -> Array:
    pasts = zero_pasts(memories, 1)
    parts = []
    for first in range(0, inputs.shape[1], block):
        out, pasts = advance(tf.constant(inputs[:, first : first + block]), pasts)
        parts.append(out.numpy()[0])
    return np.concatenate(parts)
