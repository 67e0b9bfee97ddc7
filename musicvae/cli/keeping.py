"""Keeps the sound alive: a process that waits, and begins it again where its process dies.

What dies is a process that was killed, or that a library brought down; an error that is told ends
both. Linux only: elsewhere a process cannot safely be forked, and the sound is on its own.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from musicvae.live.last_state import LastState
from musicvae.signals import heeded, reached

#: How often, one soon after the other, the sound is begun again; what lived longer counts anew.
MOST_DEATHS, _STEADY = 5, 30.0
#: How often it is begun again where it did not come to play, and seconds between.
MOST_FAILURES, _PAUSE = 30, 1.0
#: Seconds in which a signal reaches a process that was sent to both.
_BOTH = 0.1

#: Those of real time have no names.
_NAMED = set(signal.Signals)

_last: LastState | None = None


def last_state() -> LastState | None:
    """The state that outlives this process; ``None`` where nobody keeps it."""
    return _last


def wanted(arguments: Sequence[str]) -> bool:
    """Whether a command line is for a sound that is kept."""
    alone = "--one-process" in arguments
    return sys.platform == "linux" and [*arguments[:1]] == ["live"] and not alone


def kept(run: Callable[[], int]) -> int:
    """Run a command in a process of its own, again where that dies; before any thread has begun.

    Args:
        run: does the work, and returns the exit code.

    Returns:
        The exit code, in both processes.
    """
    global _last
    _last = LastState()
    deaths = failures = 0
    while True:
        begun, before = time.monotonic(), _last.read()
        _last.plays = False
        pid, life = _fork()
        if not pid:
            return run()
        status, asked = _wait(pid, life)
        if os.WIFEXITED(status):
            # One that has played may find its device or port taken for a while.
            failed = before is not None and not _last.plays and not asked
            failures = failures + 1 if failed else 0
            if not failed or failures > MOST_FAILURES:
                return os.WEXITSTATUS(status)
            time.sleep(_PAUSE)
            continue
        number = os.WTERMSIG(status)
        deaths = 1 if time.monotonic() - begun > _STEADY else deaths + 1
        name = signal.Signals(number).name if number in _NAMED else f"signal {number}"
        if asked or _last.read() is None or deaths > MOST_DEATHS:
            _say(f"the sound ended by {name}")
            return 128 + number
        _say(f"the sound ended by {name}, and begins again with what it played")


def _say(line: str) -> None:
    """Tell people, but never wait for a reader."""
    with suppress(OSError, ValueError):
        if select.select([], [2], [], 0)[1]:
            os.write(2, f"musicvae: {line}\n".encode())


def _fork() -> tuple[int, int]:
    """Divide: 0 in the child, in the parent its number and what it hears us by.

    The signals that ask to end wait in the parent from now on, until it takes them.
    """
    theirs, ours = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*heeded(), signal.SIGCHLD})
    if pid := os.fork():
        os.close(theirs)
        return pid, ours
    signal.pthread_sigmask(signal.SIG_SETMASK, before - {*heeded(), signal.SIGCHLD})
    os.close(ours)
    threading.Thread(target=_heed, args=(theirs,), name="keeper", daemon=True).start()
    return 0, -1


def _heed(keeper: int) -> None:
    """Take the signals that the parent was sent, and end when it has."""
    told = 0
    while data := os.read(keeper, 1):
        told += 1
        time.sleep(_BOTH)
        if told > 1 or not reached(data[0]):  # perhaps it was sent to both
            os.kill(os.getpid(), data[0])
    os.kill(os.getpid(), signal.SIGTERM)


def _wait(pid: int, life: int) -> tuple[int, bool]:
    """Wait until a child ends, and pass signals on; its status, and whether it was asked to end."""
    asked = False
    try:
        while True:
            number = signal.sigwait({*heeded(), signal.SIGCHLD})
            if number != signal.SIGCHLD:
                asked = True
                with suppress(OSError):
                    os.write(life, bytes((number,)))
                continue
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return status, asked
    finally:
        os.close(life)
