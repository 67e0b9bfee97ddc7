"""Hears when the level of the input runs away, as it does where a loudspeaker is heard again."""

from __future__ import annotations

import math

#: Seconds of a measurement; how many in turn must not be quieter than the one before.
_SECONDS, _IN_TURN = 0.1, 12
#: They are all above this level in dBFS, and fall by no more than so many dB. Music and speech at
#: that level are never so even for more than a second; feedback is.
_DBFS, _EVEN_DB = -12.0, 0.5
#: Seconds until the gain returns, once the level was normal for so long.
_REST = 5.0


class RunAway:
    """Tells whether the input is to be lowered.

    Args:
        window: seconds of a window.

    Attributes:
        on: whether it listens.
        ducked: whether the input is to be lowered.
        count: how often it was.
    """

    def __init__(self, window: float) -> None:
        self.on = self.ducked = False
        self.count = 0
        self._windows = max(1, round(_SECONDS / window))
        self._rest = round(_REST / (self._windows * window))
        self._loud, self._even = math.pow(10, _DBFS / 10), math.pow(10, -_EVEN_DB / 10)
        self._sum, self._heard = 0.0, 0
        self._before = 0.0
        self._in_turn = self._quiet = 0

    @property
    def left(self) -> int:
        """How many windows it hears until it may change its mind, the last one included."""
        return self._windows - self._heard

    def turn(self, on: bool) -> None:
        """Listen, or let the input be."""
        self.on = on

    def hear(self, power: float) -> None:
        """Hear the next window.

        Args:
            power: mean square of its samples, before it is lowered.
        """
        self._sum += power
        self._heard += 1
        if self._heard < self._windows:
            return
        level, self._sum, self._heard = self._sum / self._windows, 0.0, 0
        runs = level > self._loud and level > self._before * self._even
        self._in_turn = self._in_turn + 1 if runs else 0
        self._before = level
        self._quiet = 0 if level > self._loud else self._quiet + 1
        if self.on and not self.ducked and self._in_turn >= _IN_TURN:
            self.ducked = True
            self.count += 1
        elif self.ducked and (not self.on or self._quiet >= self._rest):
            self.ducked = False
