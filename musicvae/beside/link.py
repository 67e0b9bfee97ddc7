"""The connection to the daemon: OSC over TCP, opened again whenever it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from musicvae.errors import PacketError
from musicvae.live.osc.framing import Deframer, Framing, encode
from musicvae.live.osc.replies import message

#: Seconds until the next attempt to connect.
_AGAIN = 0.5
#: Bytes that wait for a daemon which does not read; beyond that packets are dropped.
MAX_UNSENT = 256 * 1024
_READ = 64 * 1024


class Link:
    """Keeps one connection to the daemon, which watches it and is told of its output.

    Args:
        host: of the daemon.
        port: its OSC port.
        hear: called with each packet of the daemon.
        changed: called with whether there is a connection, when that changes.
        notified: whether it also wants the status, levels and spectrum.

    Attributes:
        dropped: packets that could not be sent.
    """

    def __init__(
        self,
        host: str,
        port: int,
        hear: Callable[[bytes], None],
        changed: Callable[[bool], None] = lambda _: None,
        *,
        notified: bool = True,
    ) -> None:
        self.dropped = 0
        self._place = host, port
        self._hear = hear
        self._changed = changed
        self._notified = notified
        self._writer: asyncio.StreamWriter | None = None

    @property
    def connected(self) -> bool:
        """Whether packets can be sent."""
        return self._writer is not None

    async def run(self) -> None:
        """Connect, listen, and connect again; until it is cancelled."""
        while True:
            try:
                reader, self._writer = await asyncio.open_connection(*self._place)
            except OSError:
                await asyncio.sleep(_AGAIN)
                continue
            try:
                self.send(message("/watch", 1))
                if self._notified:
                    self.send(message("/notify", 1))
                    self.send(message("/spectrum", 1))
                self._changed(True)
                await self._listen(reader)
            except (OSError, PacketError):
                pass  # connected again below
            finally:
                writer, self._writer = self._writer, None
                writer.close()
                self._changed(False)
            await asyncio.sleep(_AGAIN)

    def send(self, packet: bytes) -> bool:
        """Send a packet; returns whether it was: there is a connection, and the daemon reads."""
        writer = self._writer
        if writer is None or writer.transport.get_write_buffer_size() > MAX_UNSENT:
            self.dropped += 1
            return False
        writer.write(encode(packet, Framing.LENGTH))
        return True

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        deframer = Deframer()
        while data := await reader.read(_READ):
            for packet in deframer.feed(data):
                self._hear(packet)
