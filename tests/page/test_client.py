from __future__ import annotations

import asyncio
from typing import Any

import pytest

from musicvae.live.osc import packets
from musicvae.live.table import ADDRESSES
from musicvae.page.client import MAX_LISTENED, MAX_WAITING, Client
from musicvae.page.gate import Gate, Shared


class Socket:
    """Keeps what is sent, and is closed once ``most`` were."""

    def __init__(self, most: int) -> None:
        self.sent: list[str | bytes] = []
        self.code = 0
        self._most = most

    @property
    def closed(self) -> bool:
        return self.code != 0 or len(self.sent) >= self._most

    async def send_bytes(self, data: bytes) -> None:
        self.sent.append(data)

    async def send_str(self, text: str) -> None:
        self.sent.append(text)

    async def close(self, code: int, message: bytes) -> None:
        self.code = code


@pytest.fixture
def made() -> tuple[Client, Socket]:
    socket: Any = Socket(3)
    return Client(socket, Gate(ADDRESSES, Shared())), socket


def test_of_values_that_wait_the_newest_is_sent(made: tuple[Client, Socket]) -> None:
    client, socket = made
    client.listen("/gain", "/deck/a/gain")
    client.listen("/deck/a/gain", "/deck/a/gain")
    client.put("first")
    for value in (-1.0, -2.0, -3.0):
        client.tell("/deck/a/gain", (value,))
        client.tell("/deck/b/gain", (value,))
    asyncio.run(client.send_all())
    assert socket.sent[0] == "first"
    heard = [packets.read(data)[0] for data in socket.sent[1:] if isinstance(data, bytes)]
    assert sorted((one.address, one.arguments) for one in heard) == [
        ("/deck/a/gain", (-3.0,)),
        ("/gain", (-3.0,)),
    ]


def test_a_value_that_changes_while_others_are_sent_is_sent_as_it_is_then(
    made: tuple[Client, Socket],
) -> None:
    client, socket = made
    client.put_value("gain", b"old")
    client.put_value("glide", b"old")
    send = socket.send_bytes

    async def changing(data: bytes) -> None:
        await send(data)
        client.put_value("glide", b"new")
        client.put("an answer")

    socket.send_bytes = changing  # type: ignore[method-assign]
    asyncio.run(client.send_all())
    assert socket.sent[:3] == [b"old", "an answer", b"new"]


def test_one_that_reads_too_slowly_is_disconnected(made: tuple[Client, Socket]) -> None:
    client, socket = made
    for _ in range(MAX_WAITING + 1):
        client.put("more")
    asyncio.run(client.send_all())
    assert (socket.code, socket.sent) == (1013, [])


def test_it_listens_to_so_many_addresses(made: tuple[Client, Socket]) -> None:
    client, _ = made
    assert all(client.listen(f"/{number}", "/deck/a/gain") for number in range(MAX_LISTENED))
    assert client.listen("/0", "/deck/a/gain")  # already
    assert not client.listen("/more", "/deck/a/gain")
    client.ignore("/0", "/deck/a/gain")
    assert client.listen("/more", "/deck/a/gain")
