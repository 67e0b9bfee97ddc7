"""A daemon that goes on with what another one played begins with less, rather than not at all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.errors import DeviceError
from musicvae.live import resuming
from musicvae.live.beginning_again import Beginning, begin_again
from musicvae.live.daemon import Daemon
from musicvae.live.last_state import LastState, State
from musicvae.live.options import Options
from musicvae.live.outputs import devices
from musicvae.live.outputs.clocked import Null
from tests.live.going_on import RATE, resumed, started, until


def test_a_first_model_that_has_gone_is_said_and_the_others_play(
    models: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "set" / "mine.onnx"
    mine.parent.mkdir()
    for name in (mine.name, "metal.onnx"):
        shutil.copy(models / "jazz.onnx", mine.with_name(name))  # another metal, that nobody gave
    last = LastState()
    given = [mine, models / "metal.onnx"]
    first = started(given, last)

    def noted(state: State) -> bool:
        mine.unlink(missing_ok=True)
        return bool(state.events)

    second = resumed(given, last, first, noted)
    try:
        status = second.status()
        assert status["model_b"] == "metal"
        assert second.parts.engine.decks["b"].playing
        assert not second.parts.engine.decks["a"].playing
        assert second.parts.repertoire.presets == mine.parent / "presets"
        shown: list[str] = []
        second.parts.notices.show_with(shown.append)
        assert "mine.onnx" in shown[0]
    finally:
        second.stop()


def test_an_input_that_has_gone_is_silence(models: Path, tmp_path: Path) -> None:
    heard = tmp_path / "heard"  # its name says nothing
    soundfile.write(heard, np.zeros(RATE), RATE, format="WAV")
    (models / "ears.onnx").rename(models / "jazz.encoder.onnx")
    options: dict[str, Any] = {"input": str(heard), "loop": True, "source": "input"}
    last = LastState()
    first = started(models, last, **options)

    def noted(state: State) -> bool:
        heard.unlink(missing_ok=True)
        return state.file

    second = resumed(models, last, first, noted, **options)
    try:
        assert second.parts.input is None
        assert second.parts.engine.decks["a"].playing
        shown: list[str] = []
        second.parts.notices.show_with(shown.append)
        assert "heard" in shown[0]
    finally:
        second.stop()


def test_ready_models_are_begun_with_where_nothing_else_is_there(ready_site: Any) -> None:
    for name in ("jazz", "metal"):
        ready_site.bring(name, name)
    events = [[["/deck/a/model/load", "mine"]], [["/deck/b/model/load", "metal"]]]
    begun = begin_again(Beginning(["no/mine.onnx"], Options()), State(7700, events))
    assert begun.artifacts == ["metal"]
    begun = begin_again(Beginning(["no/mine.onnx", "jazz"], Options()), State(7700, events))
    assert begun.artifacts == ["jazz"]


def test_the_card_that_was_chosen_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(device: object) -> None:
        if device != "usb":
            raise DeviceError("there is no such device")

    monkeypatch.setattr(devices, "find", find)
    first = Beginning([], Options(block=512))
    before = State(7700, [], "usb", 2048, 48_000, 2)
    options = begin_again(first, before).options
    assert (options.device, options.block, options.port) == ("usb", 2048, 7700)
    assert (options.rate, options.channels) == (48_000, 2)
    begun = begin_again(first, replace(before, device="gone"))
    assert (begun.options.device, begun.options.rate) == (None, None)  # another may have another
    assert "the sound card" in begun.gone[0]
    plain = Beginning([], Options(block=512, device="x"))
    options = begin_again(plain, State(7700)).options  # it had no card
    assert (options.device, options.block, options.rate) == ("x", 512, None)


def test_the_card_that_plays_is_noted(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resuming, "Reconnecting", Null)
    last, card = LastState(), Null(RATE, block=256)
    card.name = "first"
    daemon = Daemon(models, output=card, port=0)
    daemon.last = last
    with daemon:
        until(last.read)
        state = last.read()
        assert state is not None
        assert (state.device, state.block, state.rate, state.channels) == (None, 256, RATE, 2)
        card.name = "second"
        until(lambda: (state := last.read()) is not None and state.device == "second")
