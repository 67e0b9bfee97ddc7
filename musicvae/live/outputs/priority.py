"""Asks the system to prefer the thread that must be in time."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

#: A low real-time priority: the audio system itself must run above.
_FIFO = 5
_NICE = -10


def go_first() -> str:
    """Raise the priority of the calling thread, as far as the system allows.

    Returns:
        The new priority: ``"real-time 5"``, ``"nice -10"`` or ``"normal"``.
    """
    if sys.platform != "linux":
        return "normal"
    thread = threading.get_native_id()
    with suppress(OSError):
        # Threads that this one starts, such as those of a decoder, must not inherit it.
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(thread, policy, os.sched_param(_FIFO))
        return f"real-time {_FIFO}"
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, thread, _NICE)  # on Linux, of this thread alone
        return f"nice {_NICE}"
    return "normal"
