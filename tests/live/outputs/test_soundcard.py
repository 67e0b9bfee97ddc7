from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.errors import DeviceError, SettingError
from musicvae.live.outputs import card as cards
from musicvae.live.outputs import portaudio_internals
from musicvae.live.outputs.ring_writer import FADE
from musicvae.live.outputs.soundcard import SoundCard


def test_a_card_that_does_not_open_says_why(machine: Callable[..., Any], fakes: Any) -> None:
    machine(fakes.SPEAKERS)
    with pytest.raises(DeviceError, match=r"1234 Hz.*Invalid sample rate.*--rate"):
        SoundCard(sample_rate=1234)


def test_an_option_out_of_range_is_an_error(machine: Callable[..., Any], fakes: Any) -> None:
    machine(fakes.SPEAKERS)
    with pytest.raises(SettingError, match=r"number of channels.*1 to 64.*65"):
        SoundCard(channels=65)
    with pytest.raises(SettingError, match=r"time ahead in ms.*1 to 100.*0.5"):
        SoundCard(ahead_ms=0.5)


def test_a_card_gets_as_many_channels_as_it_has(machine: Callable[..., Any], fakes: Any) -> None:
    machine(fakes.SPEAKERS | {"max_output_channels": 8})
    assert [SoundCard(channels=wanted).channels for wanted in (1, 2, 64)] == [1, 2, 8]


def test_it_plays_what_is_rendered_ahead(
    machine: Callable[..., Any], fakes: Any, jacks: Any
) -> None:
    machine(fakes.HORN)
    card = SoundCard(block=64)
    stream = card._device.native
    assert (card.sample_rate, card.channels, card.callback) == (22_050, 1, "Python")
    assert (card.latency_ms, card.queue_ms) == (20.0, 0.0)
    assert not stream.pull().any()  # nothing to play yet
    card.start(lambda block: block.fill(0.25))
    jacks.wait_for(lambda: card.queue_ms > 40)
    assert card.latency_ms == card.queue_ms + 20
    assert card.underruns == 0
    heard = np.concatenate([stream.pull() for _ in range(8)])[:, 0]
    fade = round(22_050 * FADE)
    assert 0 < heard[0] < 0.001
    assert (np.diff(heard[:fade]) > 0).all()
    assert (heard[fade:] == 0.25).all()
    stream.pull(late=True)
    jacks.wait_for(lambda: card.underruns >= 1)
    stopping = threading.Thread(target=card.stop)
    stopping.start()
    while stopping.is_alive():
        last = stream.pull()
        time.sleep(0.001)
    assert last[-1] == 0
    card.stop()
    assert stream.log == ["start", "stop", "close"]
    assert card.failure is None


def test_a_card_that_goes_away_is_a_failure(machine: Callable[..., Any], fakes: Any) -> None:
    machine(fakes.SPEAKERS)
    card = SoundCard()
    card.start(lambda block: None)
    card._device.native.options["finished_callback"]()
    assert card.finished
    assert "went away" in str(card.failure)
    card.stop()


def test_a_card_that_dies_silently_is_a_failure_too(
    machine: Callable[..., Any], fakes: Any, jacks: Any
) -> None:
    machine(fakes.SPEAKERS)
    card = SoundCard()
    card.start(lambda block: None)
    card._device.native.active = False
    jacks.wait_for(lambda: card.finished)
    card.stop()
    assert not card.faulty


def test_a_rendering_that_fails_says_so(
    machine: Callable[..., Any], fakes: Any, jacks: Any
) -> None:
    machine(fakes.SPEAKERS)
    card = SoundCard()

    def broken(block: Any) -> None:
        raise ZeroDivisionError

    card.start(broken)
    jacks.wait_for(lambda: card.finished)
    assert card.faulty
    assert "ZeroDivisionError" in str(card.failure)
    card.stop()


def test_a_close_that_hangs_does_not_hang_the_daemon(
    machine: Callable[..., Any], fakes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(fakes.SPEAKERS)
    monkeypatch.setattr(cards, "_PATIENCE", 0.05)
    monkeypatch.setattr(portaudio_internals, "_dead", False)
    card = SoundCard()
    go_on = threading.Event()
    stream = card._device.native
    monkeypatch.setattr(stream, "stop", lambda: stream.log.append(go_on.wait(30)))
    card.stop()
    assert stream.log == []
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "musicvae-closing":
            thread.join()
    assert stream.log == [True]  # not closed, so long after
    assert portaudio_internals._dead
