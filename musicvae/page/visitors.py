"""Who may use the page: a browser's requests are checked for where they come from.

A web page of a stranger can make a browser send requests to this machine: from its own origin
(cross-site), or under a name that the stranger's name server points here (DNS rebinding). So a
request must name a number or this machine as its host, and what a browser opens for a page must be
for this one.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket

from musicvae.live.network.peers import AllowList, is_loopback


class Visitors:
    """Judges requests.

    Args:
        allowed: hosts that may connect.
        token: what browsers elsewhere must know; empty where only this machine may connect.
    """

    def __init__(self, allowed: AllowList, token: str = "") -> None:
        self._allowed = allowed
        self._token = token
        name = socket.gethostname().lower()
        self._names = {"localhost", name, f"{name}.local", f"{name.partition('.')[0]}.local"}

    def refusal(self, peer: str, host: str, origin: str | None) -> str:
        """Why a request is refused; empty if it is not.

        Args:
            peer: numeric address that it comes from.
            host: its header ``Host``.
            origin: its header ``Origin``; ``None`` without one, as programs and links send it.
        """
        try:
            if peer not in self._allowed:
                return "this host is not allowed; see --allow"
        except ValueError:  # no address
            return "this host is not allowed; see --allow"
        if not self._is_here(host):
            return "the name of the host is not that of this machine"
        if origin is not None and origin.lower() != f"http://{host.lower()}":
            return "another page sent this"
        return ""

    def knows_token(self, peer: str, given: str) -> bool:
        """Whether a browser at this address may see the page, given the token that it brought."""
        if not self._token or is_loopback(peer):
            return True
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _is_here(self, host: str) -> bool:
        name = host.lower()
        if name.startswith("["):
            name = name[1:].partition("]")[0]
        elif name.count(":") < 2:
            name = name.partition(":")[0]
        if name.rstrip(".") in self._names:
            return True
        try:
            ipaddress.ip_address(name.partition("%")[0])
        except ValueError:
            return False
        return True
