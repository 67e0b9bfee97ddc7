"""Runs a command as a process: its streams, its signals, and an end that waits for nothing."""

from __future__ import annotations

import atexit
import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from musicvae import standard_streams
from musicvae.signals import hearing, heeded, notice, noticed, reached

#: Seconds that the main thread may need to notice that it shall end.
_NOTICE = 5.0
#: Exit code of a program that was ended by a signal, less the signal's number.
_BY_SIGNAL = 128
#: What a terminal that closes sends, more than once; Windows has none.
_HANGUP = getattr(signal, "SIGHUP", None)


class EndingError(KeyboardInterrupt):
    """A signal other than Ctrl-C asked the program to end.

    Args:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__()


class Command(Protocol):
    """What a process does.

    Attributes:
        prints_only: whether all its work is to print, so that nothing of it may be dropped.
    """

    prints_only: bool

    def parse(self) -> None:
        """Read its options; ends with ``SystemExit`` after ``--help`` or wrong usage."""

    def __call__(self) -> int:
        """Do it; returns the exit code."""


def run(command: Command) -> int:
    """Run a command, the only one of this process.

    Args:
        command: does the work.

    Returns:
        The exit code: that of the command, unless it prints only and could not.
    """
    outlets = standard_streams.install()
    atexit.register(outlets.drain)  # a traceback comes after everything else
    with _signals():
        try:
            command.parse()
            for outlet in outlets:
                outlet.lossless = command.prints_only
            code = command()
        except SystemExit as ended:  # argparse, after --help or wrong usage
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        outlets.drain(None if command.prints_only else standard_streams.PATIENCE)
        if command.prints_only and outlets.output.error is not None:
            code = _not_printed(outlets.output.error)
            outlets.drain()
    if any(thread.name.startswith("musicvae-") for thread in threading.enumerate()):
        # A call that does not return is in its way; everything is saved.
        os._exit(code)
    return code


def _not_printed(error: Exception) -> int:
    """The exit code of a filter whose reader is gone, or whose disk is full."""
    if getattr(error, "errno", None) == errno.EPIPE:
        return _BY_SIGNAL + int(getattr(signal, "SIGPIPE", 13))
    print(f"musicvae: cannot print: {error}", file=sys.stderr)
    return 1


@contextmanager
def _signals() -> Iterator[None]:
    """Each signal that asks to end raises ``KeyboardInterrupt``; a second one ends at once."""
    before = {number: signal.signal(number, _raise) for number in heeded()}
    try:
        with hearing(_Impatience()):
            yield
    finally:
        for number, handler in before.items():
            # After a first signal the process is ending anyway, and its exit code stays.
            again = number == _HANGUP and (noticed() or reached(number))
            signal.signal(number, signal.SIG_IGN if again else handler)


def _raise(number: int, frame: FrameType | None) -> None:
    again = number == _HANGUP and noticed()
    notice()
    if again:
        return
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise EndingError(number)


class _Impatience:
    """Ends the process at a second signal, or if the main thread does not notice the first.

    A terminal that closes sends more than one SIGHUP, so that counts as a first one only.
    """

    def __init__(self) -> None:
        self._signals = 0

    def __call__(self, number: int) -> None:
        if self._signals and number == _HANGUP:
            return
        self._signals += 1
        if self._signals > 1:
            os._exit(_BY_SIGNAL + number)
        if signal.getsignal(number) is _raise:
            threading.Thread(target=self._wait, args=(number,), name="ending", daemon=True).start()

    def _wait(self, number: int) -> None:
        time.sleep(_NOTICE)
        if not noticed():
            os._exit(_BY_SIGNAL + number)
