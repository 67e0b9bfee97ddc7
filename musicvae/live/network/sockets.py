"""Opens the UDP and the TCP socket that the daemon listens on."""

from __future__ import annotations

import errno
import os
import socket

from musicvae.errors import LiveError, PortInUseError, SettingError
from musicvae.live.network.peers import is_loopback, numeric_address
from musicvae.live.network.port_owner import listener

#: Bytes the system keeps for us while we are busy: about a second of a heavy flood.
_BUFFER = 4 * 2**20

#: Connections that the system keeps for us until we accept them.
_BACKLOG = 16
#: How often to look for a port that is free for both, where any will do.
_TRIES = 16


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
        raise SettingError("not a port", expected="0 to 65535", received=port)
    if not guarded and not is_loopback(numeric_address(bind)):
        raise SettingError(
            "listening to the network needs to know who may speak",
            expected="a loopback address, or at least one allowed host",
            received=f"--bind {bind}",
            hint=f"--bind {bind} --allow 192.168.1.20 (or a network: --allow 192.168.1.0/24)",
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
            hint=f"end that program, or choose another port: --port {port + 10}",
        )
    return LiveError(
        f"cannot listen on {kind} port {port} of {bind}",
        received=error.strerror or str(error),
        hint="--bind with an address of this machine, --port with a free one above 1023",
    )


def _family(bind: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in bind else socket.AF_INET
