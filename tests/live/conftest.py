"""A decoder without a file, and the packets that break OSC libraries."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from musicvae.artifact import ArtifactInfo, LatentInfo

RATE = 8000
SAMPLES = 4000


class SineDecoder:
    """Each latent is the loudness of a sine of 100 Hz, 200 Hz and so on."""

    def __init__(self, latent_dim: int = 3, channels: int = 1, sample_rate: int = RATE) -> None:
        latents = tuple(LatentInfo(f"sine {i}", 0, 1, -2, 2, 0.1) for i in range(latent_dim))
        self.info = ArtifactInfo(
            "clip", "test", "clip", sample_rate, channels, latent_dim, SAMPLES, latents=latents
        )
        self.calls: list[list[float]] = []

    def decode(self, latents: Any, /) -> Any:
        self.calls.append([float(value) for value in latents[0]])
        time = np.arange(SAMPLES) / self.info.sample_rate
        rows = [np.sin(2 * np.pi * 100 * (i + 1) * time) for i in range(latents.shape[1])]
        audio = (latents @ np.stack(rows)).astype(np.float32)
        return np.repeat(audio[:, :, None], self.info.channels, axis=2)


@pytest.fixture(scope="session")
def make_decoder() -> Callable[..., SineDecoder]:
    return SineDecoder


@pytest.fixture
def decoder() -> SineDecoder:
    return SineDecoder()


def packets() -> list[dict[str, str]]:
    """Nineteen packets, each of which breaks some OSC library."""
    loaded: list[dict[str, str]] = json.loads(
        Path(__file__).with_name("hostile_packets.json").read_text("utf-8")
    )
    return loaded


@pytest.fixture
def hostile_packets() -> list[bytes]:
    return [bytes.fromhex(packet["hex"]) for packet in packets()]


@pytest.fixture
def osc() -> Callable[..., bytes]:
    """Builds a message with python-osc: ``osc("/gain", -6.0)``; a pair gives the type."""

    def build(address: str, *values: Any) -> bytes:
        builder = OscMessageBuilder(address=address)
        for value in values:
            if isinstance(value, tuple):
                builder.add_arg(value[0], value[1])
            else:
                builder.add_arg(value)
        return bytes(builder.build().dgram)

    return build


class Client:
    """A sender that hears its answers."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)
        self.peer = (host, port)

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.peer)

    def receive(self) -> tuple[str, list[Any]]:
        message = OscMessage(self.socket.recv(65536))
        return message.address, list(message.params)

    def ask(self, data: bytes, address: str) -> list[Any]:
        """Send, and wait for an answer of this address; others are dropped."""
        self.send(data)
        while True:
            heard, values = self.receive()
            if heard == address:
                return values


@pytest.fixture
def make_client() -> Iterator[Callable[[int], Client]]:
    clients: list[Client] = []

    def make(port: int) -> Client:
        clients.append(Client(port))
        return clients[-1]

    yield make
    for client in clients:
        client.socket.close()
