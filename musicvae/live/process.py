"""Settings of the whole process for the audio path, and signal handlers; both are restored."""

from __future__ import annotations

import ctypes
import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from musicvae.signals import heeded, notice

#: Seconds for which a busy Python thread may keep the interpreter while the audio thread waits.
_SWITCH_INTERVAL = 0.0005
#: Linux: lock all pages, those of later as well, each when it is first used. Without the last, all
#: that is merely reserved would be made resident, several times what is used.
_CURRENT, _FUTURE, _ON_FAULT = 1, 2, 4
#: Bit of the capability that frees from the limit on locked memory.
_CAP_IPC_LOCK = 14


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
def resident() -> Iterator[bool]:
    """Keep in memory what has been used, so that nothing is read from a disk in front of the sound.

    That needs Linux 4.4, and an unlimited ``memlock`` or the capability ``CAP_IPC_LOCK``: under a
    limit, memory could no longer be allocated once it is reached. It makes nothing resident by
    itself. What the process locked before is left alone, child processes inherit nothing.

    Yields:
        Whether the system does it.
    """
    locked = False
    if sys.platform == "linux" and _may_lock():
        with suppress(OSError, AttributeError):
            locked = ctypes.CDLL(None).mlockall(_CURRENT | _FUTURE | _ON_FAULT) == 0
    try:
        yield locked
    finally:
        if locked:
            ctypes.CDLL(None).munlockall()


def _may_lock(status: Path = Path("/proc/self/status")) -> bool:
    """Whether this process may lock memory without a limit, and has locked none."""
    import resource  # Windows has none

    try:
        fields = dict(line.split(":", 1) for line in status.read_text("ascii").splitlines())
        free = int(fields["CapEff"], 16) >> _CAP_IPC_LOCK & 1
        none = fields["VmLck"].split()[0] == "0"
    except (OSError, ValueError, KeyError):
        return False
    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    return none and bool(free or limit == resource.RLIM_INFINITY)


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
