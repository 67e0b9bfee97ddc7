from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.live.network.front.behind import Sound


@pytest.fixture
def sound() -> Iterator[Sound]:
    here = Sound()
    yield here
    here.end()


@pytest.fixture
def client(sound: Sound) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(10)
        sender.connect(("127.0.0.1", sound.port))
        yield sender
