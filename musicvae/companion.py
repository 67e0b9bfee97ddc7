"""Starts a process beside a daemon, starts it again, and ends it with the daemon.

The process reads one job, a line of JSON, from its standard input, and ends when that ends. Each
line on its standard output is a JSON object: ``{"error": …}`` if it cannot begin, ``{"say": …}``
for people, ``{"trouble": …}`` for what would explain its end; anything else is for the subclass.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from musicvae import child
from musicvae.text import printable

#: Seconds that people wait at most until the process has begun; the sound plays meanwhile.
_PATIENCE = 5.0
#: Seconds that the process may take to end by itself.
_TIME_TO_END = 2.0
#: Seconds after which a process has stood the test: what ends later begins to count anew.
_STEADY = 30.0


class Companion:
    """A process beside a daemon, between ``with`` and its end.

    Nothing that happens there concerns the daemon: where the process cannot begin, that is said,
    and one that ends by itself is started again.

    Args:
        name: what it is, for people: ``"control page"``.
        code: what it runs.
        say: shows a line to people.

    Attributes:
        most_restarts: how often, one soon after the other, it is started again after it ended by
            itself.
        pause: seconds until then.
    """

    most_restarts = 5
    pause = 1.0

    def __init__(self, name: str, code: str, say: Callable[[str], None]) -> None:
        self._name = name
        self._code = code
        self._say = say
        self._trouble = ""
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()
        #: Set once the process has begun, or cannot.
        self._settled = threading.Event()
        self._thread = threading.Thread(
            target=self._work, name=f"musicvae {name}".replace(" ", "-"), daemon=True
        )

    def _line(self) -> str:
        """The job, as a line that ends."""
        raise NotImplementedError

    def _options(self) -> dict[str, Any]:
        """What ``subprocess.Popen`` is to be told beside; called before each start."""
        return {}

    def _told(self, said: dict[str, Any]) -> bool:
        """Take in a fact that the process told; returns whether it has begun by that."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def _wait(self) -> None:
        """Wait, but not for long, until the process has begun or cannot."""
        self._settled.wait(_PATIENCE)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        process = self._process
        if process is not None:
            _close(process)
            try:
                process.wait(_TIME_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join(_TIME_TO_END)

    def _work(self) -> None:
        restarts = 0
        while restarts <= self.most_restarts:
            begun = time.monotonic()
            refused = self._run()
            self._settled.set()
            if refused or self._stopping.is_set():
                return
            why = f" ({self._trouble})" if self._trouble else ""
            self._say(f"the {self._name} ended by itself{why}, and begins again")
            if self._stopping.wait(self.pause):
                return
            restarts = 1 if time.monotonic() - begun > _STEADY else restarts + 1
        self._say(f"the {self._name} ended too often; the sound goes on without it")

    def _run(self) -> bool:
        """Run the process until it ends; returns whether it said why it cannot begin."""
        try:
            process = child.start(
                self._code,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                **self._options(),
            )
        except OSError as error:
            self._say(f"no {self._name}: {error}")
            return True
        self._process = process
        self._trouble = ""
        if self._stopping.is_set():
            _close(process)
        with suppress(OSError, ValueError):  # it has ended already, or is to end
            assert process.stdin is not None  # noqa: S101
            process.stdin.write(self._line())
            process.stdin.flush()
        refused = False
        if process.stdout is not None:
            with process.stdout:
                for line in process.stdout:
                    refused |= self._hear(line)
        _close(process)
        process.wait()
        return refused

    def _hear(self, line: str) -> bool:
        """Take in a line of the process; returns whether it says that it cannot begin."""
        try:
            said = json.loads(line)
        except ValueError:  # of a library that prints
            return False
        if "say" in said:
            self._say(str(said["say"]))
        elif "trouble" in said:
            self._trouble = printable(str(said["trouble"]))
        elif "error" in said:
            self._say(f"no {self._name}: {printable(str(said['error']))}")
            self._settled.set()
            return True
        elif self._told(said):
            self._settled.set()
        return False


def _close(process: subprocess.Popen[str]) -> None:
    """End its input, which ends it."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
