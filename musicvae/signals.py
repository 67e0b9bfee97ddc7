"""Hears the signals that ask a program to end, even while its main thread is in a long call.

Python runs the handler of a signal between two instructions of the main thread. While that thread
is within a library written in C, the handler waits; but the number of the signal is written to a
socket at once (``signal.set_wakeup_fd``), which a thread of this module reads.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

#: The signals that ask a program to end, as far as the system has them.
ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
#: Called with the number of a signal, on a thread of this module.
Act = Callable[[int], None]


def heeded() -> tuple[signal.Signals, ...]:
    """The signals that ask to end; without SIGHUP where it is ignored, as under ``nohup``."""
    hangup = getattr(signal, "SIGHUP", None)
    ignored = hangup is not None and signal.getsignal(hangup) == signal.SIG_IGN
    return tuple(number for number in ENDING if not (ignored and number == hangup))


def notice() -> None:
    """Note that the main thread runs a handler; each handler in musicvae says so."""
    global _noticed
    _noticed = True


def noticed() -> bool:
    """Whether the main thread has run a handler: it is not within a call that never returns."""
    return _noticed


def reached(number: int) -> bool:
    """Whether a signal has reached this process, though perhaps no handler has run yet."""
    return number in _reached


class _Ears:
    """The socket that the system writes to, and the thread that reads it."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.other = -1  # whose turn it is as well, such as an event loop's
        self._heard, self.mouth = socket.socketpair()
        self.mouth.setblocking(False)
        threading.Thread(target=self._work, name="signals", daemon=True).start()

    def _work(self) -> None:
        while numbers := self._heard.recv(64):
            if self.other >= 0:
                with suppress(OSError):
                    os.write(self.other, numbers)
            for number in numbers:
                _reached.add(number)
                if number in ENDING:
                    for act in tuple(self.acts):
                        act(number)


_ears: _Ears | None = None
_noticed = False
_reached: set[int] = set()


@contextmanager
def hearing(act: Act) -> Iterator[None]:
    """Call ``act`` at once for each signal that asks to end and has a handler in Python.

    The handlers run as ever. In any thread but the main one this changes nothing.
    """
    global _ears
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if _ears is None:
        _ears = _Ears()
    ears, mine = _ears, _ears.mouth.fileno()
    before = mine

    def restore() -> None:
        with suppress(ValueError):
            ears.acts.remove(act)
        if before != mine:
            signal.set_wakeup_fd(before)
            ears.other = -1

    try:
        before = signal.set_wakeup_fd(mine, warn_on_full_buffer=False)
        if before != mine:
            ears.other = before
        ears.acts.append(act)
        yield
    finally:
        # A handler that raises may do so even here, or in Python's own code of `with`. Then this is
        # done later, by whichever thread collects the garbage; until then `other` hears as well.
        try:
            restore()
        except BaseException as error:
            with suppress(ValueError):  # only the main thread may
                restore()
            if not isinstance(error, ValueError):
                raise
