"""The whole daemon, with parts that raise errors, stand still or have no end: it plays on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.errors import DeviceError, LiveError
from musicvae.live.daemon import Daemon
from musicvae.live.outputs.output import Null
from musicvae.live.stage import loading
from musicvae.runtime import stopping

RATE = 16_000
EVER = range(1, 10**9)


@pytest.fixture
def inject(beside: Callable[[str], Any]) -> Callable[..., Any]:
    made: Callable[..., Any] = beside("fault_injection").inject
    return made


def heard(client: Any, address: str, text: str) -> None:
    """Wait for a message to subscribers that holds a text."""
    while True:
        found, values = client.receive()
        if found == address and text in str(values):
            return


def plays(client: Any) -> None:
    """Wait until more sound has been rendered."""
    before = client.status()["seconds"]
    while client.status()["seconds"] <= before:
        pass


def test_a_voice_that_raises_is_told_and_its_deck_can_be_loaded_again(
    models: Path, make_client: Any, inject: Any, tmp_path: Path
) -> None:
    take = tmp_path / "take.wav"
    shown: list[str] = []
    with Daemon(models, output=take, port=0, source="held") as daemon:
        daemon.parts.notices.show_with(shown.append)
        client, subscriber = make_client(daemon.port), make_client(daemon.port)
        assert subscriber.done("/notify", 1) == [1]
        client.done("/deck/b/model/load", "wide")
        client.say("/latent", 2.0, 2.0)
        while client.status()["level"] < -30:
            pass
        inject(daemon.parts.engine.decks["a"].voice, "read", EVER, KeyError("injected"))
        heard(subscriber, "/error", "KeyError: 'injected'")
        assert client.status()["faults"] == 1
        client.sync()
        client.done("/model/load", "jazz")
        client.say("/latent", 2.0, 2.0)
        while client.status()["level"] < -30:
            pass
        plays(client)
    assert any("KeyError: 'injected'" in line for line in shown)
    sound, _ = soundfile.read(take)
    assert np.isfinite(sound).all()
    steepest = 0.9 * 2 * np.pi * 4 / 64  # the fourth harmonic of a hop of 64
    assert np.abs(np.diff(sound, axis=0)).max() < steepest


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(0)], ids=repr)
def test_rendering_that_ends_is_told_and_the_daemon_fails(
    models: Path, make_client: Any, inject: Any, error: BaseException
) -> None:
    daemon = Daemon(models, output=Null(RATE), port=0)
    daemon.start()
    subscriber = make_client(daemon.port)
    subscriber.done("/notify", 1)
    inject(daemon.parts.engine, "_apply_due", EVER, error)
    daemon.wait()
    with pytest.raises(DeviceError, match="rendering failed"):
        daemon.stop()
    heard(subscriber, "/error", "rendering failed")


@pytest.mark.parametrize("part", ["receiver", "worker", "housekeeper"])
def test_a_thread_that_ends_ends_the_daemon_with_an_error(
    models: Path, make_client: Any, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    daemon = Daemon(models, output=Null(RATE), port=0)
    daemon.start()
    monkeypatch.setattr(threading, "excepthook", lambda arguments: None)
    thread = getattr(daemon.parts, part)._thread

    class Ended:
        def is_alive(self) -> bool:
            return False

        def join(self, timeout: float | None = None) -> None:
            thread.join(timeout)

    getattr(daemon.parts, part)._thread = Ended()
    daemon.wait()
    with pytest.raises(LiveError, match=f"the {part} ended"):
        daemon.stop()


def test_a_job_whose_reply_raises_leaves_the_worker_alive(
    models: Path, make_client: Any, inject: Any
) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        client = make_client(daemon.port)
        inject(daemon.parts.worker, "_reply", (1, 2))
        client.say("/tape/list")
        client.done("/model/load", "metal")
        assert client.status()["faults"] >= 1


def test_a_query_that_raises_leaves_the_sound_alone(
    models: Path, make_client: Any, inject: Any
) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        client = make_client(daemon.port)
        inject(daemon.parts.dispatcher, "_later", (1,))
        client.say("/get", "/gain")
        assert client.ask(b"/get\0\0\0\0,s\0\0/gain\0\0\0", "/get.reply") == ["/gain", 0.0]
        assert client.status()["faults"] == 1


def test_a_recorder_that_raises_ends_the_recording_alone(
    models: Path, make_client: Any, inject: Any, tmp_path: Path
) -> None:
    with Daemon(models, output=Null(RATE), port=0, takes=tmp_path) as daemon:
        client = make_client(daemon.port)
        client.done("/record/start", "one")
        recorder = daemon.parts.recording.recorder
        assert recorder is not None
        while not recorder.frames:
            time.sleep(0.005)
        inject(daemon.parts.engine, "tap", EVER)
        heard(client, "/fail", "broke off")
        assert client.status()["recording"] == ""
        client.done("/record/start", "two")
        client.done("/record/stop")
    assert soundfile.info(tmp_path / "one.wav").frames > 0


@pytest.mark.parametrize("name", ["jazz", "loops"])
def test_a_model_without_an_end_is_ended_and_the_other_deck_plays_on(
    models: Path,
    make_client: Any,
    make_endless: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr(loading, "FRAME_PATIENCE", 0.2)
    monkeypatch.setattr(loading, "CLIP_PATIENCE", 0.2)
    make_endless(models / f"{name}.onnx", 5.0)
    with Daemon([models / "wide.onnx", models], output=Null(RATE), port=0) as daemon:
        client, subscriber = make_client(daemon.port), make_client(daemon.port)
        subscriber.done("/notify", 1)
        client.done("/deck/b/model/load", name)
        client.say("/deck/b/latent", 6.0)
        heard(subscriber, "/error", "RunStoppedError")
        plays(client)
        assert client.status()["decode_failed"] >= 1
        client.done("/deck/b/model/load", "metal")


@pytest.mark.parametrize("where", ["voice", "clip", "two clips", "loading"])
def test_the_end_does_not_wait_for_a_graph_without_one(
    models: Path,
    make_client: Any,
    make_endless: Callable[..., Path],
    where: str,
    count_threads: Callable[[], int],
) -> None:
    """Not even for its patience: here nothing else would end it in time."""
    name = "loops" if "clip" in where else "jazz"
    above = -1.0 if where == "loading" else 5.0
    make_endless(models / f"{name}.onnx", above)
    before = count_threads()
    first = [models / "metal.onnx", models / "wide.onnx", models]
    with Daemon(first, output=Null(RATE), port=0) as daemon:
        client = make_client(daemon.port)
        if where == "loading":
            client.say("/model/load", name)
        else:
            decks = "ab" if where == "two clips" else "a"  # the second begins when the first ended
            for deck in decks:
                client.done(f"/deck/{deck}/model/load", name)
            for deck in decks:
                client.say(f"/deck/{deck}/latent", 6.0)
        while not any(run._name == f"{name}.onnx" for run in tuple(stopping._runs)):
            pass
    while count_threads() > before:  # all threads have ended
        pass


def test_printers_that_raise_keep_nothing_from_the_subscribers(
    models: Path, make_client: Any
) -> None:
    def gone(text: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with Daemon(models, output=Null(RATE), port=0) as daemon:
        daemon.parts.notices.show_with(gone)
        subscriber = make_client(daemon.port)
        subscriber.done("/notify", 1)
        daemon.parts.engine.faults.note("here", KeyError("x"))
        heard(subscriber, "/error", "here: KeyError: 'x'")
        assert subscriber.status()["faults"] == 1
