"""Counts errors that were caught so that the sound goes on."""

from __future__ import annotations


class Faults:
    """Errors that one part of the daemon caught; written by its thread, read by any.

    Attributes:
        count: how many.
        problem: what the newest one was, in a line; empty before the first.
    """

    def __init__(self) -> None:
        self.count = 0
        self.problem = ""

    def note(self, where: str, error: BaseException) -> None:
        """Count an error.

        Args:
            where: what failed: an address, a model, a callback, a part of the daemon.
            error: what was raised.
        """
        said = " ".join(str(error).split())
        self.problem = f"{where}: {type(error).__name__}{': ' * bool(said)}{said}"
        self.count += 1
