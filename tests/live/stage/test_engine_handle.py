from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import LiveError, SettingError
from musicvae.latents.tape import Tape
from musicvae.live.commands.address import Command
from musicvae.live.commands.arguments import RefusedError, Shape
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.describing import describe
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.outputs.clocked import Null
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES

RATE = 16_000


@pytest.fixture
def handle(models: Path) -> EngineHandle:
    """An engine that is not rendered yet."""
    library = Library([models], models)
    return EngineHandle(Engine(RATE), Loader(library, RATE, 2, InlineClips()), ADDRESSES)


@pytest.fixture
def playing(handle: EngineHandle) -> Iterator[EngineHandle]:
    output = Null(RATE, block=64)
    output.start(handle.engine.render)
    load = ADDRESSES.command("/model/load", "a", "", ("jazz",))
    handle.apply(load, payloads=(handle.payload(load),))
    yield handle
    output.stop()


def gain(value: float, deck: str = "a") -> Command:
    return ADDRESSES.command("/gain", deck, "", (value,))


def test_what_is_applied_has_happened(playing: EngineHandle) -> None:
    before = playing.engine.frame
    frame = playing.apply(gain(-3.0), gain(-4.0, "b"))
    assert before <= frame <= playing.engine.frame
    assert (playing.deck("a").gain_db, playing.deck("b").gain_db) == (-3, -4)


def test_what_cannot_be_applied_is_the_callers_error(playing: EngineHandle) -> None:
    wrong = Command(gain(0.0).row, "a", values=("loud",))
    with pytest.raises(LiveError, match=r"could not be applied.*ValueError"):
        playing.apply(wrong, gain(-4.0, "b"))
    assert playing.deck("b").gain_db == -4
    assert playing.engine.faults.count == 1


def test_what_a_look_raises_is_the_callers_error(playing: EngineHandle) -> None:
    with pytest.raises(ZeroDivisionError):
        playing.look(lambda frame: 1 // 0)
    assert playing.engine.faults.count == 0
    assert playing.apply() > 0


def test_a_look_is_taken_by_the_thread_that_renders(playing: EngineHandle) -> None:
    name = playing.look(lambda frame: threading.current_thread().name, gain(-5.0))
    assert name == "musicvae-output"
    assert playing.look(lambda frame: playing.deck("a").gain_db) == -5


def test_shapes_are_those_of_the_models(playing: EngineHandle) -> None:
    assert playing.shapes == {
        "a": Shape(4, ("loudness", "brightness"), playing.shapes["a"].latent_space, "stream"),
        "b": Shape(),
    }


def test_an_engine_that_stands_still_is_an_error(
    handle: EngineHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.stage.engine_handle.PATIENCE", 0.1)
    with pytest.raises(LiveError, match="nothing is rendered"):
        handle.apply(gain(-3.0))


def test_nobody_waits_for_an_engine_that_is_over(
    handle: EngineHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.stage.engine_handle.PATIENCE", float("inf"))
    handle.rendering = lambda: False
    with pytest.raises(LiveError, match="nothing is rendered"):
        handle.apply(gain(-3.0))


def test_a_look_that_was_given_up_is_not_taken_later(
    handle: EngineHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.stage.engine_handle.PATIENCE", 0.0)
    taken: list[int] = []
    with pytest.raises(LiveError, match="nothing is rendered"):
        handle.look(taken.append)
    handle.engine.render(np.zeros((64, 2), np.float32))
    assert handle.engine.backlog == 0
    assert taken == []


@pytest.mark.parametrize(
    "message",
    [["/crossfade", 1.0], ["/deck/b/gain", -3.0], ["/loop", 1]],
    ids=lambda message: message[0],
)
def test_a_state_of_a_deck_sets_nothing_else(playing: EngineHandle, message: list[Any]) -> None:
    with pytest.raises(RefusedError, match="sets nothing of this deck"):
        playing.recall([["/gain", -7.0], message], "a")
    assert playing.deck("a").gain_db == 0


def test_a_state_is_recalled_at_one_frame(playing: EngineHandle) -> None:
    happened: list[Any] = []
    playing.engine.journal = lambda frame, batch: happened.append((frame, len(batch)))
    state: list[list[Any]] = [["/latent", 0.5, 0.25], ["/tape/load", "solo"], ["/gain", -7.0]]
    frame = playing.recall(state, "a")
    assert happened == [(frame, 3)]
    controls: Any = playing.deck("a").voice.controls  # type: ignore[union-attr]
    assert (controls.source, controls.sources["tape"].tape_name) == ("tape", "solo")
    assert controls.manual.target.tolist() == [0.5, 0.25, 0, 0]


@pytest.mark.parametrize("path", ["/status", "/quit", "/alias", "/preset/load", "/model/info"])
def test_only_what_sets_a_deck_is_recalled(playing: EngineHandle, path: str) -> None:
    values = {"/alias": ["/a", "/b"], "/preset/load": ["one"]}.get(path, [])
    with pytest.raises(RefusedError, match="sets nothing that a preset"):
        playing.recall([[path, *values]], "a")


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (["/latent/9", 1.0], RefusedError),
        (["/attr/quux", 1.0], RefusedError),
        (["/tape/load", "gone"], SettingError),
        (["/model/load", "gone"], SettingError),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(
    playing: EngineHandle, bad: list[Any], error: type[Exception]
) -> None:
    before = playing.look(lambda frame: describe(playing.deck("a"), ADDRESSES))
    with pytest.raises(error):
        playing.recall([["/gain", -20.0], bad], "a")
    assert playing.look(lambda frame: describe(playing.deck("a"), ADDRESSES)) == before


def test_payloads_are_what_must_be_loaded(playing: EngineHandle) -> None:
    tape = playing.payload(ADDRESSES.command("/tape/load", "a", "", ("solo",)))
    assert isinstance(tape, Tape)
    assert np.isfinite(tape.latents).all()
    voice = playing.payload(ADDRESSES.command("/model/load", "b", "", ("wide",)))
    assert isinstance(voice, StreamVoice)
    assert voice.name == "wide"
    assert playing.payload(gain(-3.0)) is None
