from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from musicvae.errors import DeviceError
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.work import Work
from musicvae.live.housekeeping import Housekeeper


class Voice:
    """Stands for one that has decoded for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.work = Work(seconds=seconds)


class Recording:
    """Stands for the recordings; drains what it was told to."""

    def __init__(self) -> None:
        self.drains: list[Any] = []
        self.recorder: object | None = None
        self.drained = self.finished = 0

    def drain(self) -> DeviceError | None:
        self.drained += 1
        result = self.drains.pop(0) if self.drains else None
        if isinstance(result, ZeroDivisionError):
            raise result
        assert result is None or isinstance(result, DeviceError)
        return result

    def finish(self) -> None:
        self.finished += 1


class Told:
    """What subscribers were told."""

    def __init__(self) -> None:
        self.messages: list[tuple[Any, ...]] = []

    def __call__(self, *message: Any) -> None:
        self.messages.append(message)

    def wait_for(self, address: str, count: int) -> list[tuple[Any, ...]]:
        while True:
            found = [message for message in self.messages if message[0] == address]
            if len(found) >= count:
                return found
            time.sleep(0.005)


@pytest.fixture
def recording() -> Recording:
    return Recording()


@pytest.fixture
def told() -> Told:
    return Told()


def housekeeper(recording: Any, told: Told, engine: Engine | None = None) -> Housekeeper:
    return Housekeeper(engine or Engine(8000), recording, told, lambda: ["level", -3.5])


def test_status_and_levels_are_told_in_turn(recording: Recording, told: Told) -> None:
    engine = Engine(8000)
    engine.peaks[:] = 0.5, 0.0
    keeping = housekeeper(recording, told, engine)
    keeping.start()
    assert told.wait_for("/status.reply", 2)[0] == ("/status.reply", "level", -3.5)
    assert told.wait_for("/peak", 2)[0] == ("/peak", pytest.approx(-6.02, abs=0.01), -120)
    keeping.stop()
    # Every second round tells; every round writes.
    assert recording.drained >= 2 * len(told.messages) // 2


def test_why_a_recording_ended_is_told_once(recording: Recording, told: Told) -> None:
    recording.drains = [None, DeviceError("the disk is full")]
    keeping = housekeeper(recording, told)
    keeping.start()
    told.wait_for("/peak", 3)
    keeping.stop()
    assert told.wait_for("/fail", 1) == [("/fail", "/record/start", "the disk is full.")]


def test_a_mistake_of_ours_is_counted_and_the_rounds_go_on(
    recording: Recording, told: Told
) -> None:
    recording.drains = [ZeroDivisionError(), ZeroDivisionError()]
    keeping = housekeeper(recording, told)
    keeping.start()
    told.wait_for("/peak", 2)
    keeping.stop()
    assert keeping.faults == 2


def test_the_end_finishes_a_recording(recording: Recording, told: Told) -> None:
    keeping = housekeeper(recording, told)
    keeping.start()
    recording.recorder = object()
    keeping.stop()
    assert recording.finished == 1
    idle = housekeeper(Recording(), told)
    idle.stop()  # never begun
    assert threading.active_count() >= 1


def test_the_load_is_the_share_of_time_that_decoding_took(recording: Recording, told: Told) -> None:
    engine = Engine(8000)

    old, new = Voice(seconds=100.0), Voice(seconds=0.0)
    deck: Any = engine.decks["a"]
    deck._voice = old
    keeping = housekeeper(recording, told, engine)
    keeping.start()
    old.work.seconds += 0.5  # within the first second
    while keeping.load == 0:
        time.sleep(0.01)
    load = keeping.load
    assert 0 < load <= 0.5  # of a second or, on a busy machine, somewhat more
    new.work.seconds = 0.25
    deck._voice = new  # which takes nothing away from what was spent
    while keeping.load in (load, 0.0):
        time.sleep(0.01)
    assert 0 < keeping.load <= 0.25
    keeping.stop()


def test_a_mistake_of_ours_is_told_once(recording: Any) -> None:
    told, problems = Told(), ["", "", "KeyError: 'a'", "KeyError: 'a'", "IndexError: 3"]
    housekeeper = Housekeeper(
        Engine(8000),
        recording,
        told,
        lambda: [],
        lambda: problems.pop(0) if problems else "IndexError: 3",
    )
    housekeeper.start()
    try:
        told.wait_for("/fail", 2)
        told.wait_for("/peak", 4)
    finally:
        housekeeper.stop()
    said = [message[2] for message in told.messages if message[0] == "/fail"]
    assert [text.rpartition("report it: ")[2] for text in said] == [
        "KeyError: 'a'",
        "IndexError: 3",
    ]


def test_what_a_recording_lost_at_the_end_is_told(told: Told) -> None:
    class Lost(Recording):
        def finish(self) -> Any:
            return SimpleNamespace(failure=DeviceError("the end may be missing"))

    lost = Lost()
    lost.recorder = object()
    housekeeper(lost, told).stop()
    assert told.messages == [("/fail", "/record/start", "the end may be missing.")]
