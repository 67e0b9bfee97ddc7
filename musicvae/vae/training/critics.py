"""Critics (discriminators) that judge whether sound is real, one for each size of transform.

After Jang et al. 2021, *UnivNet*, whose critics see magnitudes, and Défossez et al. 2022,
*EnCodec*, whose critics see complex spectra. These are small, since they are trained on CPUs, and
see the square root of magnitudes. They are trained with the least-squares loss (Mao et al. 2017);
the decoder also matches their features (Kumar et al. 2019, *MelGAN*).

*Activations* are, for each critic, the float32 outputs of its layers, (signals, frames, bins,
channels) each; the last is its judgement, 1 for real sound and 0 for decoded sound.
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
        fft: transform size in samples; the hop is a quarter of it.
        width: channels of the first layer; the others have twice as many.

    Input shape: float32 (signals, samples), full scale ±1. Output: the activations of each layer;
    the last, the judgement, is (signals, frames / 2, fft / 128, 1).
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
        """The activations of each layer."""
        x = tf.sqrt(spectra(inputs, self.fft)[:, :, :-1, None])
        seen = []
        for layer in self.layers[:-1]:
            x = layer(x)
            # Not tf.nn.leaky_relu: TensorFlow tries to fuse it, and prints that it failed.
            x = tf.maximum(x, SLOPE * x)
            seen.append(x)
        return [*seen, self.layers[-1](x)]


class Critics(keras.Model):
    """One :class:`SpectrumCritic` for each resolution.

    Args:
        ffts: transform sizes in samples.
        width: channels of each critic's first layer.
    """

    def __init__(self, ffts: Sequence[int], width: int = 16) -> None:
        super().__init__(name="critics")
        self.critics = [SpectrumCritic(fft, width) for fft in ffts]
        self.built = True

    def call(self, audio: tf.Tensor, sides: tf.Tensor | None = None) -> list[list[tf.Tensor]]:
        """The activations of each critic for sound.

        A signal is one of :func:`musicvae.vae.stream.likelihood.views` of a batch row.

        Args:
            audio: float32 (batch, samples, channels), full scale ±1.
            sides: bool (batch,), which rows of stereo are heard as mean and half difference.
        """
        signals = tf.concat(views(audio, sides), axis=0)
        return [critic(signals) for critic in self.critics]


def critics_loss(real: list[list[tf.Tensor]], made: list[list[tf.Tensor]]) -> tf.Tensor:
    """The loss of the critics: real sound should be judged 1, made sound 0; float32 scalar.

    Args:
        real: activations for real sound.
        made: activations for decoded sound.
    """
    terms = [
        tf.reduce_mean((a[-1] - 1.0) ** 2) + tf.reduce_mean(b[-1] ** 2)
        for a, b in zip(real, made, strict=True)
    ]
    return tf.add_n(terms) / len(terms)


def deception_loss(made: list[list[tf.Tensor]]) -> tf.Tensor:
    """The loss of the decoder: its sound should be judged 1; float32 scalar.

    Args:
        made: activations for decoded sound.
    """
    return tf.add_n([tf.reduce_mean((b[-1] - 1.0) ** 2) for b in made]) / len(made)


def feature_matching(real: list[list[tf.Tensor]], made: list[list[tf.Tensor]]) -> tf.Tensor:
    """Mean difference of the activations, relative to those for real sound; float32 scalar.

    The judgements do not count. What the differences are relative to is a mean over the batches of
    all replicas, so that the number of workers does not change what is learnt.

    Args:
        real: activations for real sound.
        made: activations for decoded sound.
    """
    pairs = [
        (a, b)
        for of_real, of_made in zip(real, made, strict=True)
        for a, b in zip(of_real[:-1], of_made[:-1], strict=True)
    ]
    sizes = tf.stop_gradient(tf.stack([tf.reduce_mean(tf.abs(a)) for a, _ in pairs]))
    replica = tf.distribute.get_replica_context()
    overall = replica.all_reduce(tf.distribute.ReduceOp.MEAN, sizes)
    differences = tf.stack([tf.reduce_mean(tf.abs(a - b)) for a, b in pairs])
    return tf.reduce_mean(differences / (overall + 1e-6))
