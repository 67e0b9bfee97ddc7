"""Shows people what was refused, or failed, though only its sender is answered.

A program that ends when it has sent, such as ``oscsend``, never receives a reply, and many who
send from a patch do not look at replies.
"""

from __future__ import annotations

from collections.abc import Callable

#: Seconds between two texts: a patch that is wrong may send a thousand messages a second.
EVERY = 1.0


class Refusals:
    """Keeps the newest refusal until it is shown; an older one is only counted.

    Args:
        say: shows a text to people.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._newest: tuple[str, str] | None = None
        self._count = 0
        self._last = float("-inf")

    def note(self, address: str, reason: str) -> None:
        """A message to this address was refused, or failed. From any thread; never waits."""
        self._newest = (address, reason)
        self._count += 1

    def show(self, now: float) -> None:
        """Show the newest, at most once a second; on one thread.

        Args:
            now: time in seconds of any monotonic clock.
        """
        newest, count = self._newest, self._count
        if newest is None or now - self._last < EVERY:
            return
        self._newest, self._count, self._last = None, 0, now
        more = f"; {count - 1} more" if count > 1 else ""
        self._say(f"refused {': '.join(newest)}{more}")
