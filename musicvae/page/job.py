"""What the process of the page is told to do. No web code: the daemon's process imports this."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass

from musicvae.live.limits import DEFAULT_DECKS

#: Name of the part of the link that brings the token, and of the cookie that keeps it, which is
#: seen by all programs that serve pages under the same name.
TOKEN, COOKIE = "token", "musicvae_token"
#: What the process runs.
CODE = """
from musicvae.page.process import serve
serve()
"""


@dataclass(frozen=True)
class Job:
    """What the process is to do.

    Attributes:
        port: to listen on; 0 takes any free one.
        bind: address to listen on.
        allow: hosts that may connect, besides this machine.
        token: what browsers elsewhere must know; empty where only this machine may connect.
        osc_host: where the daemon listens.
        osc_port: its port.
        decks: how many decks it has.
        spare: whether any free port will do where that one is in use.
    """

    port: int
    bind: str
    allow: tuple[str, ...]
    token: str
    osc_host: str
    osc_port: int
    decks: int = DEFAULT_DECKS
    spare: bool = False

    def line(self) -> str:
        """One line, which :func:`serve` reads."""
        return json.dumps(asdict(self)) + "\n"


def link_of(job: Job, port: int) -> str:
    """The link that people open."""
    if not job.token:
        return f"http://localhost:{port}"
    host = own_address() if job.bind in ("0.0.0.0", "::") else job.bind
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/?{TOKEN}={job.token}"


def own_address() -> str:
    """The address under which other machines see this one; 127.0.0.1 without a network."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # an address for documentation; nothing is sent
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
