"""Limits how often something may happen in a second (a token bucket)."""

from __future__ import annotations


class Budget:
    """Allows something a number of times a second, however often it is asked.

    Args:
        per_second: the limit; also how many are allowed at once after a second of rest.
    """

    def __init__(self, per_second: float) -> None:
        self._rate = self._left = per_second
        self._last: float | None = None

    def spend(self, now: float) -> bool:
        """Whether one more is allowed now; ``now`` in seconds of any steady clock."""
        if self._last is not None:
            self._left = min(self._rate, self._left + (now - self._last) * self._rate)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
