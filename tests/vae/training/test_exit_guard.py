"""The end of a program waits for tf.data's threads, and not for ever."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from musicvae.vae.training import exit_guard
from musicvae.vae.training.exit_guard import awaited_at_exit, reading


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A guard of its own for the test, which is quiet after 20 ms and gives up after 10 s."""
    calls = exit_guard._Calls()
    monkeypatch.setattr(exit_guard, "_CALLS", calls)
    monkeypatch.setattr(exit_guard, "QUIET_SECONDS", 0.02)
    return calls


def test_the_function_stays_what_it_is(guard: Any) -> None:
    function = awaited_at_exit(lambda a, b=1: (a, b))
    assert function(2) == (2, 1)
    assert function(2, b=3) == (2, 3)


def test_a_program_that_never_called_is_quiet(guard: Any) -> None:
    assert guard.quiet()


def test_while_a_call_runs_it_is_not_quiet(guard: Any) -> None:
    seen: list[bool] = []
    awaited_at_exit(lambda: seen.append(guard.quiet()))()
    assert seen == [False]


def test_after_the_last_call_it_waits_for_the_next(
    guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    awaited_at_exit(lambda: None)()
    assert not guard.quiet()
    now[0] += 0.019
    assert not guard.quiet()
    now[0] += 0.002
    assert guard.quiet()


def test_a_call_that_fails_is_over_too(guard: Any) -> None:
    def fail() -> None:
        raise KeyError("a track")

    with pytest.raises(KeyError, match="a track"):
        awaited_at_exit(fail)()
    assert guard.running == 0
    assert guard.last > 0


def test_calls_in_several_threads_are_all_awaited(guard: Any) -> None:
    leave = [threading.Event(), threading.Event()]
    inside = threading.Barrier(3)

    def call(event: threading.Event) -> None:
        inside.wait(30)
        event.wait(30)

    threads = [threading.Thread(target=awaited_at_exit(call), args=(event,)) for event in leave]
    for thread in threads:
        thread.start()
    inside.wait(30)
    assert guard.running == 2
    leave[0].set()
    threads[0].join()
    assert guard.running == 1
    assert not guard.quiet()
    waiting = threading.Thread(target=guard.wait_until_quiet)
    waiting.start()
    assert waiting.is_alive()
    leave[1].set()
    threads[1].join()
    waiting.join(30)
    assert not waiting.is_alive()
    assert guard.running == 0


def test_it_does_not_wait_for_ever(guard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", sleep)
    guard.running = 1  # a call that never ends
    guard.wait_until_quiet()
    assert now[0] == pytest.approx(exit_guard.LONGEST_SECONDS, abs=0.1)


def test_reading_ends_after_the_threads_have_stopped_calling(guard: Any) -> None:
    """Or the iterator would be destroyed while a thread asks for the interpreter: both wait."""
    begun, go = threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        go.wait(10)

    thread = threading.Thread(target=awaited_at_exit(call))
    with reading([1, 2]) as batches:
        thread.start()
        assert begun.wait(10)
        assert next(batches) == 1
        threading.Timer(0.1, go.set).start()
    assert go.is_set()
    assert guard.quiet()
    thread.join()
