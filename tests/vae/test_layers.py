from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.vae.layers import Resnet1DBlock


@pytest.mark.parametrize("kind", ["encode", "decode"])
def test_a_block_keeps_the_shape(kind: Any) -> None:
    block = Resnet1DBlock(3, 8, kind)
    x = tf.random.normal((2, 16, 8))
    assert block(x).shape == (2, 16, 8)
    assert block(x, training=True).shape == (2, 16, 8)


def test_encoding_blocks_normalise_each_clip_by_itself() -> None:
    block = Resnet1DBlock(3, 4, "encode")
    x = tf.random.normal((3, 32, 4))
    together, alone = block(x, training=True), block(x[1:2], training=True)
    np.testing.assert_allclose(together[1], alone[0], atol=1e-5)


def test_decoding_blocks_learn_the_statistics_of_batches() -> None:
    block = Resnet1DBlock(3, 4, "decode")
    x = 5.0 + tf.random.normal((3, 32, 4))
    before = block(x, training=False).numpy()
    for _ in range(20):
        block(x, training=True)
    assert np.abs(block(x, training=False).numpy() - before).max() > 0.1


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(SettingError, match="encode or decode"):
        Resnet1DBlock(3, 4, "sideways")  # type: ignore[arg-type]


def test_other_channels_are_refused() -> None:
    with pytest.raises(SettingError, match="keeps its channels"):
        Resnet1DBlock(3, 4)(tf.zeros((1, 8, 5)))
