"""Announces the server in the local network, where the library ``zeroconf`` is installed.

Clients such as ossia score and Chataigne then list it by themselves.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from musicvae.page.job import own_address

NAME = "musicvae"
#: What OSCQuery and OSC servers are called.
QUERY_TYPE, OSC_TYPE = "_oscjson._tcp.local.", "_osc._udp.local."


@asynccontextmanager
async def announced(address: str, port: int, osc_port: int) -> AsyncIterator[bool]:
    """Announce both servers until the end; yields whether they are announced.

    A server that only this machine reaches is announced on this machine only.

    Args:
        address: numeric, on which both listen.
        port: of OSCQuery.
        osc_port: of OSC.
    """
    if find_spec("zeroconf") is None:
        yield False
        return
    from zeroconf import Error, NonUniqueNameException, ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

    try:
        server = AsyncZeroconf(interfaces=[address])
    except OSError:
        yield False
        return
    packed = [socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)]
    # Its own name: that of the machine belongs to the system's own responder.
    host = f"{NAME}-{port}.local."
    try:
        for kind, number in ((QUERY_TYPE, port), (OSC_TYPE, osc_port)):
            info = ServiceInfo(kind, f"{NAME} {port}.{kind}", number, addresses=packed, server=host)
            await server.async_register_service(info, allow_name_change=True)
    except (OSError, Error, NonUniqueNameException):
        await server.async_close()
        yield False
        return
    try:
        yield True
    finally:
        await server.async_unregister_all_services()
        await server.async_close()


def announcable(hosts: tuple[str, ...]) -> str:
    """The address to announce: a numeric one of the interface; of all interfaces, the own."""
    first = hosts[0]
    if first in ("0.0.0.0", "::"):
        return own_address()
    return first
