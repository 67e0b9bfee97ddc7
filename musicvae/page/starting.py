"""Starts the process of the page beside a daemon, and ends it with it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from musicvae.companion import Companion
from musicvae.errors import MissingExtraError
from musicvae.live.last_state import LastState
from musicvae.live.network.peers import is_loopback, reachable
from musicvae.live.parts import Parts
from musicvae.page.job import CODE, Job


def check_installed() -> None:
    """Raise the error that says what to install, where something is missing.

    Raises:
        MissingExtraError: aiohttp is not installed.
    """
    if find_spec("aiohttp") is None:
        raise MissingExtraError("page", "aiohttp", "the control page")


class Page(Companion):
    """The process of the page, between ``with`` and its end.

    Args:
        parts: of the daemon, which plays.
        port: to listen on; 0 takes any free one.
        say: shows a line to people.
        show: called with the link, from another thread, once the process listens.
        last: where the link is the same for all processes that are begun again; ``None`` without.

    Attributes:
        url: the link that people open; empty until the process listens.
    """

    def __init__(
        self,
        parts: Parts,
        port: int,
        say: Callable[[str], None],
        show: Callable[[str], None] = lambda url: None,
        last: LastState | None = None,
    ) -> None:
        super().__init__("control page", CODE, say)
        self.url = ""
        hosts, options = parts.hosts, parts.options
        here = all(is_loopback(host) for host in hosts)
        token = secrets.token_urlsafe(12) if last is None else last.token
        self._last = last
        self._job = Job(
            port if port or last is None else last.page_port,
            options.bind,
            tuple(options.allow),
            "" if here else token,
            reachable(hosts),
            parts.port,
            len(parts.engine.decks),
            spare=port == 0,
        )
        self._show = show

    def wait(self) -> bool:
        """Wait, but not for long, until the process listens or cannot; whether it listens."""
        self._wait()
        return bool(self.url)

    def _line(self) -> str:
        return self._job.line()

    def _told(self, said: dict[str, Any]) -> bool:
        if "url" in said and not self.url:
            self.url = str(said["url"])
            self._job = replace(self._job, port=int(said["port"]))  # the same one after a restart
            if self._last is not None:
                self._last.page_port = self._job.port
            self._show(self.url)
        return True
