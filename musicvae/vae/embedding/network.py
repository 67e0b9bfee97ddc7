"""The network that hears what kind of music a window is."""

from __future__ import annotations

import keras
import tensorflow as tf

from musicvae.runtime.embedding import WINDOW

#: Numbers of an embedding.
SIZE = 64
#: Log-mel bands of a frame.
BANDS = 80
#: Channels of each convolution, of which each halves time and frequency.
_CHANNELS = (16, 32, 48, 64)
#: Brings log-mel values to about ±1.
_SCALE = 0.4


class Network(keras.Model):
    """Four convolutions, the mean and the largest of each channel, and two dense layers.

    Args:
        kinds: number of kinds of windows that it tells apart.
    """

    def __init__(self, kinds: int) -> None:
        super().__init__()
        layers = keras.layers
        self.convolutions = [
            layers.Conv2D(channels, 3, strides=2, padding="same", use_bias=False)
            for channels in _CHANNELS
        ]
        self.norms = [layers.BatchNormalization(momentum=0.9) for _ in _CHANNELS]
        self.drop, self.drop_more = layers.Dropout(0.2), layers.Dropout(0.3)
        self.embed = layers.Dense(SIZE, activation="tanh")
        self.tell = layers.Dense(kinds)

    def embedding(self, windows: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Log-mel windows, float32 (batch, 129, 80), at any level: float32 (batch, 64), ±1."""
        level = tf.reduce_mean(windows, axis=[1, 2], keepdims=True)
        image = ((windows - level) * _SCALE)[..., None]
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            image = tf.nn.relu(norm(convolution(image), training=training))
        found = [tf.reduce_mean(image, axis=[1, 2]), tf.reduce_max(image, axis=[1, 2])]
        return self.embed(self.drop_more(tf.concat(found, axis=1), training=training))

    def call(self, windows: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits of the kinds, float32 (batch, kinds)."""
        return self.tell(self.drop(self.embedding(windows, training), training=training))

    def hearing(self) -> tf.types.experimental.PolymorphicFunction:
        """The function that is exported: windows to embeddings and probabilities."""

        @tf.function(input_signature=[tf.TensorSpec((None, WINDOW, BANDS), tf.float32)])
        def hear(windows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            points = self.embedding(windows)
            return points, tf.nn.softmax(self.tell(points))

        return hear
