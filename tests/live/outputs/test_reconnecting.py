"""With cards that come and go at will; the real thing is in test_jack.py."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from musicvae.errors import DeviceError, SettingError
from musicvae.live.outputs import devices, reconnecting, supervised
from musicvae.live.outputs.clocked import Null
from musicvae.live.outputs.reconnecting import Reconnecting


class Card(Null):
    """Passes for a sound card, without one."""

    recorded = None

    def __init__(self, name: str = "card", rate: int = 8000, block: int = 80) -> None:
        super().__init__(rate, block=block)
        self.name = name
        self.faulty = False
        self.stopped = 0

    def work_between(self, work: Any) -> None: ...

    def lose(self) -> None:
        self.failure = DeviceError(f"the sound card {self.name!r} went away")

    def stop(self) -> None:
        super().stop()
        self.stopped += 1


class Engine:
    """Counts frames, and who renders at the same time."""

    def __init__(self) -> None:
        self.frames = 0
        self.threads: set[str] = set()
        self._alone = threading.Lock()

    def __call__(self, out: Any) -> None:
        assert self._alone.acquire(blocking=False), "rendered by two threads at once"
        self.frames += len(out)
        self._alone.release()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    refreshed: list[str] = []
    monkeypatch.setattr(reconnecting, "SoundCard", Card)
    monkeypatch.setattr(supervised, "_LOOK", 0.002)
    monkeypatch.setattr(supervised, "_RETRY", 0.01)
    monkeypatch.setattr(devices, "refresh", lambda: refreshed.append("refreshed"))
    return refreshed


def test_a_lost_card_is_opened_again(wait_for: Any, quick: list[str]) -> None:
    cards: list[Card] = []
    absent = threading.Event()

    def open_card() -> Any:
        if absent.is_set():
            raise DeviceError("there is no sound card")
        cards.append(Card(f"card {len(cards)}"))
        return cards[-1]

    said: list[str] = []
    engine = Engine()
    output = Reconnecting(open_card)
    output.on_change = said.append
    output.start(engine)
    wait_for(lambda: engine.frames > 200)
    cards[0].underruns = 3
    absent.set()
    cards[0].lose()
    wait_for(lambda: len(quick) >= 2)
    assert output.state == "lost: the sound card 'card 0' went away, trying again"
    assert cards[0].stopped
    frames = engine.frames
    wait_for(lambda: engine.frames > frames + 200)
    assert (output.failure, output.finished, output.reconnects) == (None, False, 0)
    absent.clear()
    wait_for(lambda: output.reconnects == 1)
    assert (output.state, output.name) == ("playing", "card 1")
    frames = engine.frames
    wait_for(lambda: engine.frames > frames + 200)
    cards[1].underruns = 1
    assert output.underruns == 4
    assert said == ["lost: the sound card 'card 0' went away, trying again", "playing"]
    output.stop()
    output.stop()
    assert cards[1].stopped


def test_a_card_that_comes_back_at_another_rate_is_left_alone(
    wait_for: Any, quick: list[str]
) -> None:
    cards = [Card(), Card(rate=4000), Card(rate=4000)]
    waiting = list(cards)
    output = Reconnecting(lambda: waiting.pop(0) if len(waiting) > 1 else waiting[0])  # type: ignore[arg-type,return-value]
    output.start(Engine())
    cards[0].lose()
    wait_for(lambda: len(quick) >= 2)
    assert output.state.startswith("lost")
    assert cards[1].stopped
    output.stop()


def test_moving_to_another_card(wait_for: Any) -> None:
    first, second = Card("first"), Card("second", block=40)
    engine = Engine()
    output = Reconnecting(lambda: first)  # type: ignore[arg-type,return-value]
    output.start(engine)
    wait_for(lambda: engine.frames > 200)
    output.switch(lambda: second)  # type: ignore[arg-type,return-value]
    assert (first.stopped, output.name, output.block) == (1, "second", 40)
    frames = engine.frames
    wait_for(lambda: engine.frames > frames + 200)
    output.stop()
    assert second.stopped == 1


def test_a_card_that_does_not_suit_leaves_the_old_one_playing(wait_for: Any) -> None:
    engine = Engine()
    output = Reconnecting(lambda: Card("old"))  # type: ignore[arg-type,return-value]
    output.start(engine)
    wrong = Card("wrong", rate=4000)
    with pytest.raises(SettingError, match=r"'wrong' does not suit.*8000 Hz, 2 channel.*4000 Hz"):
        output.switch(lambda: wrong)  # type: ignore[arg-type,return-value]
    assert wrong.stopped
    frames = engine.frames
    wait_for(lambda: engine.frames > frames + 200)
    assert (output.name, output.state) == ("old", "playing")

    def absent() -> Any:
        raise DeviceError("there is no such sound card")

    with pytest.raises(DeviceError, match="no such"):
        output.switch(absent)
    frames = engine.frames
    wait_for(lambda: engine.frames > frames + 200)
    output.stop()


def test_where_rendering_fails_no_card_can_help(wait_for: Any) -> None:
    card = Card()
    output = Reconnecting(lambda: card)  # type: ignore[arg-type,return-value]
    output.start(Engine())
    card.faulty = True
    card.failure = DeviceError("rendering failed")
    wait_for(lambda: output.finished)
    assert output.failure is card.failure
    output.stop()
    assert output.reconnects == 0


def test_rendering_that_fails_while_the_card_is_lost_is_a_failure_too(wait_for: Any) -> None:
    card, broken = Card(), threading.Event()

    def render(out: Any) -> None:
        if broken.is_set():
            raise KeyError("x")

    def absent() -> Any:
        raise DeviceError("there is no sound card")

    cards = [lambda: card]
    output = Reconnecting(lambda: (cards.pop() if cards else absent)())  # type: ignore[arg-type,return-value]
    output.start(render)
    card.lose()
    wait_for(lambda: output.state.startswith("lost"))
    broken.set()
    wait_for(lambda: output.finished)
    assert "rendering failed" in str(output.failure)
    output.stop()


@pytest.mark.parametrize("broken", ["telling", "opening", "stopping"])
def test_whatever_is_raised_the_card_is_looked_for_again(wait_for: Any, broken: str) -> None:
    """A printer whose reader is gone, an audio system that raises what it should not."""
    cards: list[Card] = []

    def raises(*_: Any) -> Any:
        raise OSError("injected")

    def open_card() -> Any:
        if broken == "opening" and len(cards) == 1 and not output.faults.count:
            raises()
        cards.append(Card(f"card {len(cards)}"))
        return cards[-1]

    engine = Engine()
    output = Reconnecting(open_card)
    if broken == "telling":
        output.on_change = raises
    if broken == "stopping":
        cards[0].stop = raises  # type: ignore[method-assign]
    output.start(engine)
    cards[0].lose()
    wait_for(lambda: output.reconnects == 1)
    if broken == "stopping":
        cards[0]._stopping.set()
    frames = engine.frames
    wait_for(lambda: engine.frames > frames + 200)
    assert output.faults.count
    assert "injected" in output.faults.problem
    output.stop()


def test_a_switch_that_fails_in_any_way_leaves_the_old_card_playing(wait_for: Any) -> None:
    engine = Engine()
    output = Reconnecting(lambda: Card("old"))  # type: ignore[arg-type,return-value]
    output.start(engine)

    def broken() -> Any:
        raise OSError("unanticipated host error")

    with pytest.raises(OSError, match="unanticipated"):
        output.switch(broken)
    frames = engine.frames
    wait_for(lambda: engine.frames > frames + 200)
    output.stop()
