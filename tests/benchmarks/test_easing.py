"""What the benchmark of disturbances does and counts, without a sound card."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

if not hasattr(signal, "SIGSTOP"):
    pytest.skip("this system cannot stop a process", allow_module_level=True)


@pytest.fixture
def easing(benchmark: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    return benchmark("easing")


def test_a_row_says_what_waits_on_average_and_counts_only_its_own_late_blocks(
    easing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers() -> Iterator[dict[str, float]]:
        for question in range(10_000):
            yield {"queue_ms": 4.0 if question % 2 else 6.0, "underruns": 7 + question // 50}

    asked = answers()
    monkeypatch.setattr(easing, "status", lambda port: next(asked))
    assert easing.row("then", 1) == "| then | 5.0 | 2 |"


def test_a_process_that_was_stopped_always_goes_on(
    easing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *what: sent.append(what))
    easing.disturb(123)
    assert sent == [(123, signal.SIGSTOP), (123, signal.SIGCONT)] * easing.STOPS
