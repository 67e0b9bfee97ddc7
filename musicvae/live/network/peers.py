"""Senders of packets, to which answers go, and the list of hosts that are allowed."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from musicvae.errors import SettingError

_MOST_KNOWN = 256
_LOOPBACK = ("127.0.0.0/8", "::1/128")


class Peer(NamedTuple):
    """The sender of a packet, or the receiver of an answer.

    Attributes:
        host: numeric address; a link-local one has its interface behind ``%``.
        port: the UDP or TCP port on that host.
        transport: ``"udp"`` or ``"tcp"``.
    """

    host: str
    port: int
    transport: str = "udp"


#: A packet, and the peer to send it to.
Answer = tuple[bytes, Peer]


def peer_of(address: tuple[Any, ...], transport: str = "udp") -> Peer:
    """The peer at an address as sockets return it: two items for IPv4, four for IPv6."""
    if len(address) == 4 and address[3]:
        return Peer(f"{address[0]}%{address[3]}", address[1], transport)
    return Peer(address[0], address[1], transport)


class AllowList:
    """The hosts whose packets are accepted; this machine is always among them.

    Args:
        hosts: addresses, networks such as ``192.168.1.0/24``, or names, which are looked up once.

    Raises:
        SettingError: one of them is none of these.
    """

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self._networks = [ipaddress.ip_network(text) for text in _LOOPBACK]
        self._networks += [_network(host) for host in hosts]
        self._known: dict[str, bool] = {}  # few hosts send many packets

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks in it, as they may be given again: names have been looked up."""
        return tuple(str(network) for network in self._networks)

    def __contains__(self, host: str) -> bool:
        if host not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[host] = self._allows(host)
        return self._known[host]

    def _allows(self, host: str) -> bool:
        address = ipaddress.ip_address(host.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


_THIS_MACHINE = AllowList()


def is_loopback(host: str) -> bool:
    """Whether a packet from this address comes from this machine."""
    return host in _THIS_MACHINE


def reachable(hosts: Sequence[str]) -> str:
    """The address at which a process of this machine reaches a daemon that listens on these."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(hosts[0], hosts[0])


def _network(host: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(host, strict=False)
    except ValueError:
        return ipaddress.ip_network(numeric_address(host))


def numeric_address(host: str) -> str:
    """The first numeric address of a host.

    Raises:
        SettingError: the name cannot be looked up.
    """
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise SettingError(
            "no such host",
            expected="an address, a network such as 192.168.1.0/24, or a name that is known",
            received=host,
        ) from error
