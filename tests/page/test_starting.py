"""The process of the page beside a daemon: it begins and ends with it, and never touches it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from musicvae.artifact import ArtifactInfo
from musicvae.companion import Companion
from musicvae.errors import MissingExtraError
from musicvae.live.daemon import Daemon
from musicvae.live.last_state import LastState
from musicvae.page import starting
from musicvae.page.job import TOKEN, Job, link_of
from musicvae.page.starting import Page, check_installed


class Silence:
    """A decoder without a file."""

    def __init__(self) -> None:
        self.info = ArtifactInfo("clip", "test", "clip", 8000, 1, 3, 4000)

    def decode(self, latents: Any, /) -> Any:
        import numpy as np

        return np.zeros((len(latents), 4000, 1), np.float32)


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    with Daemon(Silence(), output="null", port=0) as running:
        yield running


def until(holds: Callable[[], bool]) -> None:
    patience = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < patience
        time.sleep(0.02)


def ask(page: Page, path: str) -> Any:
    with urllib.request.urlopen(f"{page.url}{path}", timeout=60) as answer:
        return json.load(answer) if answer.status == 200 else None


def test_whoever_has_the_link_still_has_it_after_a_death(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "is_loopback", lambda host: False)
    last = LastState()
    links: list[str] = []
    for count in (1, 2):
        with Page(daemon.parts, 0, print, links.append, last):
            until(lambda count=count: len(links) == count)  # type: ignore[misc]
    assert links[0] == links[1]
    assert f"?{TOKEN}={last.token}" in links[0]


def test_it_shows_the_daemon_comes_back_and_ends(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp, which serves the page, is not installed")
    monkeypatch.setattr(Companion, "pause", 0.0)
    said: list[str] = []
    table = daemon.parts.dispatcher._handle.table
    links: list[str] = []
    with Page(daemon.parts, 0, said.append, links.append) as page:
        until(page.wait)
        until(lambda: links == [page.url])
        until(lambda: "VALUE" in ask(page, "/deck/a/gain"))
        daemon.parts.engine.post(table.command("/gain", "a", "", (-7.0,)))
        until(lambda: ask(page, "/gain?VALUE") == {"VALUE": [-7.0]})
        assert ask(page, "/?HOST_INFO")["OSC_PORT"] == daemon.port
        if sys.platform != "win32":
            first, url = page._process, page.url
            assert first is not None
            os.kill(first.pid, signal.SIGKILL)
            until(lambda: page._process is not first and page._process is not None)
            assert said == ["the control page ended by itself, and begins again"]
            assert page.url == url

            def answers() -> bool:
                try:
                    return bool(ask(page, "/gain?VALUE") == {"VALUE": [-7.0]})
                except OSError:
                    return False

            until(answers)
        last = page._process
    assert last is not None
    assert last.poll() is not None
    assert daemon.status()["faults"] == 0
    until(lambda: len(daemon.parts.connections) == 0)


def test_what_cannot_begin_is_said_once(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    line = json.dumps({"error": "another program listens"})
    monkeypatch.setattr(starting, "CODE", f"print({line!r})")
    with Page(daemon.parts, 7702, said.append) as page:
        assert page.url == ""
        until(lambda: not page._thread.is_alive())
    assert said == ["no control page: another program listens"]


def test_it_is_not_started_for_ever(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Companion, "pause", 0.0)
    monkeypatch.setattr(Companion, "most_restarts", 1)
    monkeypatch.setattr(starting, "CODE", """print('{"trouble": "it burns"}')""")
    said: list[str] = []
    with Page(daemon.parts, 7702, said.append) as page:
        until(lambda: not page._thread.is_alive())
    again = "the control page ended by itself (it burns), and begins again"
    assert said == [again, again, "the control page ended too often; the sound goes on without it"]


def test_a_port_in_use_is_named() -> None:
    pytest.importorskip("aiohttp", reason="aiohttp, which serves the page, is not installed")
    import asyncio

    from musicvae.errors import PortInUseError
    from musicvae.page.process import _serve

    with socket.create_server(("127.0.0.1", 0)) as taken:
        job = Job(taken.getsockname()[1], "127.0.0.1", (), "", "127.0.0.1", 9)
        with pytest.raises(PortInUseError, match=r"(?s)listens on TCP port.*--page-port"):
            asyncio.run(_serve(job))


def test_where_any_port_will_do_the_last_one_is_only_preferred(daemon: Daemon) -> None:
    last, links = LastState(), list[str]()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        last.page_port = taken.getsockname()[1]
        with Page(daemon.parts, 0, print, links.append, last):
            until(lambda: bool(links))
        assert last.page_port != taken.getsockname()[1]


def test_the_link_has_a_token_only_elsewhere() -> None:
    here = Job(7702, "127.0.0.1", (), "", "127.0.0.1", 7700)
    assert link_of(here, 7702) == "http://localhost:7702"
    there = Job(7702, "192.168.1.5", ("192.168.1.0/24",), "abc", "192.168.1.5", 7700)
    assert link_of(there, 7702) == "http://192.168.1.5:7702/?token=abc"
    six = Job(7702, "fd00::5", (), "abc", "fd00::5", 7700)
    assert link_of(six, 1) == "http://[fd00::5]:1/?token=abc"
    everywhere = Job(7702, "0.0.0.0", (), "abc", "127.0.0.1", 7700)
    assert link_of(everywhere, 1).endswith(":1/?token=abc")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="aiohttp"):
        check_installed()


def test_the_daemon_imports_no_web_code() -> None:
    import subprocess

    script = (
        "import sys, musicvae.page.starting, musicvae.cli.playing; print('aiohttp' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
