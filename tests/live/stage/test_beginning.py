"""What a daemon with an input begins with, and what presets make of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import SettingError
from musicvae.live.console.greeting import lines
from musicvae.live.daemon import Daemon
from tests.latents.memories import make_memory


class Microphone:
    """A device that hears silence."""

    name = state = "Microphone"
    feeds_back = True
    latency_ms, drift_ppm, late = 5.0, 0.0, 0

    def __init__(self, *, howls: bool = False) -> None:
        self.howls = howls

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def read(self, out: Any) -> None:
        out[:] = 0.0


@pytest.fixture
def jazz(models: Path) -> Path:
    (models / "ears.onnx").rename(models / "jazz.encoder.onnx")
    make_memory().save(models / "jazz.memory")
    return models


@pytest.mark.parametrize("howls", [False, True])
def test_a_device_is_guarded_and_muted_where_it_would_howl(jazz: Path, howls: bool) -> None:
    with Daemon(jazz, output="null", input=Microphone(howls=howls), port=0) as daemon:
        hearing = daemon.parts.engine.hearing
        assert hearing.run_away.on
        assert hearing.overlap
        assert hearing.muted == howls
        assert ("muted" in daemon.parts.notices.last) == howls
        assert any("Microphone" in line and "headphones" in line for line in lines(daemon.parts))
        status = daemon.status()
    assert (status["input"], status["source"]) == ("Microphone", "input")
    assert status["input_ms"] == pytest.approx(5 + 6)  # two encoders hear in turns


@pytest.mark.parametrize(
    ("source", "plays"),
    [("auto", "input"), *((name, name) for name in ("input", "memory", "walk", "held"))],
)
def test_what_begins_and_that_the_input_is_ready(
    jazz: Path, make_client: Any, source: str, plays: str
) -> None:
    heard = Microphone()
    with Daemon(jazz, output="null", input=heard, source=source, port=0) as daemon:
        client = make_client(daemon.port)
        assert client.status()["source"] == plays
        client.say("/source", "input")
        client.sync()
        assert client.status()["source"] == "input"


def test_the_input_must_be_there_to_begin_with_it(jazz: Path) -> None:
    with (
        pytest.raises(SettingError, match="nothing comes in"),
        Daemon(jazz, output="null", source="input", port=0),
    ):
        pass


def test_a_preset_with_an_input_is_recalled(jazz: Path, make_client: Any, tmp_path: Path) -> None:
    options: dict[str, Any] = {"output": "null", "port": 0, "presets": tmp_path}
    with Daemon(jazz, input=Microphone(), **options) as daemon:
        client = make_client(daemon.port)
        client.say("/input/listen", 0)
        client.sync()
        client.done("/preset/save", "one")
        client.say("/source", "memory")
        client.done("/preset/load", "one")
        assert client.status()["source"] == "input"
        said = client.ask(_message("/get", "/input/listen"), "/get.reply")
        assert said == ["/input/listen", 0]
        level = client.ask(_message("/input/level"), "/input/level.reply")
        assert level == [-120.0, pytest.approx(0.0), 0]
    with Daemon(jazz, **options) as daemon:  # nothing comes in: silence is heard
        client = make_client(daemon.port)
        client.done("/preset/load", "one")
        assert daemon.parts.engine.faults.count == 0


def test_a_runaway_is_told(jazz: Path) -> None:
    class Roar(Microphone):
        def read(self, out: Any) -> None:
            out[:] = np.sign(np.sin(np.arange(len(out)) * 0.3))[:, None]

    with Daemon(jazz, output="null", input=Roar(), fast=True, port=0, seconds=60) as daemon:
        daemon.wait()
        from musicvae.live.status import problems

        assert any("runs away" in problem for problem in problems(daemon.parts))
        assert daemon.parts.engine.hearing.run_away.count == 1


def _message(*parts: Any) -> bytes:
    from musicvae.live.osc.replies import message

    return message(*parts)
