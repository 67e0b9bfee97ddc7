"""The UDP socket, and who may speak to it."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable

from musicvae.errors import LiveError, PortInUseError, SettingError

#: Bytes the system keeps for us while we are busy: about a second of a heavy flood.
_BUFFER = 4 * 2**20

_MOST_KNOWN = 256
_LOOPBACK = ("127.0.0.0/8", "::1/128")


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


def is_loopback(host: str) -> bool:
    """Whether a packet from this address comes from this machine."""
    return host in AllowList()


def open_socket(bind: str, port: int, *, guarded: bool) -> socket.socket:
    """A UDP socket that listens.

    Args:
        bind: address of the interface.
        port: 0 lets the system choose.
        guarded: whether somebody outside this machine was allowed on purpose.

    Raises:
        PortInUseError: somebody listens there already.
        SettingError: the address is not of this machine, or would listen to the network though
            nobody there is allowed.
    """
    if not 0 <= port <= 65535:
        raise SettingError("not a port", legal="0 to 65535", received=port)
    if not guarded and not is_loopback(_address(bind)):
        raise SettingError(
            "listening to the network needs to know who may speak",
            legal="a loopback address, or at least one allowed host",
            received=f"--bind {bind}",
            mend=f"--bind {bind} --allow 192.168.1.20 (or a network: --allow 192.168.1.0/24)",
        )
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        listening.bind((bind, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"somebody listens on UDP port {port} of {bind} already, perhaps another musicvae",
                mend=f"end that program, or choose another port: --port {port + 10}",
            ) from error
        raise LiveError(
            f"cannot listen on UDP port {port} of {bind}",
            received=error.strerror or str(error),
            mend="--bind with an address of this machine, --port with a free one above 1023",
        ) from error
    return listening


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
