"""Destroys iterators of tf.data safely while its threads still call Python functions.

These threads read ahead as long as an iterator exists. A thread that destroys an iterator
holds the interpreter lock while it waits for these threads; one of them that needs the lock waits
too, and the program hangs. So we first wait until the threads have filled their buffers and make no
more calls, which takes a few calls, since no more batches are requested: before the end of
:func:`reading`, and before the interpreter is finalised, since a global iterator of a script or
notebook exists until then. (To refuse the calls does not help: a refused call, too, has to return
into TensorFlow.)
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: The threads are quiet when there was no call for this long. A thread that goes on asks for its
#: next batch within microseconds of the last one.
QUIET_SECONDS = 0.25
#: Longest wait, in case another thread still takes batches.
LONGEST_SECONDS = 10.0


class _Calls:
    """Counts the calls that are running, and remembers when the last one ended."""

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


@contextmanager
def reading(dataset: Any) -> Iterator[Iterator[Any]]:
    """An iterator over a dataset, which may be destroyed when the block has ended.

    Args:
        dataset: a ``tf.data.Dataset``, whose Python functions are :func:`awaited_at_exit`.
    """
    batches = iter(dataset)
    try:
        yield batches
    finally:
        _CALLS.wait_until_quiet()


def awaited_at_exit(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, for tf.data: the program ends after tf.data has stopped calling it."""

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
