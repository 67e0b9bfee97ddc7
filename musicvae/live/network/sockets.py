"""Opens the UDP and the TCP socket that the daemon listens on."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress

from musicvae.errors import LiveError, PortInUseError, SettingError
from musicvae.live.network.peers import is_loopback, numeric_address
from musicvae.live.network.port_owner import listener

#: Bytes that the system buffers while we are busy: about a second of a heavy flood.
_BUFFER = 4 * 2**20

#: Connections that the system keeps until we accept them.
_BACKLOG = 16
#: Attempts to find a port that is free for UDP and TCP, where the system chooses.
_TRIES = 16


def open_pairs(bind: str, port: int, *, guarded: bool) -> list[tuple[socket.socket, socket.socket]]:
    """The sockets of :func:`open_sockets`, and those of ``::1`` beside this machine's IPv4 address.

    A host program that sends to ``localhost`` may mean either. Where the system has no IPv6 there
    is one pair. Arguments and errors are the same.
    """
    if bind == "localhost":
        bind = "127.0.0.1"
    for left in reversed(range(_TRIES)):
        pairs = [open_sockets(bind, port, guarded=guarded)]
        if bind not in ("127.0.0.1", "0.0.0.0") or not _has_ipv6():
            return pairs
        try:
            return [*pairs, open_sockets("::1", pairs[0][0].getsockname()[1], guarded=guarded)]
        except LiveError as error:
            for opened in pairs[0]:
                opened.close()
            if port or not left or not isinstance(error, PortInUseError):
                raise
    raise AssertionError("the last try returns or raises")


def listening_pair(bind: str, port: int, *, option: str) -> list[socket.socket]:
    """The TCP sockets of :func:`open_pairs` alone, for an address that may be listened on.

    Args:
        bind: address of the interface.
        port: 0 lets the system choose.
        option: that chooses the port, for the errors, which are those of :func:`open_sockets`.
    """
    if bind == "localhost":
        bind = "127.0.0.1"
    first = _listen(bind, port, option)
    if bind not in ("127.0.0.1", "0.0.0.0") or not _has_ipv6():
        return [first]
    try:
        return [first, _listen("::1", first.getsockname()[1], option)]
    except LiveError:
        if not port:  # the system chose one that is free for IPv4 alone
            return [first]
        first.close()
        raise


def _has_ipv6() -> bool:
    """Whether this machine has an IPv6 address of its own."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def is_free(host: str, port: int) -> bool:
    """Whether surely no program of this machine listens on a UDP port.

    Args:
        host: a loopback address.
        port: its number.
    """
    family = _family(host)
    # Some systems allow a program the address that another one has with all others.
    for address in (host, "::" if family == socket.AF_INET6 else "0.0.0.0"):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.bind((address, port))
        except OSError:
            return False
    return True


def open_sockets(bind: str, port: int, *, guarded: bool) -> tuple[socket.socket, socket.socket]:
    """Open a UDP and a TCP socket on the same port.

    Args:
        bind: address of the interface.
        port: 0 lets the system choose.
        guarded: whether the user has listed the hosts that may send. Without such a list only a
            loopback address is accepted.

    Returns:
        The UDP socket, the TCP socket.

    Raises:
        PortInUseError: another program uses the port, for UDP or TCP.
        LiveError: the address does not belong to this machine, or the port is not permitted.
        SettingError: the port is no port, the name of the address is unknown, or the address is
            open to the network though no host there is allowed.
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
    """Open only the UDP socket of :func:`open_sockets`; the same arguments and errors."""
    if not 0 <= port <= 65535:
        raise SettingError("this is not a port", expected="0 to 65535", received=port)
    if not guarded and not is_loopback(numeric_address(bind)):
        raise SettingError(
            "to listen to the network, the hosts that may send must be listed",
            expected="a loopback address, or at least one allowed host",
            received=f"--bind {bind}",
            hint=f"--bind {bind} --allow 192.168.1.20 (or a network: --allow 192.168.1.0/24)",
        )
    listening = socket.socket(_family(bind), socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        _serve_both(listening, bind)
        listening.bind((bind, port))
    except OSError as error:
        listening.close()
        raise _no_port("UDP", bind, port, error) from error
    return listening


def _listen(bind: str, port: int, option: str = "--port") -> socket.socket:
    listening = socket.socket(_family(bind), socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # After a restart, old connections occupy the port for a minute. (On Windows they do
            # not, and the option would let another program take the port away.)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _serve_both(listening, bind)
        listening.bind((bind, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _no_port("TCP", bind, port, error, option) from error
    return listening


def _serve_both(listening: socket.socket, bind: str) -> None:
    """Let ``::`` mean all addresses, those of IPv4 too; not every system does by itself."""
    if bind == "::":
        with suppress(OSError):
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)


def _no_port(kind: str, bind: str, port: int, error: OSError, option: str = "--port") -> LiveError:
    if error.errno == errno.EADDRINUSE:
        who = listener(kind, port)
        perhaps = "" if who else ", perhaps another musicvae"
        return PortInUseError(
            f"{who or 'another program'} listens on {kind} port {port} of {bind} already{perhaps}",
            hint=f"end that program, or choose another port: {option} {port + 10}",
        )
    return LiveError(
        f"cannot listen on {kind} port {port} of {bind}",
        received=error.strerror or str(error),
        hint=f"--bind with an address of this machine, {option} with a free one above 1023",
    )


def _family(bind: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in bind else socket.AF_INET
