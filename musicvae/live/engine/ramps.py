"""Numbers that move to each new target in a straight line, one frame at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float32]
Where = slice | list[int]

ALL = slice(None)


class Ramps:
    """A vector, each of whose numbers is on a way of its own.

    Args:
        width: how many.
        value: where all stand at first.

    Attributes:
        value: where they are now, float32 (width,); read it, do not write it.
        target: where they are going, or stand.
    """

    def __init__(self, width: int, value: float = 0.0) -> None:
        self.value: Array = np.full(width, value, np.float32)
        self.target: Array = self.value.copy()
        self._left = np.zeros(width, np.float32)  # frames until each arrives
        self._still = True
        self._step = np.zeros(width, np.float32)
        self._divisor = np.zeros(width, np.float32)

    def to(self, values: ArrayLike, frames: int, where: slice | int = slice(None)) -> None:
        """Move to these values, to arrive after ``frames`` calls of :meth:`advance`, at least 1."""
        self.target[where] = values
        self._left[where] = max(1, frames)
        self._still = False

    def jump(self, values: ArrayLike) -> None:
        """Be there at once."""
        self.target[:] = values
        self.value[:] = self.target
        self._left[:] = 0
        self._still = True

    def go_on(self, other: Ramps, pace: float, mine: Where = ALL, theirs: Where = ALL) -> None:
        """Be where another one is, and go on to where it goes, in as much time.

        Args:
            other: is left as it is.
            pace: frames of this one for each of the other's.
            mine: which numbers of this one.
            theirs: which of the other one, as many.
        """
        self.value[mine] = other.value[theirs]
        self.target[mine] = other.target[theirs]
        self._left[mine] = np.ceil(other._left[theirs] * np.float32(pace))
        self._still = False

    def advance(self) -> None:
        """Go one frame on."""
        if self._still:
            return
        np.subtract(self.target, self.value, out=self._step)
        np.maximum(self._left, 1, out=self._divisor)
        np.divide(self._step, self._divisor, out=self._step)
        np.add(self.value, self._step, out=self.value)
        np.subtract(self._left, 1, out=self._left)
        np.maximum(self._left, 0, out=self._left)
        # The last step may miss by a rounding, and presets are recalled to the bit.
        np.copyto(self.value, self.target, where=self._left == 0)
        self._still = not self._left.any()
