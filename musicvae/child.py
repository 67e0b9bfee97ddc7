"""Starts Python processes of our own, and ends them with the one that started them.

A child imports from where its parent does, but never from the current folder: a file that lies
there and is called ``numpy.py`` or ``json.py`` must not run. ``python -c`` and ``python -m`` put
that folder first, ``PYTHONPATH=:`` too.

A child that reads its jobs with :func:`lines` ends when its standard input does, so it never
outlives a parent that was killed.
"""

from __future__ import annotations

import _thread
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any

#: Seconds in which a child whose parent has gone may remove what it had begun to write.
_TIME_TO_LEAVE = 1.0
#: Linux: the option of ``prctl`` that says by which signal a process ends with its parent.
_PARENT_DEATH = 1
#: How much lower the priority of background work is; the system limits the sum.
_NICER = 10
#: How much higher that of what hands wait for, and the highest; that of the rendering thread.
_PROMPTER, _PROMPTEST, _SOUND = -5, -5, -10


def command(code: str) -> list[str]:
    """The command of a child that runs this code; :func:`environment` belongs to it."""
    return [sys.executable, "-P", "-c", f"import sys\nsys.path[:] = {import_path()!a}\n{code}"]


def environment() -> dict[str, str]:
    """The variables of a child: those of this process, without paths to the current folder."""
    variables = dict(os.environ)
    named = variables.pop("PYTHONPATH", "").split(os.pathsep)
    if kept := [entry for entry in named if not _is_here(entry)]:
        variables["PYTHONPATH"] = os.pathsep.join(kept)
    return variables | {"PYTHONSAFEPATH": "1"}


def start(code: str, *, background: bool = False, **options: Any) -> subprocess.Popen[str]:
    """Start a child, with text pipes in UTF-8.

    Args:
        code: what it runs.
        background: whether it has a lower priority than this process, whatever that has.
        **options: of ``subprocess.Popen``.

    Raises:
        OSError: the system starts no process.
    """
    if background and sys.platform == "win32":
        options["creationflags"] = subprocess.BELOW_NORMAL_PRIORITY_CLASS
    elif background:
        code = f"from musicvae.child import step_back\nstep_back()\n{code}"
    return subprocess.Popen(
        command(code), env=environment(), text=True, encoding="utf-8", errors="replace", **options
    )


def import_path() -> list[str]:
    """``sys.path`` for a child: without the current folder, unless we come from there ourselves.

    Then, and where ``PYTHONPATH`` names it, it is the last: all that is installed comes before it.
    """
    kept = [os.path.abspath(entry) for entry in sys.path if not _is_here(entry)]  # noqa: PTH100
    named = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    last = [os.path.abspath(entry) for entry in named if _is_here(entry)]  # noqa: PTH100
    home = str(Path(__file__).parents[1])
    return list(dict.fromkeys([*kept, *last, home]))


def step_back() -> None:
    """Lower the priority of this process, which at its start is that of its parent."""
    with suppress(OSError):
        os.nice(_NICER)
    _leave_real_time()


def step_forward() -> None:
    """Raise the priority of this process, for which hands wait, as far as it is behind the sound.

    On Linux, and where the system allows the rendering thread more than this
    (``live/outputs/priority.py``); elsewhere it stays that of the parent. The threads that there
    are keep theirs.
    """
    if sys.platform != "linux":
        return
    _leave_real_time()
    with suppress(OSError):
        before = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, 0, _SOUND)
        os.setpriority(os.PRIO_PROCESS, 0, max(before + _PROMPTER, _PROMPTEST))


def end_with(parent: int) -> bool:
    """Let this process end when its parent does, even while it is stopped; Linux alone can.

    Args:
        parent: number of the process that started this one.

    Returns:
        Whether it lives still.
    """
    if sys.platform == "linux":
        import ctypes  # few children need it

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL)
    return sys.platform == "win32" or os.getppid() == parent


def _leave_real_time() -> None:
    """The children of a real-time process are real-time processes."""
    if sys.platform == "linux":
        with suppress(OSError):
            if os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR):
                os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def lines(leave: Callable[[], None] = lambda: None) -> Iterator[str]:
    """The lines of standard input; its end interrupts what this process does, and ends it.

    To be called once, on the main thread of a child. That thread gets a ``KeyboardInterrupt``, also
    for SIGTERM; where this changes nothing, the process is ended a second later.

    Args:
        leave: called when the input ends, on another thread.
    """
    read: SimpleQueue[str | None] = SimpleQueue()
    signal.signal(signal.SIGTERM, _interrupted)

    def watch() -> None:
        rest = b""
        # Not sys.stdin: a thread that waits inside it breaks the end of the interpreter.
        while data := os.read(0, 1 << 16):
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                read.put(line.decode("utf-8", "replace"))
        read.put(None)
        # What comes of being interrupted anywhere, such as in an import, is for nobody to read.
        sys.stderr = io.StringIO()
        leave()
        _interrupt_main()
        threading.Event().wait(_TIME_TO_LEAVE)
        os._exit(1)  # it is inside a library, which no exception reaches

    threading.Thread(target=watch, name="musicvae-parent", daemon=True).start()
    while (line := read.get()) is not None:
        yield line


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _interrupt_main() -> None:
    """Raise ``KeyboardInterrupt`` on the main thread, even where it waits, as far as possible."""
    main = threading.main_thread().ident
    if sys.platform == "win32" or main is None:
        _thread.interrupt_main(signal.SIGTERM)
    else:
        signal.pthread_kill(main, signal.SIGTERM)


def _is_here(entry: str) -> bool:
    """Whether a path to import from is the current folder; an empty one means it."""
    try:
        return not entry or os.path.samefile(entry, os.curdir)  # noqa: PTH121
    except OSError:
        return False
