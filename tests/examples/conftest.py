"""What the tests of the hosts' patches share: a daemon that plays, and a port that writes down."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from musicvae.live.commands.address import Command
from musicvae.live.commands.arguments import Shape
from musicvae.live.commands.table import Refusal
from musicvae.live.osc import packets
from musicvae.live.table import ADDRESSES

#: Seconds after which something that should have happened has not.
PATIENCE = 20.0

Message = tuple[str, list[Any]]
#: Starts a daemon on an artifact: ``play(path, *words) -> Playing``.
Play = Callable[..., "Playing"]


def unpacked(data: bytes) -> list[Message]:
    """The messages of a packet, bundles opened."""
    if data.startswith(b"#bundle"):
        return [message for part in OscBundle(data) for message in unpacked(part.dgram)]
    message = OscMessage(data)
    return [(message.address, list(message.params))]


def understood(message: Message) -> tuple[Command, ...]:
    """What the daemon's own table makes of a message, with eight latents on both decks."""
    address, values = message
    shapes = dict.fromkeys(("a", "b"), Shape(8, ("loudness", "brightness")))
    made = ADDRESSES.parse(packets.Message(address, tuple(values)), shapes)
    assert not isinstance(made, Refusal), (message, made.reason)
    return made


@pytest.fixture(scope="session")
def understand() -> Callable[[Message], tuple[Command, ...]]:
    """``understand(message)`` gives the daemon's commands; a message it would refuse fails."""
    return understood


def packed(address: str, values: Iterable[Any]) -> bytes:
    """A message as bytes."""
    builder = OscMessageBuilder(address=address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)


class Playing:
    """``musicvae live`` as a process, and a client of it that asks how it is."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        said = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said.append(line)
            if line.strip().startswith("stop"):
                break
        found = re.search(r"port (\d+)", "".join(said))
        assert found, self.process.communicate()[1]
        self.port = int(found[1])
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(PATIENCE)

    def send(self, address: str, *values: Any) -> None:
        """Send one message."""
        self._socket.sendto(packed(address, values), ("127.0.0.1", self.port))

    def ask(self, address: str, *values: Any, answer: str) -> list[Any]:
        """Send, and wait for an answer of that address."""
        self.send(address, *values)
        while True:
            ((heard, found),) = unpacked(self._socket.recv(65536))
            if heard == answer:
                return found

    def status(self) -> dict[str, Any]:
        """The fields of ``/status.reply``."""
        values = self.ask("/status", answer="/status.reply")
        return dict(zip(values[::2], values[1::2], strict=True))

    def get(self, address: str) -> list[Any]:
        """The values of an address, as ``/get`` answers them."""
        return self.ask("/get", address, answer="/get.reply")[1:]

    def until(self, found: Callable[[], bool]) -> None:
        """Wait for something that a host asked for to be so."""
        deadline = time.monotonic() + PATIENCE
        while not found():
            assert time.monotonic() < deadline, (self.status(), "not in time")
            time.sleep(0.02)

    def heard_all(self) -> None:
        """Whatever has been sent so far was well-formed and could be done."""
        status = self.status()
        assert (status["packets_refused"], status["messages_refused"]) == (0, 0), status

    def close(self) -> None:
        """Kill it."""
        self._socket.close()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def play() -> Iterator[Play]:
    playing: list[Playing] = []

    def begin(artifact: Path, *words: Any) -> Playing:
        command = [sys.executable, "-m", "musicvae", "live", artifact, "--port", 0, *words]
        if "--out" not in words:
            command += ["--out", "null"]
        playing.append(Playing(list(map(str, command))))
        return playing[-1]

    yield begin
    for each in playing:
        each.close()


class Listener:
    """A UDP port that keeps all it hears, and can answer as the daemon would."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.packets: list[bytes] = []
        #: What to answer to an address.
        self.answers: dict[str, Message] = {}
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(OSError):  # the socket was closed: the test is over
            while (received := self._socket.recvfrom(65536))[0]:
                data, sender = received
                self.packets.append(data)
                for address, _ in unpacked(data):
                    if address in self.answers:
                        self._socket.sendto(packed(*self.answers[address]), sender)

    @property
    def messages(self) -> list[Message]:
        """All messages so far, in order."""
        return [message for data in list(self.packets) for message in unpacked(data)]

    def until(self, count: int) -> list[Message]:
        """Wait for so many messages."""
        deadline = time.monotonic() + PATIENCE
        while len(self.messages) < count:
            assert time.monotonic() < deadline, self.messages
            time.sleep(0.01)
        return self.messages

    def close(self) -> None:
        """End; an empty packet wakes the thread."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waking:
            waking.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture
def free_port() -> int:
    """A UDP port that nobody listens on just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
