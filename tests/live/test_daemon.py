"""The whole daemon in this process, over real UDP and TCP on loopback."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.errors import ArtifactError, DeviceError, MusicVAEError, PortInUseError, SettingError
from musicvae.live.daemon import Daemon
from musicvae.live.outputs.output import Null

RATE = 16_000


def test_it_plays_what_comes_over_osc(
    decoder: Any, make_client: Any, osc: Callable[..., bytes]
) -> None:
    with Daemon(decoder, output="null", port=0) as daemon:
        client = make_client(daemon.port)
        client.say("/latent", 0.5)
        client.say("/gain", -6.0)
        status: dict[str, Any] = {"level": -120.0}
        while status["level"] < -20:  # the daemon's own report, until the sound has arrived
            status = client.status()
        assert client.ask(osc("/ping", 3), "/pong") == [3]
    assert status["gain"] == -6.0
    assert status["level"] < -8
    assert status["packets_refused"] == status["faults"] == status["decode_failed"] == 0
    assert status["rate"] == 8000  # the model's own


def test_the_first_models_play_on_the_first_decks(models: Path, make_client: Any) -> None:
    both = [models / "wide.onnx", models / "loops.onnx", models]
    with Daemon(both, output=Null(RATE), port=0) as daemon:
        client = make_client(daemon.port)
        status = client.status()
        assert (status["model"], status["model_b"]) == ("wide", "loops")
        assert client.done("/model/load", "jazz") == ["jazz"]


def test_answers_name_what_was_asked(models: Path, make_client: Any) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        client = make_client(daemon.port)
        client.say("/alias", "/scene", "/deck/b/model/load")
        for address in ("/model/load", "/deck/a/model/load", "/deck/b/model/load", "/scene"):
            assert client.done(address, "metal") == ["metal"]
            assert "no model of that name" in client.failed(address, "gone")
        assert client.status()["model_b"] == "metal"


def test_sync_comes_after_all_that_was_asked_before(models: Path, make_client: Any) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        client = make_client(daemon.port)
        for name in ("metal", "wide", "gone", "jazz"):
            client.say("/model/load", name)
        client.say("/latent", 0.5)
        client.say("/sync", 77)
        heard = [client.receive() for _ in range(5)]
        assert [address for address, _ in heard] == ["/done", "/done", "/fail", "/done", "/synced"]
        assert heard[-1] == ("/synced", [77])
        assert client.status()["model"] == "jazz"


def test_too_many_jobs_are_told_so(
    models: Path, make_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        go, library = threading.Event(), daemon.parts.repertoire.library
        tape = library.tape
        monkeypatch.setattr(library, "tape", lambda name: (go.wait(20), tape(name))[1])
        client = make_client(daemon.port)
        for _ in range(300):
            client.say("/tape/load", "solo")
        address, values = client.receive()
        assert (address, values) == ("/fail", ["/tape/load", "too many jobs wait"])
        assert client.status()["faults"] == 0
        go.set()


def test_a_take_has_the_right_length_and_fades_out(decoder: Any, tmp_path: Path) -> None:
    take = tmp_path / "take.wav"
    with Daemon(decoder, output=take, port=0, seconds=2, fast=True) as daemon:
        voice = daemon.parts.engine.decks["a"].voice
        assert voice is not None
        voice.controls.manual.jump(1.0)
        daemon.wait()
    sound, rate = soundfile.read(take)
    assert (sound.shape, rate) == ((16_000, 2), 8000)
    assert np.abs(sound[-1]).max() == 0


def test_quit_ends_the_wait(decoder: Any, make_client: Any) -> None:
    with Daemon(decoder, output="null", port=0, allow_quit=True) as daemon:
        make_client(daemon.port).say("/quit")
        daemon.wait()


def test_samples_that_are_not_finite_leave_the_old_sound(
    decoder: Any, make_client: Any, tmp_path: Path
) -> None:
    healthy = decoder.decode

    def decode(latents: Any, /) -> Any:
        return healthy(latents) * (np.nan if latents[0, 0] > 8 else 1)

    decoder.decode = decode
    take = tmp_path / "take.wav"
    with Daemon(decoder, output=take, port=0) as daemon:
        client = make_client(daemon.port)
        client.say("/latent/clamp", -10.0, 10.0)
        client.say("/latent", 9.0)
        while not client.status()["decode_failed"]:
            pass
    assert np.isfinite(soundfile.read(take)[0]).all()


def spoilt(path: Path) -> Path:
    """An artifact whose description is whole, and whose graph is not the one it describes."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load(path)
    model.graph.node[0].op_type = "Nonsense"
    path.write_bytes(model.SerializeToString())
    return path


def test_start_up_errors_leave_nothing_open(
    decoder: Any, tmp_path: Path, models: Path, count_threads: Callable[[], int]
) -> None:
    before = count_threads()
    with Daemon(decoder, output="null", port=0) as first, pytest.raises(PortInUseError):
        Daemon(decoder, output="null", port=first.port).start()
    port = first.port
    with pytest.raises(DeviceError):
        Daemon(decoder, output=tmp_path / "missing" / "take.wav", port=port).start()
    foreign = tmp_path / "notes.onnx"
    foreign.write_text("hello")
    for path in (models / "torn.onnx", foreign, tmp_path / "missing.onnx"):
        with pytest.raises((ArtifactError, MusicVAEError), match=path.name):
            Daemon(path, output="null", port=port).start()
    with pytest.raises(SettingError, match="kind 'encoder'"):
        Daemon(models / "ears.onnx", output="null", port=port).start()
    both = [models / "jazz.onnx", spoilt(models / "wide.onnx")]
    with pytest.raises(ArtifactError, match=r"wide\.onnx"):  # though it would only be deck b's
        Daemon(both, output="null", port=port).start()
    with Daemon(models, output="null", port=port):  # the port is free again
        assert count_threads() > before
    assert count_threads() == before


def test_the_process_is_put_back_as_it_was(decoder: Any, count_threads: Callable[[], int]) -> None:
    before = (sys.getswitchinterval(), gc.get_freeze_count(), count_threads())
    with Daemon(decoder, output="null", port=0) as daemon:
        assert sys.getswitchinterval() < 0.001
        assert gc.get_freeze_count() > 0
    daemon.stop()
    assert (sys.getswitchinterval(), gc.get_freeze_count(), count_threads()) == before


def test_an_output_that_fails_is_raised_at_the_end(decoder: Any) -> None:
    output = Null(8000)
    daemon = Daemon(decoder, output=output, port=0)
    daemon.start()
    output.failure = DeviceError("the disk is full")
    with pytest.raises(DeviceError, match="the disk is full"):
        daemon.stop()


def test_a_file_that_is_done_ends_its_recording_too(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody renders any more then, so nothing must wait for the engine."""
    monkeypatch.setattr("musicvae.live.stage.engine_handle.PATIENCE", float("inf"))
    options: Any = {"takes": tmp_path / "takes", "record": "one", "seconds": 1}
    with Daemon(models, output=tmp_path / "out.wav", port=0, **options) as daemon:
        daemon.wait()
        while not daemon.parts.output.finished:
            time.sleep(0.01)
    assert soundfile.info(tmp_path / "takes" / "one.wav").frames == RATE


def test_a_recording_that_cannot_begin_keeps_the_daemon_from_starting(
    models: Path, tmp_path: Path, count_threads: Callable[[], int]
) -> None:
    before = count_threads()
    for takes, record, error in (
        (tmp_path, "../show", SettingError),
        (models / "jazz.onnx", "show", DeviceError),
    ):
        with pytest.raises(error):
            Daemon(models, output=Null(RATE), port=0, takes=takes, record=record).start()
    assert count_threads() == before


def test_the_end_does_not_wait_for_a_long_job(models: Path, make_client: Any) -> None:
    takes = models.parent / "takes"
    with Daemon(models, output=Null(RATE), port=0, takes=takes) as daemon:
        client = make_client(daemon.port)
        client.say("/render", 3600.0, "long")
        client.say("/render", 3600.0, "longer")
        while not (takes / "long.wav").exists():
            time.sleep(0.01)
    assert list(takes.iterdir()) == []
