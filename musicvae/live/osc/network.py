"""The sockets, who speaks to them, and who may."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Iterable
from typing import Any, NamedTuple

from musicvae.errors import LiveError, PortInUseError, SettingError
from musicvae.live.osc.listeners import listener

#: Bytes the system keeps for us while we are busy: about a second of a heavy flood.
_BUFFER = 4 * 2**20

#: Connections that the system keeps for us until we accept them.
_BACKLOG = 16
#: How often to look for a port that is free for both, where any will do.
_TRIES = 16

_MOST_KNOWN = 256
_LOOPBACK = ("127.0.0.0/8", "::1/128")


class Peer(NamedTuple):
    """A sender, which is also where an answer goes.

    Attributes:
        host: numeric address; a link-local one names its interface behind ``%``.
        port: of the sender.
        transport: ``"udp"`` or ``"tcp"``.
    """

    host: str
    port: int
    transport: str = "udp"


#: Bytes and whom to send them to.
Answer = tuple[bytes, Peer]


def peer_of(address: tuple[Any, ...], transport: str = "udp") -> Peer:
    """The peer behind an address as sockets give it: two items for IPv4, four for IPv6."""
    if len(address) == 4 and address[3]:
        return Peer(f"{address[0]}%{address[3]}", address[1], transport)
    return Peer(address[0], address[1], transport)


class AllowList:
    """The hosts that are listened to and answered; this machine always is.

    Args:
        hosts: addresses, networks such as ``192.168.1.0/24``, or names, which are looked up once.

    Raises:
        SettingError: one of them is none of these.
    """

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self._networks = [ipaddress.ip_network(text) for text in _LOOPBACK]
        self._networks += [_network(host) for host in hosts]
        self._known: dict[str, bool] = {}  # few hosts send many packets

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


def open_sockets(bind: str, port: int, *, guarded: bool) -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket that listen on one port.

    Args:
        bind: address of the interface.
        port: 0 lets the system choose.
        guarded: whether somebody outside this machine was allowed on purpose.

    Returns:
        UDP, TCP.

    Raises:
        PortInUseError: somebody listens there already, with either of them.
        SettingError: the address is not of this machine, or would listen to the network though
            nobody there is allowed.
    """
    for left in reversed(range(_TRIES)):
        datagrams = open_socket(bind, port, guarded=guarded)
        try:
            return datagrams, _listen(bind, datagrams.getsockname()[1])
        except LiveError as error:
            datagrams.close()
            # The system chose a port that is free for UDP; for TCP it need not be.
            if port or not left or not isinstance(error, PortInUseError):
                raise
    raise AssertionError("the last try returns or raises")


def open_socket(bind: str, port: int, *, guarded: bool) -> socket.socket:
    """The UDP socket of :func:`open_sockets` alone; the same arguments and errors."""
    if not 0 <= port <= 65535:
        raise SettingError("not a port", legal="0 to 65535", received=port)
    if not guarded and not is_loopback(_address(bind)):
        raise SettingError(
            "listening to the network needs to know who may speak",
            legal="a loopback address, or at least one allowed host",
            received=f"--bind {bind}",
            mend=f"--bind {bind} --allow 192.168.1.20 (or a network: --allow 192.168.1.0/24)",
        )
    listening = socket.socket(_family(bind), socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        listening.bind((bind, port))
    except OSError as error:
        listening.close()
        raise _no_port("UDP", bind, port, error) from error
    return listening


def _listen(bind: str, port: int) -> socket.socket:
    listening = socket.socket(_family(bind), socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # Old connections linger for a minute after a restart. (On Windows the option lets
            # another program take the port away, and they do not stand in the way.)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((bind, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _no_port("TCP", bind, port, error) from error
    return listening


def _no_port(kind: str, bind: str, port: int, error: OSError) -> LiveError:
    if error.errno == errno.EADDRINUSE:
        who = listener(kind, port)
        perhaps = "" if who else ", perhaps another musicvae"
        return PortInUseError(
            f"{who or 'somebody'} listens on {kind} port {port} of {bind} already{perhaps}",
            mend=f"end that program, or choose another port: --port {port + 10}",
        )
    return LiveError(
        f"cannot listen on {kind} port {port} of {bind}",
        received=error.strerror or str(error),
        mend="--bind with an address of this machine, --port with a free one above 1023",
    )


def _family(bind: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in bind else socket.AF_INET


def _network(host: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(host, strict=False)
    except ValueError:
        return ipaddress.ip_network(_address(host))


def _address(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise SettingError(
            "no such host",
            legal="an address, a network such as 192.168.1.0/24, or a name that can be looked up",
            received=host,
        ) from error
