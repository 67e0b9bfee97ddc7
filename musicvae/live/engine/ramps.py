"""Linear ramps: vectors whose elements move to new targets, one decoder frame at a time.

Whatever arithmetic made them, only finite numbers up to ±1000 come in: one NaN would stay for ever,
and be handed on to the next model.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from musicvae.latents.arrays import Float32, surely_within

Where = slice | list[int]

ALL = slice(None)
#: Largest magnitude of latents, of their scale and of all that moves them. Standardised latents lie
#: within a few units of 0; far outside, decoders overflow.
MOST = 1000.0
#: Frames of the longest ramp: float32 counts no further one by one.
_MOST_FRAMES = 2**24


def bounded(numbers: ArrayLike) -> Float32:
    """Numbers from a file, as finite float32 from -1000 to 1000; shape as given, NaN becomes 0."""
    known = np.nan_to_num(np.asarray(numbers, np.float64), nan=0.0)
    return np.clip(known, -MOST, MOST).astype(np.float32)


def keep_bounded(array: Float32) -> None:
    """The same in place, for an array of any shape."""
    if surely_within(array, MOST):
        return  # as always
    np.copyto(array, 0.0, where=np.isnan(array))
    np.maximum(array, -MOST, out=array)
    np.minimum(array, MOST, out=array)


class Ramps:
    """A vector whose elements ramp independently of each other.

    Args:
        width: number of elements.
        value: value of all elements at first.

    Attributes:
        value: current values, float32 (width,); to be read only.
        target: values at the end of the ramps, float32 (width,); to be read only.
        neutral: whether all elements rest at the value that they had at first.
    """

    def __init__(self, width: int, value: float = 0.0) -> None:
        self.value: Float32 = np.full(width, value, np.float32)
        self.target: Float32 = self.value.copy()
        self._left = np.zeros(width, np.float32)  # frames until each arrives
        self._first = value
        self._still = self.neutral = True
        self._step = np.zeros(width, np.float32)
        self._divisor = np.zeros(width, np.float32)

    def to(self, values: ArrayLike, frames: int, where: slice | int = slice(None)) -> None:
        """Ramp to new targets.

        Args:
            values: the targets, of the shape that ``where`` selects; kept within ±1000.
            frames: calls of :meth:`advance` until they are reached, at least 1.
            where: the elements to change.
        """
        self.target[where] = values
        keep_bounded(self.target)
        self._left[where] = min(max(1, frames), _MOST_FRAMES)
        self._move()

    def jump(self, values: ArrayLike) -> None:
        """Set values and targets, any numbers of shape (width,) or (), without a ramp."""
        self.target[:] = values
        keep_bounded(self.target)
        self.value[:] = self.target
        self._left[:] = 0
        self._rest()

    def start_from(self, values: ArrayLike) -> None:
        """Go on from these values, numbers of shape (width,), to the present targets."""
        self.value[:] = values
        keep_bounded(self.value)
        self._move()

    def go_on(self, other: Ramps, pace: float, mine: Where = ALL, theirs: Where = ALL) -> None:
        """Take over values, targets and remaining time from other ramps.

        Args:
            other: is not changed.
            pace: frames of these ramps for each frame of the other ones.
            mine: elements of these ramps.
            theirs: elements of the other ramps, as many.
        """
        self.value[mine] = other.value[theirs]
        self.target[mine] = other.target[theirs]
        for array in (self.value, self.target):
            keep_bounded(array)
        left = np.ceil(other._left[theirs] * np.float32(pace))
        self._left[mine] = np.minimum(left, _MOST_FRAMES)
        self._move()

    def advance(self) -> None:
        """Advance by one frame; allocates nothing."""
        if self._still:
            return
        np.subtract(self.target, self.value, out=self._step)
        np.maximum(self._left, 1, out=self._divisor)
        np.divide(self._step, self._divisor, out=self._step)
        np.add(self.value, self._step, out=self.value)
        np.subtract(self._left, 1, out=self._left)
        np.maximum(self._left, 0, out=self._left)
        # The last step may differ by a rounding error, and presets are restored exactly.
        np.copyto(self.value, self.target, where=self._left == 0)
        if not self._left.any():
            self._rest()

    def _move(self) -> None:
        self._still = self.neutral = False

    def _rest(self) -> None:
        self._still, self.neutral = True, bool((self.value == self._first).all())
