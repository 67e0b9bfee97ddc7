"""Signals are heard at once, whatever the main thread is doing."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from musicvae.signals import ENDING, hearing, heeded

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")


@pytest.fixture(autouse=True)
def handled() -> Iterator[list[int]]:
    """The numbers that the handlers in Python were called with."""
    numbers: list[int] = []
    kinds = (*ENDING, signal.SIGUSR1)
    before = {n: signal.signal(n, lambda number, frame: numbers.append(number)) for n in kinds}
    yield numbers
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING, ids=str)
def test_a_signal_is_heard_before_its_handler_runs(number: int, handled: list[int]) -> None:
    heard, order = threading.Event(), []

    def act(signalled: int) -> None:
        order.append(signalled)
        heard.set()

    with hearing(act):
        os.kill(os.getpid(), number)
        assert heard.wait(30)
    assert order == [number]
    assert handled == [number]


def test_other_signals_are_not(handled: list[int]) -> None:
    heard: list[int] = []
    last = threading.Event()

    def act(number: int) -> None:
        heard.append(number)
        last.set()

    with hearing(act):
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGINT)
        assert last.wait(30)
    assert heard == [signal.SIGINT]


def test_several_may_listen_and_all_is_as_before() -> None:
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    heard: list[str] = []
    last = threading.Event()

    def act(number: int) -> None:
        heard.append("outer")
        last.set()

    with hearing(act):
        with hearing(lambda number: heard.append("inner")):
            pass
        os.kill(os.getpid(), signal.SIGINT)
        assert last.wait(30)
    assert heard == ["outer"]
    assert signal.set_wakeup_fd(before) == before


def test_an_event_loop_that_listens_hears_it_too() -> None:
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)
    before = signal.set_wakeup_fd(mouth.fileno())
    try:
        with hearing(lambda number: None):
            os.kill(os.getpid(), signal.SIGTERM)
            assert ear.recv(1) == bytes([signal.SIGTERM])
        assert signal.set_wakeup_fd(before) == mouth.fileno()
    finally:
        signal.set_wakeup_fd(before)
        ear.close()
        mouth.close()


def test_other_threads_hear_nothing_and_change_nothing() -> None:
    found: list[int] = []

    def listen() -> None:
        with hearing(found.append):
            pass

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert found == []


def test_what_was_ignored_at_the_start_is_not_heeded() -> None:
    assert heeded() == ENDING
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        assert heeded() == (signal.SIGINT, signal.SIGTERM)
