"""A process beside a daemon, whose own tests are in those of the page."""

from __future__ import annotations

import time
from typing import Any

import pytest

from musicvae import child, companion
from musicvae.companion import Companion


class Echo(Companion):
    """A process that waits until its input ends."""

    def _line(self) -> str:
        return "a job\n"

    def _told(self, said: dict[str, Any]) -> bool:
        return True


def test_one_that_is_ended_while_it_begins_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = child.start

    def slowly(*arguments: Any, **options: Any) -> Any:
        process = begin(*arguments, **options)
        time.sleep(0.3)
        return process

    monkeypatch.setattr(child, "start", slowly)
    said: list[str] = []
    with Echo("echo", "import sys; sys.stdin.read()", said.append) as echo:
        time.sleep(0.1)
    echo._thread.join(10)
    assert not echo._thread.is_alive()
    assert echo._process is not None
    assert echo._process.poll() == 0
    assert said == []


def test_steady_ones_are_begun_again_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companion, "_STEADY", 0.0)
    monkeypatch.setattr(Companion, "pause", 0.0)
    said: list[str] = []
    with Echo("echo", "print('{}')", said.append):
        end = time.monotonic() + 60
        while len(said) < 2 * Companion.most_restarts:
            assert time.monotonic() < end
            time.sleep(0.01)
    assert set(said) == {"the echo ended by itself, and begins again"}
