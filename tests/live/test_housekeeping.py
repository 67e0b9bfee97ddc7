from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from musicvae.errors import DeviceError
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.work import Work
from musicvae.live.housekeeping import Housekeeper
from musicvae.live.notices import Troubles


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
    assert keeping.faults.count == 2


def test_the_end_finishes_a_recording(recording: Recording, told: Told) -> None:
    keeping = housekeeper(recording, told)
    keeping.start()
    recording.recorder = object()
    keeping.stop()
    assert recording.finished == 1


def test_one_that_never_began_finishes_a_recording_too(recording: Recording, told: Told) -> None:
    recording.recorder = object()
    housekeeper(recording, told).stop()
    assert recording.finished == 1


def test_the_load_is_the_share_of_time_that_decoding_took(recording: Recording, told: Told) -> None:
    engine = Engine(8000)

    old, new = Voice(seconds=100.0), Voice(seconds=0.0)
    deck: Any = engine.decks["a"]
    deck._voice = SimpleNamespace(voice=old)
    keeping = housekeeper(recording, told, engine)
    keeping.start()
    old.work.seconds += 0.5  # within the first second
    while keeping.load == 0:
        time.sleep(0.01)
    load = keeping.load
    assert 0 < load <= 0.5  # of a second or, on a busy machine, somewhat more
    new.work.seconds = 0.25
    deck._voice = SimpleNamespace(voice=new)  # which takes nothing away from what was spent
    while keeping.load in (load, 0.0):
        time.sleep(0.01)
    assert 0 < keeping.load <= 0.25
    keeping.stop()


def test_trouble_is_told_once_and_not_more_often_than_once_a_second() -> None:
    told: list[tuple[Any, ...]] = []
    now = ["", ""]
    troubles = Troubles(lambda *message: told.append(message), lambda: now)
    troubles.tell(0.0)
    assert told == []
    now[:] = ["KeyError: 'a'", ""]
    for moment in (1.0, 1.05, 1.1):
        troubles.tell(moment)
    assert told == [("/error", "musicvae", "KeyError: 'a'")]
    for moment in range(1000):  # a model that fails in another way in each frame
        now[1] = f"IndexError: {moment}"
        troubles.tell(2.0 + moment / 1000)
    assert len(told) == 2
    troubles.tell(float("inf"))  # at the end
    assert told[-1] == ("/error", "musicvae", "IndexError: 999")
    assert len(told) == 3


def test_trouble_reaches_the_subscribers_even_at_the_end(recording: Any, told: Told) -> None:
    problems = ["KeyError: 'a'"]
    keeping = Housekeeper(Engine(8000), recording, told, lambda: [], lambda: problems)
    keeping.start()
    told.wait_for("/error", 1)
    problems.append("rendering failed")
    keeping.stop()
    assert ("/error", "musicvae", "rendering failed") in told.messages


@pytest.mark.parametrize("part", ["status", "problems", "tell", "spent"])
def test_whatever_raises_the_rounds_go_on_and_recordings_are_written(
    recording: Recording, told: Told, part: str
) -> None:
    def raises(*_: Any) -> Any:
        raise ZeroDivisionError("injected")

    keeping = Housekeeper(
        Engine(8000),
        recording,  # type: ignore[arg-type]
        raises if part == "tell" else told,
        raises if part == "status" else lambda: [],
        raises if part == "problems" else lambda: (),
    )
    if part == "spent":
        keeping._spent = raises  # type: ignore[method-assign]
    keeping.start()
    while recording.drained < 5 or not keeping.faults.count:
        time.sleep(0.005)
    assert keeping.alive
    assert "injected" in keeping.faults.problem
    keeping.stop()


def test_what_a_recording_lost_at_the_end_is_told(told: Told) -> None:
    class Lost(Recording):
        def finish(self) -> Any:
            return SimpleNamespace(failure=DeviceError("the end may be missing"))

    lost = Lost()
    lost.recorder = object()
    housekeeper(lost, told).stop()
    assert told.messages == [("/fail", "/record/start", "the end may be missing.")]
