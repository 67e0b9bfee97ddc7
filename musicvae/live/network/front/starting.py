"""Starts the front, and again where it ends by itself."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any

from musicvae.companion import Companion
from musicvae.live.network.front.process import CODE, Job
from musicvae.live.network.peers import AllowList

#: Bytes that the system holds on the way up, where all would wait for a flood, and on that down.
_UP, _DOWN = 8 * 1024, 1024 * 1024
#: Seconds until another one begins, where one did not begin: at first, and at most.
_FIRST_PAUSE, _MOST_PAUSE = 0.05, 1.0


class FrontProcess(Companion):
    """The front, between ``with`` and its end.

    Args:
        datagrams: bound UDP sockets, of which it gets copies.
        listening: TCP sockets that listen, likewise.
        allowed: hosts that may send.
        connected: given our end of the connection to each front that is started, and closes it.
        say: shows a line to people.
    """

    most_restarts = sys.maxsize

    def __init__(
        self,
        datagrams: Sequence[socket.socket],
        listening: Sequence[socket.socket],
        allowed: AllowList,
        connected: Callable[[socket.socket], None],
        say: Callable[[str], None],
    ) -> None:
        super().__init__("network process", CODE, say)
        self.pause = 0.0
        self._datagrams, self._listening = [*datagrams], [*listening]
        self._networks = allowed.networks
        self._connected = connected
        self._theirs: socket.socket | None = None
        self._began = False

    def let_go(self) -> None:
        """It may end from now on, and is not started again."""
        self._stopping.set()

    def _run(self) -> bool:
        """As in the class above, but tried again whatever is wrong: without it nobody is heard."""
        self._began = False
        try:
            super()._run()
        except Exception as error:  # noqa: BLE001 - said by the caller
            self._trouble = repr(error)
        if self._theirs is not None:
            self._theirs.close()  # where none was started
        if not self._stopping.is_set():
            self.pause = 0.0 if self._began else min(_MOST_PAUSE, 2 * self.pause or _FIRST_PAUSE)
        return False

    def kill(self) -> None:
        """End it at once, since it hangs; it is started again."""
        process = self._process
        if process is not None:
            process.kill()

    def _options(self) -> dict[str, Any]:
        ours, self._theirs = socket.socketpair()
        self._theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UP)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _DOWN)
        self._connected(ours)
        passed = (self._theirs, *self._datagrams, *self._listening)
        return {"pass_fds": [each.fileno() for each in passed]}

    def _line(self) -> str:
        assert self._theirs is not None  # noqa: S101
        with self._theirs as theirs:  # the front has it now
            return Job(
                theirs.fileno(),
                tuple(each.fileno() for each in self._datagrams),
                tuple(each.fileno() for each in self._listening),
                self._networks,
                os.getpid(),
            ).line()

    def _told(self, said: dict[str, Any]) -> bool:
        self._began = "ready" in said
        return self._began


def possible() -> bool:
    """Whether the system passes sockets on to another process, as this does it."""
    return sys.platform != "win32"
