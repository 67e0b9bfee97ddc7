"""Settings of the whole process for the audio path, and signal handlers; both are restored."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from musicvae.signals import heeded, notice

#: Seconds for which a busy Python thread may keep the interpreter while the audio thread waits.
_SWITCH_INTERVAL = 0.0005


@contextmanager
def steadied() -> Iterator[None]:
    """Switch threads sooner, and hide all existing objects from the garbage collector."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(interval)


@contextmanager
def on_signals(act: Callable[[], None]) -> Iterator[None]:
    """Call ``act`` for a signal that asks to end, instead of ending; main thread only.

    SIGHUP is such a signal, unless it was ignored before, as under ``nohup``.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        notice()
        act()

    before = {number: signal.signal(number, handle) for number in heeded()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
