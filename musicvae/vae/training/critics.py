"""Critics of sound: one for each resolution of the spectrum.

After Jang et al. 2021, *UnivNet*, whose critics see magnitudes, and Défossez et al. 2022,
*EnCodec*, whose see complex spectra; ours are small, since they are trained on CPUs, and see the
square root of magnitudes. Trained with the least-squares loss (Mao et al. 2017) and feature
matching (Kumar et al. 2019, *MelGAN*).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from musicvae.vae.layers import SLOPE
from musicvae.vae.stream.likelihood import spectra, views


class SpectrumCritic(keras.layers.Layer):
    """Judges every patch of a magnitude spectrogram.

    Args:
        fft: transform size in samples; the hop is a quarter.
        width: channels.

    Input shape: (signals, samples). Output: the activations of every layer, the last of which are
    the judgements, (signals, frames / 2, bins / 64, 1): 1 for real, 0 for made.
    """

    def __init__(self, fft: int, width: int, **options: Any) -> None:
        super().__init__(**options)
        self.fft = fft
        convolution = keras.layers.Conv2D
        self.layers = [
            convolution(width, (3, 8), (1, 4), padding="same"),
            convolution(2 * width, (3, 8), (1, 4), padding="same"),
            convolution(2 * width, (3, 8), (2, 4), padding="same"),
            convolution(1, (3, 3), padding="same"),
        ]
        channels = 1
        for layer in self.layers:
            layer.build((None, None, fft // 2, channels))
            channels = layer.filters
        self.built = True

    def call(self, inputs: tf.Tensor) -> list[tf.Tensor]:
        """Judge."""
        x = tf.sqrt(spectra(inputs, self.fft)[:, :, :-1, None])
        seen = []
        for layer in self.layers[:-1]:
            x = tf.nn.leaky_relu(layer(x), SLOPE)
            seen.append(x)
        return [*seen, self.layers[-1](x)]


class Critics(keras.Model):
    """One :class:`SpectrumCritic` for each resolution.

    Args:
        ffts: transform sizes in samples.
        width: channels of each.
    """

    def __init__(self, ffts: Sequence[int], width: int = 16) -> None:
        super().__init__(name="critics")
        self.critics = [SpectrumCritic(fft, width) for fft in ffts]
        self.built = True

    def call(self, audio: tf.Tensor) -> list[list[tf.Tensor]]:
        """The activations of each critic for sound (batch, samples, channels)."""
        signals = tf.concat(views(audio), axis=0)
        return [critic(signals) for critic in self.critics]


def critics_loss(real: list[list[tf.Tensor]], made: list[list[tf.Tensor]]) -> tf.Tensor:
    """What the critics minimise: real sound shall be judged 1, made sound 0."""
    terms = [
        tf.reduce_mean((a[-1] - 1.0) ** 2) + tf.reduce_mean(b[-1] ** 2)
        for a, b in zip(real, made, strict=True)
    ]
    return tf.add_n(terms) / len(terms)


def deception_loss(made: list[list[tf.Tensor]]) -> tf.Tensor:
    """What the decoder minimises: its sound shall be judged 1."""
    return tf.add_n([tf.reduce_mean((b[-1] - 1.0) ** 2) for b in made]) / len(made)


def feature_matching(real: list[list[tf.Tensor]], made: list[list[tf.Tensor]]) -> tf.Tensor:
    """Mean difference of what the critics see in both, relative to its size."""
    terms = [
        tf.reduce_mean(tf.abs(a - b)) / (tf.reduce_mean(tf.abs(a)) + 1e-6)
        for of_real, of_made in zip(real, made, strict=True)
        for a, b in zip(of_real[:-1], of_made[:-1], strict=True)
    ]
    return tf.add_n(terms) / len(terms)
