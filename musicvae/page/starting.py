"""Starts the process of the page beside a daemon, and ends it with it."""

from __future__ import annotations

import json
import secrets
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from types import TracebackType
from typing import Self

from musicvae import child
from musicvae.errors import MissingExtraError
from musicvae.live.network.peers import is_loopback
from musicvae.live.parts import Parts
from musicvae.page.job import CODE, Job
from musicvae.text import printable

DEFAULT_PORT = 7702
#: Seconds that people wait for the link at most; the sound plays meanwhile.
_PATIENCE = 5.0
#: Seconds that the process may take to end by itself.
_TIME_TO_END = 2.0
#: How often the process is started again after it ended by itself, and seconds until then.
MOST_RESTARTS, PAUSE = 5, 1.0


def check_installed() -> None:
    """Raise the error that says what to install, where something is missing.

    Raises:
        MissingExtraError: aiohttp is not installed.
    """
    if find_spec("aiohttp") is None:
        raise MissingExtraError("page", "aiohttp", "the control page")


class Page:
    """The process of the page, between ``with`` and its end.

    Nothing that happens there concerns the daemon: where the page cannot be shown, that is said,
    and a process that ends by itself is started again.

    Args:
        parts: of the daemon, which plays.
        port: to listen on; 0 takes any free one.
        say: shows a line to people.
        show: called with the link, from another thread, once the process listens.

    Attributes:
        url: the link that people open; empty until the process listens.
    """

    def __init__(
        self,
        parts: Parts,
        port: int,
        say: Callable[[str], None],
        show: Callable[[str], None] = lambda url: None,
    ) -> None:
        self.url = ""
        hosts, options = parts.hosts, parts.options
        here = all(is_loopback(host) for host in hosts)
        self._job = Job(
            port,
            options.bind,
            tuple(options.allow),
            "" if here else secrets.token_urlsafe(12),
            {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(hosts[0], hosts[0]),
            parts.port,
        )
        self._say = say
        self._show = show
        self._trouble = ""
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._work, name="musicvae-page", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def wait(self) -> bool:
        """Wait, but not for long, until the process listens or cannot; whether it listens."""
        return self._settled.wait(_PATIENCE) and bool(self.url)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        process = self._process
        if process is not None:
            _close(process)
            try:
                process.wait(_TIME_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join(_TIME_TO_END)

    def _work(self) -> None:
        for _ in range(1 + MOST_RESTARTS):
            refused = self._run()
            self._settled.set()
            if refused or self._stopping.is_set():
                return
            why = f" ({self._trouble})" if self._trouble else ""
            self._say(f"the control page ended by itself{why}, and begins again")
            if self._stopping.wait(PAUSE):
                return
        self._say("the control page ended too often; the sound goes on without it")

    def _run(self) -> bool:
        """Run the process until it ends; returns whether it said why it cannot begin."""
        try:
            process = child.start(
                CODE,
                background=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            self._say(f"no control page: {error}")
            return True
        self._process = process
        if self._stopping.is_set():
            _close(process)
        with suppress(OSError):
            assert process.stdin is not None  # noqa: S101
            process.stdin.write(self._job.line())
            process.stdin.flush()
        refused = False
        if process.stdout is not None:
            with process.stdout:
                for line in process.stdout:
                    refused |= self._hear(line)
        _close(process)
        process.wait()
        return refused

    def _hear(self, line: str) -> bool:
        """Take in a line of the process; returns whether it says that it cannot begin."""
        try:
            said = json.loads(line)
        except ValueError:  # of a library that prints
            return False
        if "error" in said:
            self._say(f"no control page: {printable(str(said['error']))}")
        elif "trouble" in said:
            self._trouble = str(said["trouble"])
            return False
        elif not self.url and "url" in said:
            self.url = str(said["url"])
            self._job = replace(self._job, port=int(said["port"]))  # the same one after a restart
            self._show(self.url)
        self._settled.set()
        return "error" in said


def _close(process: subprocess.Popen[str]) -> None:
    """End its input, which ends it."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
