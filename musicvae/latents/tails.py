"""Sets numbers that have decayed almost to zero to zero, before they become slow.

A number below 1e-38 in magnitude is *denormal* in float32, and a processor multiplies such numbers
up to a hundred times more slowly. A filter whose input stops would fill the state of a decoder with
them. onnxruntime can let the processor take them for zero (``session.set_denormal_as_zero``), but
only on the thread that made the first session of the process and on those that this one started,
and for all other arithmetic there too. What is done here is the same on every thread, so that what
is rendered live and offline stays equal to the bit.
"""

from __future__ import annotations

import numpy as np

from musicvae.latents.arrays import Float32

#: Magnitudes below this become 0: 360 dB below full scale, and the squares are not denormal.
FLOOR = np.float32(1e-18)
#: The same of sound: what the state of a decoder loses to :data:`FLOOR`, at one frame or another,
#: makes no difference above this. It is 200 dB below full scale.
SOUND_FLOOR = np.float32(1e-10)


class Tails:
    """Cuts the tails of arrays; allocates nothing.

    Args:
        shape: of the longest array; others are shorter along the first axis.
        floor: magnitudes below this become 0.
    """

    def __init__(self, shape: tuple[int, ...], floor: np.float32 = FLOOR) -> None:
        self._floor = floor
        self._magnitude = np.zeros(shape, np.float32)
        self._tiny = np.zeros(shape, np.bool_)

    def cut(self, array: Float32) -> None:
        """Set the numbers of an array that are almost 0 to 0; NaN stays."""
        magnitude, tiny = self._magnitude[: len(array)], self._tiny[: len(array)]
        np.abs(array, out=magnitude)
        np.less(magnitude, self._floor, out=tiny)
        np.putmask(array, tiny, 0.0)  # a third of the time of copyto
