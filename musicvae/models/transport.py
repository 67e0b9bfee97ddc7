"""Receives a file of known size over HTTPS; HTTP without TLS only from this machine."""

from __future__ import annotations

import ipaddress
from typing import IO, Any
from urllib.parse import urlsplit

from musicvae.errors import MusicVAEError, SettingError
from musicvae.version import __version__

#: Seconds that a server may stay silent.
PATIENCE = 30.0
_PIECE = 2**16


class TransportError(MusicVAEError, OSError):
    """A file cannot be received."""


def is_address(text: str) -> bool:
    """Whether a text is an address, not a path: whether it has a scheme such as ``https://``."""
    return "://" in text


def receive(address: str, most: int) -> bytes:
    """The bytes at an address.

    Redirections are followed to addresses that are allowed.

    Args:
        address: begins with ``https://``, or with ``http://`` and this machine's name.
        most: the largest size in bytes; never more is received.

    Raises:
        SettingError: the address is not allowed.
        TransportError: the server cannot be reached or refuses, or the file is larger.
    """
    check_address(address)
    from http.client import HTTPException
    from urllib.error import URLError

    try:
        with _open(address) as reply:
            data = _read(reply, most + 1)
    except (URLError, HTTPException, OSError, ValueError) as error:
        if isinstance(error, MusicVAEError):
            raise
        reason = getattr(error, "reason", None) or error
        raise TransportError(
            f"{address!r:.200} cannot be received",
            received=str(reason) or type(error).__name__,
            hint="is the network there, and the address right?",
        ) from error
    if len(data) > most:
        raise TransportError(
            f"{address!r:.200} is too large", expected=f"at most {most} bytes", received="more"
        )
    return data


def check_address(address: str) -> None:
    """Refuse all addresses but those of HTTPS, and of HTTP on this machine.

    Raises:
        SettingError: it is another, or none.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if host and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        return
    raise SettingError(
        "this address is not allowed",
        expected="https://…, or http:// on this machine, since others could change what is sent",
        received=f"{address!r:.200}",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _open(address: str) -> Any:
    """The reply of a server to a request, to be closed."""
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class Checked(HTTPRedirectHandler):
        def redirect_request(self, *args: Any) -> Any:
            check_address(args[-1])  # where the server sends us
            return super().redirect_request(*args)

    request = Request(address, headers={"User-Agent": f"musicvae/{__version__}"})
    return build_opener(Checked).open(request, timeout=PATIENCE)


def _read(reply: IO[bytes], most: int) -> bytes:
    """The bytes of a reply, but no more than ``most``."""
    pieces: list[bytes] = []
    while most > 0 and (piece := reply.read(min(_PIECE, most))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)
