"""An orderly end for Python functions that tf.data calls from its own threads."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: Longer than reading any batch takes, in seconds.
_PATIENCE = 5.0


def awaited_at_exit(function: Callable[P, R]) -> Callable[P, R]:
    """``function``, which the end of the interpreter waits for and which does not begin after it.

    tf.data reads ahead on threads that Python does not know. One that is still inside Python code
    when the interpreter is taken down crashes the process after its work is done.

    Raises:
        RuntimeError: at a call after the end has begun.
    """
    idle = threading.Condition()
    running, ended = 0, False

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        nonlocal running
        with idle:
            if ended:
                raise RuntimeError("the interpreter is ending")
            running += 1
        try:
            return function(*args, **kwargs)
        finally:
            with idle:
                running -= 1
                idle.notify_all()

    def end() -> None:
        nonlocal ended
        with idle:
            ended = True
            idle.wait_for(lambda: running == 0, _PATIENCE)

    atexit.register(end)
    return guarded
