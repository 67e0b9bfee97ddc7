"""Curves from the place of a control to a value, and the steps that encoders send."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

#: How much steeper the end of ``exp`` is than a line would be.
_STEEPNESS = 4.0


def _exponential(place: float) -> float:
    return math.expm1(_STEEPNESS * place) / math.expm1(_STEEPNESS)


#: Each curve: from 0 … 1 to 0 … 1, rising. ``exp`` begins slowly and ends quickly, which suits
#: times and speeds; ``log`` is its mirror.
CURVES: dict[str, Callable[[float], float]] = {
    "lin": lambda place: place,
    "exp": _exponential,
    "log": lambda place: 1 - _exponential(1 - place),
}
#: A press goes from one end of the range to the other, and the next one back.
TOGGLE = "toggle"


def scaled(place: float, low: float, high: float, curve: str = "lin") -> float:
    """The value at a place: exactly ``low`` at 0 and ``high`` at 1; ``low`` may be the greater."""
    share = CURVES[curve](place)
    return high if share >= 1 else low + share * (high - low)


#: How encoders without ends send steps as the value of a controller, by the names that hosts use.
ENCODERS: dict[str, Callable[[int], int]] = {
    "twos": lambda raw: raw if raw < 64 else raw - 128,  # two's complement
    "offset": lambda raw: raw - 64,  # binary offset
    "signed": lambda raw: raw if raw < 64 else 64 - raw,  # the highest bit is the sign
}


def encoder_of(raws: list[int]) -> str:
    """Which encoder sent these values; empty where it may as well be a knob with ends.

    A knob never stays in place and sends; an encoder that is turned slowly sends the same step
    again and again. One that was turned up only may be of two kinds, of which ``twos`` is common.
    """
    if len(raws) < 4 or 2 * max(Counter(raws).values()) < len(raws):
        return ""
    small, around, far = range(1, 8), range(57, 72), range(121, 128)
    if any(raw in around for raw in raws):
        if all(raw in around and raw != 64 for raw in raws):
            return "offset"
        signed = all(raw in small or 65 <= raw < 72 for raw in raws)
        return "signed" if signed else ""
    return "twos" if all(raw in small or raw in far for raw in raws) else ""
