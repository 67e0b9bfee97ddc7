"""A gate: lets sound through that is louder than a level, and what follows for a moment."""

from __future__ import annotations

import math

from musicvae.live.limits import GATE_DBFS, GATE_RANGE, HOLD_MS

#: Seconds of the fade out.
_FALL_SECONDS = 0.05


class Gate:
    """Decides for each window; it opens within one window, and closes slowly.

    Args:
        window: seconds of a window.

    Attributes:
        dbfs: the level as last set, of the RMS of a window; at -120 it is always open.
        hold: seconds that it stays open, as last set.
        open: whether the sound of the window that was heard last is let through.
        loud: whether that window itself was loud enough.
        factor: by which the end of that window is multiplied.
    """

    def __init__(self, window: float) -> None:
        self.dbfs, self.hold = GATE_DBFS, HOLD_MS / 1000
        self.open = self.loud = False
        self.factor = 0.0
        self._window = window
        self._fall = window / _FALL_SECONDS
        self._left = 0.0
        self._threshold = _power(self.dbfs)

    def set(self, dbfs: float) -> None:
        """Set the level in dBFS."""
        self.dbfs, self._threshold = dbfs, _power(dbfs)

    def stay(self, seconds: float) -> None:
        """Set how long it stays open, in seconds."""
        self.hold = seconds

    def hear(self, power: float) -> None:
        """Hear the next window.

        Args:
            power: mean square of its samples.
        """
        self.loud = power > self._threshold or self._threshold == 0
        if self.loud:
            self._left = self.hold
        elif self._left > 0:
            self._left -= self._window
        self.open = self.loud or self._left > 0
        self.factor = 1.0 if self.open else max(0.0, self.factor - self._fall)


def _power(dbfs: float) -> float:
    return 0.0 if dbfs <= GATE_RANGE[0] else math.pow(10.0, dbfs / 10)
