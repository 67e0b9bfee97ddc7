"""The residual block that the encoders and decoders of clips are built from."""

from __future__ import annotations

from typing import Any, Literal

import keras
import tensorflow as tf

from musicvae.errors import SettingError

#: Slope of LeakyReLU for negative values.
SLOPE = 0.2

#: Momentum of batch norm's running statistics, low enough for runs of a few hundred steps.
MOMENTUM = 0.95


def instance_norm(name: str | None = None) -> Any:
    """A layer of instance normalisation (Ulyanov et al. 2016): each channel of each clip over time.

    Input and output shape: float32 (batch, steps, channels).
    """
    return keras.layers.GroupNormalization(groups=-1, epsilon=1e-5, name=name)


class Resnet1DBlock(keras.layers.Layer):
    """Two convolutions with normalisation and LeakyReLU, added to the input.

    The type ``"encode"`` uses convolutions and normalises each clip by itself (instance norm). The
    type ``"decode"`` uses transposed convolutions and batch norm, which export folds into weights.

    Args:
        kernel_size: kernel size of both convolutions, in steps.
        filters: number of channels, of the input too.
        type: ``"encode"`` or ``"decode"``.

    Input shape: float32 (batch, steps, filters). Output shape: the same.

    Raises:
        SettingError: ``type`` is neither of the two, or the input has other than ``filters``
            channels.

    Example:
        >>> Resnet1DBlock(3, 8, "encode")(tf.zeros((2, 16, 8))).shape
        TensorShape([2, 16, 8])
    """

    def __init__(
        self,
        kernel_size: int,
        filters: int,
        type: Literal["encode", "decode"] = "encode",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if type not in ("encode", "decode"):
            raise SettingError("unknown type of block", expected="encode or decode", received=type)
        self.kernel_size = kernel_size
        self.filters = filters
        self.type = type
        layers = keras.layers
        convolution = layers.Conv1D if type == "encode" else layers.Conv1DTranspose
        # Without bias, since the normalisation that follows would remove it.
        form = {"padding": "same", "use_bias": False}
        self.conv1a = convolution(filters, kernel_size, **form, name="conv1a")
        self.conv1b = convolution(filters, kernel_size, **form, name="conv1b")
        if type == "encode":
            self.norm1a = instance_norm("norm1a")
            self.norm1b = instance_norm("norm1b")
        else:
            # Synchronised, so that all workers use the statistics of the whole batch.
            self.norm1a = layers.BatchNormalization(
                momentum=MOMENTUM, synchronized=True, name="norm1a"
            )
            self.norm1b = layers.BatchNormalization(
                momentum=MOMENTUM, synchronized=True, name="norm1b"
            )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights."""
        if input_shape[-1] != self.filters:
            raise SettingError(
                "a residual block keeps its channels",
                expected=f"(batch, steps, {self.filters})",
                received=f"{tuple(input_shape)}",
            )
        for layer in (self.conv1a, self.norm1a, self.conv1b, self.norm1b):
            layer.build(input_shape)
        self.built = True

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Apply the block."""
        x = self.conv1a(inputs)
        x = self.norm1a(x, training=training)
        x = tf.nn.leaky_relu(x, SLOPE)
        x = self.conv1b(x)
        x = self.norm1b(x, training=training)
        return tf.nn.leaky_relu(x + inputs, SLOPE)
