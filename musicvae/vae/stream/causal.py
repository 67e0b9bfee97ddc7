"""The contract of a stream model's encoder and decoder: causal, with an explicit memory.

:class:`musicvae.vae.stream.network.StreamVAE` takes any pair of networks that follow it, and
:mod:`musicvae.vae.stream.fit` and :class:`musicvae.vae.stream.trained.TrainedStream` then work for
them too. ``examples/plugin-stream`` is a small pair of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from musicvae.vae.stream.layers import Memory, zero_pasts


@dataclass(frozen=True)
class Timing:
    """The lengths of a stream model, in samples and frames.

    Attributes:
        hop: samples per frame of the decoder.
        stride: frames per latent step: training repeats each latent vector for as long.
        latency: samples by which the decoder's sound lags behind its latents, and by which an
            encoder's latents lag behind the sound.
    """

    hop: int
    stride: int = 1
    latency: int = 0

    @property
    def step(self) -> int:
        """Samples per latent step."""
        return self.hop * self.stride

    @property
    def delay(self) -> int:
        """Samples by which a sound that was encoded and decoded lags behind the original."""
        return 2 * self.latency


class CausalNetwork(keras.layers.Layer):
    """One half of a stream model: an encoder of sound, or a decoder of latents.

    ``advance`` continues from what the network remembers: advancing twice by half a sequence gives
    the same as advancing once by the whole of it.
    """

    @property
    def memories(self) -> list[Memory]:
        """Shape (frames, width) of each array that the network remembers, in a fixed order."""
        raise NotImplementedError

    @property
    def receptive_field(self) -> int:
        """Samples of sound that one latent vector influences (encoder: that influence one).

        A decoder's are counted from the first sample of the latent's frame, an encoder's back from
        the last sample of its step.
        """
        raise NotImplementedError

    @property
    def transforms(self) -> Sequence[Any]:
        """Layers whose Fourier transform must become a matrix product in the exported graph.

        See :func:`musicvae.vae.spectra.as_matrices`; by default there are none.
        """
        return ()

    def raise_level(self, gain: float) -> None:
        """Make the sound louder than it was trained by this gain in dB, which may be negative.

        It is what a decoder was found to lack when its training ended. By default nothing happens:
        a network of a plug-in may be as loud as its music by itself.
        """

    def advance(
        self, inputs: tf.Tensor, pasts: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Continue from what is remembered.

        Args:
            inputs: float32: an encoder's sound (batch, steps × step, channels), or a decoder's
                latents, one vector for each *frame*, (batch, frames, D).
            pasts: what is remembered, one tensor float32 (batch, frames, width) for each memory;
                zeros at the start of a stream.

        Returns:
            An encoder's means and log-variances, float32 (batch, steps, 2 × D), or a decoder's
            sound, float32 (batch, frames × hop, channels); and what is remembered next.
        """
        raise NotImplementedError

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Advance once from the start of a stream; shapes and dtypes as in :meth:`advance`.

        Args:
            inputs: float32 (batch, ...), as :meth:`advance` takes them.
            training: ignored here; for networks that behave differently while they learn.

        Returns:
            The first result of :meth:`advance`, float32.
        """
        return self.advance(inputs, zero_pasts(self.memories, tf.shape(inputs)[0]))[0]
