"""Python functions that tf.data calls from its own threads, and the end of the program.

tf.data's threads read ahead as long as an iterator lives, and a script's or notebook's global
iterator lives until the interpreter is torn down. A thread that asks for the interpreter then waits
for ever, and TensorFlow, which destroys the iterator, waits for the thread: the program hangs at
its end. So, while the interpreter is still whole, we wait until the threads have filled their
buffers and fall quiet, which they do within a few calls, as nobody takes batches any more. (To
refuse the calls instead does not help: a refused call, too, has to come back into TensorFlow.)
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: The threads are quiet when no call came for so long. They ask for the next batch within
#: microseconds of the last.
QUIET_SECONDS = 0.25
#: Not longer, in case somebody's thread goes on to take batches.
LONGEST_SECONDS = 10.0


class _Calls:
    """Counts the calls that run, and remembers when the last one ended."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running = 0
        self.last = float("-inf")

    def wait_until_quiet(self) -> None:
        end = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end and not self.quiet():
            time.sleep(0.01)

    def quiet(self) -> bool:
        with self.lock:
            return not self.running and time.monotonic() - self.last > QUIET_SECONDS


_CALLS = _Calls()
atexit.register(_CALLS.wait_until_quiet)


def awaited_at_exit(function: Callable[P, R]) -> Callable[P, R]:
    """The same function; the program does not end before tf.data has stopped calling it."""

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with _CALLS.lock:
            _CALLS.running += 1
        try:
            return function(*args, **kwargs)
        finally:
            with _CALLS.lock:
                _CALLS.running -= 1
                _CALLS.last = time.monotonic()

    return call
