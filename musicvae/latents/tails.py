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


class Tails:
    """Cuts the tails of arrays of one shape; allocates nothing.

    Args:
        shape: of the arrays.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._magnitude = np.zeros(shape, np.float32)
        self._tiny = np.zeros(shape, np.bool_)

    def cut(self, array: Float32) -> None:
        """Set the numbers of an array that are almost 0 to 0; NaN stays."""
        np.abs(array, out=self._magnitude)
        np.less(self._magnitude, FLOOR, out=self._tiny)
        np.copyto(array, 0.0, where=self._tiny)
