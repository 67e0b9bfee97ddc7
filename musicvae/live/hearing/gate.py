"""A gate: lets sound through that is louder than a level, and what follows for a moment."""

from __future__ import annotations

import math

#: Level below which nothing is let through at first, in dBFS (RMS of a window).
DEFAULT_DBFS = -50.0
#: At this level the gate is always open.
NEVER_DBFS = -120.0
#: Seconds that it stays open behind the last loud window, at first; and of the fade out after that.
HOLD_SECONDS, _FALL_SECONDS = 0.25, 0.05


class Gate:
    """Decides for each window; it opens within one window, and closes slowly.

    Args:
        window: seconds of a window.

    Attributes:
        dbfs: the level as last set.
        hold: seconds that it stays open, as last set.
        open: whether the sound of the window that was heard last is let through.
        loud: whether that window itself was loud enough.
        factor: by which the end of that window is multiplied.
    """

    def __init__(self, window: float) -> None:
        self.dbfs, self.hold = DEFAULT_DBFS, HOLD_SECONDS
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
    return 0.0 if dbfs <= NEVER_DBFS else math.pow(10.0, dbfs / 10)
