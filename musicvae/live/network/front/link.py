"""One end of the connection between the front and the sound, as a selector watches it."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable


class Link:
    """A connected socket that is always read, and written when it can take more.

    Args:
        connected: the socket; closed by :meth:`close`.
        selector: of the thread that calls everything here.
        ready: its data for the socket: called with the events.
    """

    def __init__(
        self,
        connected: socket.socket,
        selector: selectors.BaseSelector,
        ready: Callable[[int], None],
    ) -> None:
        connected.setblocking(False)
        self.socket = connected
        self._selector = selector
        self._ready = ready
        self._watched = selectors.EVENT_READ
        selector.register(connected, self._watched, ready)

    def read(self, most: int) -> bytes | None:
        """What has come, of so many bytes: none at the end, ``None`` where nothing has come yet."""
        try:
            return self.socket.recv(most)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def wait_to_write(self, waits: bool) -> None:
        """Whether to be called, too, as soon as the system takes more."""
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if waits else 0)
        if wanted != self._watched:
            self._watched = wanted
            self._selector.modify(self.socket, wanted, self._ready)

    def close(self) -> None:
        """Close the socket, which is no longer watched."""
        self._selector.unregister(self.socket)
        self.socket.close()
