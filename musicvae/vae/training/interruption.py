"""Handles Ctrl-C while training: the first one finishes the step, the second one stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

#: What ``signal.signal`` takes and returns.
Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers | None


class Interruption:
    """A context in which the first SIGINT or SIGTERM only sets :attr:`asked`.

    Every later signal acts as it did before. Signals can be caught in the main thread alone; in any
    other thread the context changes nothing.

    Attributes:
        asked: whether a signal has asked to stop.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Handler] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in self.SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        self._restore()

    def _restore(self) -> None:
        while self._before:
            number, handler = self._before.popitem()
            signal.signal(number, handler)
