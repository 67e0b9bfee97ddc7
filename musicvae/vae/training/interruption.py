"""Handles Ctrl-C while training: the first one finishes the step, the second one stops at once.

A terminal that is closed sends SIGHUP, often more than once; so each counts as a first one.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable
from types import FrameType

from musicvae.signals import ENDING, heeded, notice

#: What ``signal.signal`` takes and returns.
Handler = Callable[[int, FrameType | None], object] | int | signal.Handlers | None


class Interruption:
    """A context in which the first SIGINT or SIGTERM, and every SIGHUP, only sets :attr:`asked`.

    Every later SIGINT or SIGTERM acts as it did before, and so does SIGHUP where it was ignored, as
    under ``nohup``. Signals can be caught in the main thread alone; in any other thread the context
    changes nothing.

    Attributes:
        asked: whether a signal has asked to stop.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Handler] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in heeded()}
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def _note(self, number: int, frame: FrameType | None) -> None:
        notice()
        self.asked = True
        self._restore(self.SIGNALS)

    def _restore(self, numbers: Iterable[int] = ENDING) -> None:
        for number in numbers:
            if number in self._before:
                signal.signal(number, self._before.pop(number))
