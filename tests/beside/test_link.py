"""The connection to the daemon, with a server of the test in its place."""

from __future__ import annotations

import asyncio
from typing import Any

from musicvae.beside.link import MAX_UNSENT, Link
from musicvae.live.osc import packets
from musicvae.live.osc.framing import Deframer, Framing, encode
from musicvae.live.osc.replies import message

#: What it asks of the daemon each time.
ASKED = ["/watch", "/notify", "/spectrum"]


class Daemon:
    """Keeps what it hears, and can say something."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.writer: asyncio.StreamWriter | None = None
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.ended.clear()
        deframer = Deframer()
        try:
            while data := await reader.read(4096):
                for packet in deframer.feed(data):
                    self.heard.put_nowait(packets.read(packet)[0].address)
        finally:
            writer.close()
            self.ended.set()

    def say(self, *sent: Any) -> None:
        assert self.writer is not None
        self.writer.write(encode(message(*sent), Framing.LENGTH))


def run(test: Any) -> None:
    async def with_daemon() -> None:
        daemon = Daemon()
        server = await asyncio.start_server(daemon.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        said: asyncio.Queue[bytes] = asyncio.Queue()
        states: asyncio.Queue[bool] = asyncio.Queue()
        link = Link("127.0.0.1", port, said.put_nowait, states.put_nowait)
        task = asyncio.create_task(link.run())
        async with asyncio.timeout(60):
            await test(daemon, link, said, states)
            task.cancel()
            await daemon.ended.wait()
            server.close()
            await server.wait_closed()
            await asyncio.sleep(0)  # the transports that were closed are let go

    asyncio.run(with_daemon())


def test_it_watches_and_passes_on() -> None:
    async def test(daemon: Daemon, link: Link, said: Any, states: Any) -> None:
        assert await states.get() is True
        assert [await daemon.heard.get() for _ in ASKED] == ASKED
        daemon.say("/peak", -3.0)
        assert packets.read(await said.get())[0].address == "/peak"
        assert link.send(message("/gain", -1.0))
        assert await daemon.heard.get() == "/gain"

    run(test)


def test_it_comes_back(monkeypatch: Any) -> None:
    monkeypatch.setattr("musicvae.beside.link._AGAIN", 0.0)

    async def test(daemon: Daemon, link: Link, said: Any, states: Any) -> None:
        assert await states.get() is True
        assert [await daemon.heard.get() for _ in ASKED] == ASKED
        assert daemon.writer is not None
        daemon.writer.close()
        assert [await states.get() for _ in range(2)] == [False, True]
        assert [await daemon.heard.get() for _ in ASKED] == ASKED
        daemon.writer.write(b"HTTP/1.1 200")  # no OSC
        assert [await states.get() for _ in range(2)] == [False, True]

    run(test)


def test_nothing_is_sent_to_nobody() -> None:
    link = Link("127.0.0.1", 9, lambda packet: None)
    assert not link.send(message("/gain", -1.0))
    assert (link.dropped, link.connected) == (1, False)


def test_what_a_daemon_does_not_read_is_dropped() -> None:
    class Transport:
        def get_write_buffer_size(self) -> int:
            return MAX_UNSENT + 1

    class Writer:
        transport = Transport()

    link = Link("127.0.0.1", 9, lambda packet: None)
    link._writer = Writer()  # type: ignore[assignment]
    assert not link.send(message("/gain", -1.0))
    assert (link.dropped, link.connected) == (1, True)
