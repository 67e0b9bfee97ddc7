"""The residual block that encoder and decoder are built from."""

from __future__ import annotations

from typing import Any, Literal

import keras
import tensorflow as tf

from musicvae.errors import SettingError

#: Slope of LeakyReLU for negative values.
SLOPE = 0.2

#: Of batch norm's running statistics; a run of a few hundred steps must not lag behind itself.
MOMENTUM = 0.95


def instance_norm(name: str | None = None) -> Any:
    """Instance normalisation (Ulyanov et al. 2016): each channel of each clip over time."""
    return keras.layers.GroupNormalization(groups=-1, epsilon=1e-5, name=name)


class Resnet1DBlock(keras.layers.Layer):
    """Two convolutions with normalisation and LeakyReLU, added to the input.

    The encoding kind convolves, and normalises each clip by itself (instance norm); the decoding
    kind uses transposed convolutions and batch norm, which is folded away at export.

    Args:
        kernel_size: of both convolutions, in steps.
        filters: channels; the input must have as many.
        type: ``"encode"`` or ``"decode"``.

    Input shape: (batch, steps, filters). Output shape: the same.

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
        # Without bias: the normalisation that follows would take it away again.
        form = {"padding": "same", "use_bias": False}
        self.conv1a = convolution(filters, kernel_size, **form, name="conv1a")
        self.conv1b = convolution(filters, kernel_size, **form, name="conv1b")
        if type == "encode":
            self.norm1a = instance_norm("norm1a")
            self.norm1b = instance_norm("norm1b")
        else:
            # Synchronised, so that several workers see the statistics of the whole batch.
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
