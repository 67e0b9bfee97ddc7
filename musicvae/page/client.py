"""One WebSocket client: what it listens to, and what waits to be sent to it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from musicvae.live.commands.address import Values
from musicvae.live.osc.replies import message
from musicvae.page.gate import Gate

if TYPE_CHECKING:
    from aiohttp import web

#: Addresses that one client listens to.
MAX_LISTENED = 8192
#: Messages that wait for a slow reader besides values, of which the newest counts; one that has
#: more is disconnected, and connects again.
MAX_WAITING = 2048


class Client:
    """Sends from a queue, so that nobody waits for a slow reader.

    Args:
        socket: its WebSocket, prepared.
        gate: judges what it sends.

    Attributes:
        follows: whether it gets everything that the daemon says, as the page does.
    """

    def __init__(self, socket: web.WebSocketResponse, gate: Gate) -> None:
        self.socket = socket
        self.gate = gate
        self.follows = False
        self._listened: dict[str, set[str]] = {}
        self._count = 0
        self._values: dict[str, bytes] = {}
        self._others: deque[str | bytes] = deque()
        self._woken = asyncio.Event()
        self._full = False

    def listen(self, path: str, home: str) -> bool:
        """Send the values of an address from now on, under this path; whether there is room."""
        paths = self._listened.setdefault(home, set())
        if path in paths:
            return True
        if self._count >= MAX_LISTENED:
            return False
        self._count += 1
        paths.add(path)
        return True

    def ignore(self, path: str, home: str) -> None:
        """No longer send them."""
        paths = self._listened.get(home, set())
        if path in paths:
            self._count -= 1
            paths.discard(path)

    def tell(self, home: str, values: Values) -> None:
        """Send a value, if it listens to its address."""
        for path in self._listened.get(home, ()):
            self.put_value(path, message(path, *values))

    def put_value(self, key: str, packet: bytes) -> None:
        """Queue a packet that replaces an earlier one of the same key which still waits."""
        self._values[key] = packet
        self._woken.set()

    def put(self, sent: str | bytes) -> None:
        """Queue a packet, or JSON."""
        if len(self._others) >= MAX_WAITING:
            self._full = True
        else:
            self._others.append(sent)
        self._woken.set()

    async def send_all(self) -> None:
        """Send what is queued, until the socket is closed or far behind."""
        while not self.socket.closed:
            if self._full:
                await self.socket.close(code=1013, message=b"it reads too slowly")
            elif self._others or self._values:
                await self._send(self._next())
            else:
                self._woken.clear()
                await self._woken.wait()

    def _next(self) -> str | bytes:
        """What is sent next: answers first, and of a value what it is by now."""
        if self._others:
            return self._others.popleft()
        return self._values.pop(next(iter(self._values)))

    async def _send(self, one: str | bytes) -> None:
        if isinstance(one, str):
            await self.socket.send_str(one)
        else:
            await self.socket.send_bytes(one)
