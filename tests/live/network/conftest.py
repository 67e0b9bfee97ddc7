from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from musicvae.live.network.peers import AllowList
from tests.live.network.tcp_server import Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def make(allowed: AllowList | None = None, **limits: float) -> Server:
        servers.append(Server(allowed, **limits))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()
        assert server.receiver.faults.problem == ""
