"""A looper in latent space: what comes in becomes a tape, and is played again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.latents.tape import Tape
from musicvae.live.daemon import Daemon
from musicvae.live.jobs import tapes as module


@pytest.fixture
def daemon(models: Path) -> Any:
    rows = np.random.default_rng(0).standard_normal((32_000, 1)) * 0.1
    soundfile.write(models / "noise.wav", rows, 16_000)
    sound = models / "noise.wav"
    with Daemon(models, output="null", input=sound, loop=True, port=0) as running:
        yield running


def test_what_comes_in_is_looped(daemon: Daemon, make_client: Any, models: Path) -> None:
    client = make_client(daemon.port)
    assert client.done("/tape/record", "start", "solo") == ["start"]
    assert "is being recorded" in client.failed("/tape/record", "start")
    frame = daemon.parts.engine.frame
    while daemon.parts.engine.frame < frame + 8000:
        client.sync()
    _, name, seconds = client.done("/tape/record", "stop")
    assert name == "solo-2"  # there is a solo already, which is left alone
    tape = Tape.load(models / "solo-2.tape")
    assert tape.seconds == pytest.approx(seconds)
    assert seconds >= 0.45
    assert (tape.latent_space, tape.hop, tape.stride) == ("0123456789abcdef", 64, 2)
    assert np.abs(tape.latents).max() > 0.1
    client.done("/tape/load", "solo-2")
    assert client.status()["source"] == "tape"


def test_a_tape_that_cannot_be_written_is_kept_until_it_can(
    daemon: Daemon, make_client: Any, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(daemon.port)
    client.done("/tape/record", "start", "full")
    frame = daemon.parts.engine.frame
    while daemon.parts.engine.frame < frame + 4000:
        client.sync()
    with monkeypatch.context() as patch:

        def fails(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(Tape, "to_bytes", fails)
        assert "No space left" in client.failed("/tape/record", "stop")
    assert client.done("/tape/record", "stop")[1] == "full"
    assert Tape.load(models / "full.tape").seconds > 0.2


def test_a_tape_is_written_at_the_end(daemon: Daemon, make_client: Any, models: Path) -> None:
    client = make_client(daemon.port)
    client.done("/tape/record", "start", "last")
    frame = daemon.parts.engine.frame
    while daemon.parts.engine.frame < frame + 4000:
        client.sync()
    daemon.stop()
    assert Tape.load(models / "last.tape").seconds > 0.2


def test_what_cannot_be_recorded_is_refused(
    daemon: Daemon, make_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(daemon.port)
    assert "no tape is being recorded" in client.failed("/tape/record", "stop")
    assert "cannot be a name" in client.failed("/tape/record", "start", "../x")
    client.done("/tape/record", "start", "again")
    client.done("/deck/b/model/load", "metal")
    assert "another deck" in client.failed("/deck/b/tape/record", "start")
    client.say("/deck/b/source", "walk")
    client.sync()
    assert "hears no input" in client.failed("/deck/b/tape/record", "start")
    client.done("/tape/record", "stop", "named.tape")
    monkeypatch.setattr(module, "MOST_SECONDS", 0.05)
    client.done("/tape/record", "start")
    frame = daemon.parts.engine.frame
    while daemon.parts.engine.frame < frame + 4000:
        client.sync()
    _, name, seconds = client.done("/tape/record", "stop", "short")
    assert (name, round(seconds, 3)) == ("short", 0.056)  # full
