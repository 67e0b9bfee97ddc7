"""Ctrl-C while training: asked for once, it waits; asked for twice, it acts."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from musicvae.vae.training.interruption import Interruption

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="raise_signal(SIGTERM) ends it")


@pytest.fixture
def calls() -> Iterator[list[int]]:
    """The numbers of the signals that reach the handlers from before."""
    reached: list[int] = []

    def note(number: int, frame: Any) -> None:
        reached.append(number)

    before = {number: signal.signal(number, note) for number in Interruption.SIGNALS}
    yield reached
    for number, handler in before.items():
        signal.signal(number, handler)


def test_nothing_is_asked_at_first(calls: list[int]) -> None:
    with Interruption() as interruption:
        assert not interruption.asked
    signal.raise_signal(signal.SIGINT)
    assert calls == [signal.SIGINT]


@pytest.mark.parametrize("number", Interruption.SIGNALS)
def test_the_first_signal_is_kept_and_the_second_acts(calls: list[int], number: int) -> None:
    with Interruption() as interruption:
        signal.raise_signal(number)
        assert interruption.asked
        assert calls == []
        signal.raise_signal(number)
        assert calls == [number]


def test_after_one_signal_the_other_kind_acts_too(calls: list[int]) -> None:
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert interruption.asked
    assert calls == [signal.SIGTERM]


def test_handlers_come_back_when_the_block_raises(calls: list[int]) -> None:
    with pytest.raises(RuntimeError), Interruption():
        raise RuntimeError
    signal.raise_signal(signal.SIGTERM)
    assert calls == [signal.SIGTERM]


def test_python_raises_at_the_second_control_c() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Interruption():
            signal.raise_signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_leave_signals_alone(calls: list[int]) -> None:
    inside, leave = threading.Event(), threading.Event()
    seen: list[Interruption] = []

    def wait() -> None:
        with Interruption() as interruption:
            seen.append(interruption)
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=wait)
    thread.start()
    assert inside.wait(30)
    signal.raise_signal(signal.SIGINT)
    leave.set()
    thread.join()
    assert calls == [signal.SIGINT]
    assert not seen[0].asked


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
class TestAClosedTerminal:
    @pytest.fixture
    def hangups(self) -> Iterator[list[int]]:
        reached: list[int] = []
        before = signal.signal(signal.SIGHUP, lambda number, frame: reached.append(number))
        yield reached
        signal.signal(signal.SIGHUP, before)

    def test_asks_to_stop_however_often_it_says_so(
        self, calls: list[int], hangups: list[int]
    ) -> None:
        with Interruption() as interruption:
            for _ in range(3):
                signal.raise_signal(signal.SIGHUP)
            assert interruption.asked
            assert hangups == []
            signal.raise_signal(signal.SIGTERM)
            assert calls == [signal.SIGTERM]
        signal.raise_signal(signal.SIGHUP)
        assert hangups == [signal.SIGHUP]

    def test_asks_for_nothing_under_nohup(self) -> None:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with Interruption() as interruption:
                signal.raise_signal(signal.SIGHUP)
                assert not interruption.asked
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        finally:
            signal.signal(signal.SIGHUP, before)
