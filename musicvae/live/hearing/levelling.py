"""Brings the input slowly to the level of the music that models were trained on."""

from __future__ import annotations

import math

#: Level of that music in dBFS; the attribute ``loudness`` of the ready models has means of -17 to
#: -21.
TRAINING_DBFS = -18.0
#: Seconds of sound above the gate over which the level is measured.
_SECONDS = 8.0
#: The gain is at most so many dB up or down, and moves by at most so many dB a second.
_MOST_DB, _DB_A_SECOND = 18.0, 6.0


class Levelling:
    """Measures how loud the input is while it is above the gate, and follows slowly.

    Args:
        window: seconds of a window.

    Attributes:
        on: whether it follows; where it does not, its gain returns to 1.
        gain: the present factor.
    """

    def __init__(self, window: float) -> None:
        self.on = True
        self.gain = 1.0
        self._most = 10 ** (_MOST_DB / 20)
        self._step = 10 ** (_DB_A_SECOND * window / 20)
        self._windows = _SECONDS / window
        self._heard = 0
        self._power = 0.0

    def turn(self, on: bool) -> None:
        """Follow, or return to 1."""
        self.on = on

    def hear(self, power: float, loud: bool) -> None:
        """Hear the next window.

        Args:
            power: mean square of its samples.
            loud: whether it was above the gate; other windows are not measured.
        """
        if loud:
            self._heard += 1
            self._power += (power - self._power) / min(self._heard, self._windows)
        wanted = 1.0
        if self.on and self._power > 0:
            wanted = 10 ** (TRAINING_DBFS / 20) / math.sqrt(self._power)
            wanted = min(max(wanted, 1 / self._most), self._most)
        self.gain = min(max(wanted, self.gain / self._step), self.gain * self._step)
