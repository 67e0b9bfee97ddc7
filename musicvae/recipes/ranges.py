"""Ranges of settings, and the one way in which a number from a stranger is checked against one.

A number may come from a command line as text, from JSON, or from numpy; what leaves this module is
a plain ``int`` or ``float`` within its range.
"""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import TypeGuard

from musicvae.errors import SettingError


@dataclass(frozen=True)
class Range:
    """The numbers that a setting may have.

    Attributes:
        low: the smallest.
        high: the largest.
        whole: whether only whole numbers count.
        below: whether ``high`` itself is excluded.
    """

    low: float
    high: float
    whole: bool = False
    below: bool = False

    def __str__(self) -> str:
        """The range in words, for an error."""
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {_plain(self.low)} to {'below ' * self.below}{_plain(self.high)}"

    def check(self, name: str, value: object, text: bool = False) -> int | float:
        """The value as a plain number.

        Args:
            name: what it is, for the error.
            value: any object.
            text: whether the text of a number will do, as a command line gives it.

        Raises:
            SettingError: it is not a number (a truth value is none), not finite, not whole where it
                must be, or out of range.
        """
        number = _number(value, text)
        if number is None or (self.whole and number != int(number)) or not self._holds(number):
            received = value if isinstance(value, str | numbers.Real) else type(value).__name__
            raise SettingError(f"{name} cannot be used", expected=str(self), received=received)
        return int(number) if self.whole else number

    def _holds(self, number: float) -> bool:
        return self.low <= number and (number < self.high if self.below else number <= self.high)


#: Seeds: what every generator of random numbers in use here takes.
SEED = Range(0, 2**32 - 1, whole=True)


def whole(low: int, high: int) -> Range:
    """The whole numbers from ``low`` to ``high``."""
    return Range(low, high, whole=True)


def checked_seed(seed: object) -> int | None:
    """A seed as a plain number; ``None``, which stands for a new one each time, stays.

    Raises:
        SettingError: it is no whole number, or out of range.
    """
    return None if seed is None else int(SEED.check("the seed", seed))


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a real number, which may be NaN or infinite; a truth value is none."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _number(value: object, text: bool) -> float | int | None:
    """A finite number, exact where it is whole; ``None`` for everything else."""
    if isinstance(value, str) and text:
        for kind in (int, float):
            try:
                return _number(kind(value), text=False)
            except ValueError:  # also: thousands of digits
                continue
        return None
    if isinstance(value, bool):
        return None
    if isinstance(value, numbers.Integral):
        return int(value)
    # numpy's truth values are no numbers.Real; its float32 is one.
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    return None


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else f"{number:g}"
