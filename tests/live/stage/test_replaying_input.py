"""A recording with an input is rendered again from it to the byte; without it there is an error."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.cli.main import main
from musicvae.errors import DeviceError, ScoreError
from musicvae.live.daemon import Daemon
from musicvae.live.inputs.replayed import Replayed
from musicvae.live.outputs.clocked import Null
from musicvae.live.outputs.wav import GrowingWav
from musicvae.live.storage.input_log import InputLog
from musicvae.live.storage.scores import read_score
from tests.latents.memories import make_memory

RATE = 16_000


class Broken:
    """A device that brings noise, and now and then what no driver should bring."""

    name = state = "broken"
    feeds_back, howls = True, False
    latency_ms = drift_ppm = 0.0
    late = 0

    def __init__(self) -> None:
        self._random, self._block = np.random.default_rng(3), 0

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def read(self, out: Any) -> None:
        self._block += 1
        out[:] = self._random.standard_normal(out.shape) * 0.2
        turn = self._block % 20
        if turn == 5:
            out[:100] = np.nan
        elif turn == 9:
            out[:] = np.inf
        elif turn in (12, 13):
            out[:] = np.sign(out) * 1e9
        elif turn > 15:
            out[:] = 0


def rendered(score: Path, models: Path) -> tuple[int, Path]:
    out = score.with_name("again.wav")
    command = ["render", score, "--out", out, "--models", models, "--quiet"]
    return main([str(part) for part in command]), out


@pytest.fixture
def takes(models: Path, make_client: Any, tmp_path: Path) -> Path:
    """Two recordings of one session: from its beginning, and from later on."""
    (models / "ears.onnx").rename(models / "jazz.encoder.onnx")
    make_memory().save(models / "jazz.memory")
    folder = tmp_path / "takes"
    output: Any = Null(RATE, block=160)
    with Daemon(
        models, output=output, input=Broken(), port=0, takes=folder, record="whole"
    ) as daemon:
        client = make_client(daemon.port)
        client.say("/input/gate", -40)
        client.say("/input/mix", 0.7)
        client.say("/input/overlap", 1)
        client.say("/input/gravity", 0.6)
        client.say("/adapt", 0.8, 0.5)
        client.sync()
        client.done("/record/stop")
        client.done("/record/start", "late")
        client.say("/attr/loudness", 1.5)
        client.done("/model/load", "metal")
        client.say("/input/listen", 0)
        client.say("/input/gain", -6)
        client.sync()
        assert "cannot be rendered from a fresh start" in client.failed("/render", 1.0)
        client.done("/record/stop")
        status = client.status()
    assert (status["faults"], status["source"]) == (0, "input")
    return folder


def test_both_give_the_same_samples(takes: Path, models: Path) -> None:
    for name in ("whole", "late"):
        score = takes / f"{name}.score.jsonl"
        assert read_score(score).input == f"{name}.input.wav"
        code, again = rendered(score, models)
        assert code == 0
        assert again.read_bytes() == (takes / f"{name}.wav").read_bytes()
        sound, _ = soundfile.read(again)
        assert np.abs(sound).max() > 0.05
        assert np.abs(sound).max() < 0.99
        assert np.isfinite(sound).all()
    came, _ = soundfile.read(takes / "late.input.wav", dtype="float32")
    assert np.isfinite(came).all()
    assert read_score(takes / "late.score.jsonl").start_frame > 0


def test_without_the_input_there_is_an_error(
    takes: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    score, came = takes / "whole.score.jsonl", takes / "whole.input.wav"
    kept = came.read_bytes()
    came.unlink()
    assert rendered(score, models)[0] == 1
    assert "the sound that came in is missing" in capsys.readouterr().err
    soundfile.write(came, np.zeros((100, 1)), RATE)
    assert rendered(score, models)[0] == 1
    assert "not the sound that came in" in capsys.readouterr().err
    came.write_bytes(kept)
    lines = score.read_text("utf-8").splitlines(keepends=True)
    header = json.loads(lines[0])
    for name in ("../whole.input.wav", 3):
        score.write_text(json.dumps(header | {"input": name}) + "\n" + "".join(lines[1:]), "utf-8")
        assert rendered(score, models)[0] == 1
        assert "not the name of a file beside the score" in capsys.readouterr().err
    del header["input"]
    score.write_text(json.dumps(header) + "\n" + "".join(lines[1:]), "utf-8")
    assert rendered(score, models)[0] == 1
    assert "has no sound that came in" in capsys.readouterr().err


def test_through_another_encoder_it_is_not_rendered(
    takes: Path, models: Path, make_encoder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    score = takes / "late.score.jsonl"
    known = read_score(score).parts["input"]["jazz"]
    assert Path(known["file"]) == (models / "jazz.encoder.onnx").resolve()
    make_encoder("models/jazz.encoder.onnx", licence="another")
    assert rendered(score, models)[0] == 1
    assert "the encoder 'jazz' is not the one that was played" in capsys.readouterr().err


def blocks(count: int, channels: int = 2) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [3 * random.standard_normal((500, channels)).astype(np.float32) for _ in range(count)]


def test_the_log_begins_with_the_session_and_is_exact(tmp_path: Path) -> None:
    log, heard = InputLog(RATE, 2), blocks(6)
    for block in heard[:3]:
        log.append(block)
    path = tmp_path / "a.wav"
    log.start_sidecar(str(path), path.open("w+b", buffering=0))
    for block in heard[3:5]:
        log.append(block)
    log.drain()
    log.stop_sidecar()
    log.append(heard[5])
    log.close()
    again, out = Replayed(path, RATE), np.zeros((2700, 2), np.float32)
    again.read(out)
    np.testing.assert_array_equal(out[:2500], np.concatenate(heard[:5]))
    assert not out[2500:].any()


def test_a_log_that_grows_too_large_ends_the_scores_but_not_the_recording(tmp_path: Path) -> None:
    log, heard = InputLog(RATE, 2, most_bytes=10_000), blocks(4)
    path = tmp_path / "a.wav"
    log.start_sidecar(str(path), path.open("w+b", buffering=0))
    for block in heard:
        log.append(block)
    log.stop_sidecar()
    assert soundfile.info(path).frames == 2000
    assert log.failure == ""
    with (
        path.open("r+b", buffering=0) as file,
        pytest.raises(ScoreError, match="more than 10000 bytes"),
    ):
        log.start_sidecar(str(path), file)


def test_a_disk_that_is_too_slow_is_told(tmp_path: Path) -> None:
    log = InputLog(100, 2)
    path = tmp_path / "a.wav"
    log.start_sidecar(str(path), path.open("w+b", buffering=0))
    for block in blocks(3):  # of 5 s each, where 8 s fit
        log.append(block)
    log.drain()
    assert "too slow" in log.failure
    assert soundfile.info(path).frames == 500


def refuse(wav: GrowingWav, data: bytes) -> None:
    """A full disk."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_that_lacks_the_beginning_is_not_called_playable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is removed; what breaks off later stays."""
    log = InputLog(RATE, 2)
    for block in blocks(2):
        log.append(block)
    path = tmp_path / "full.input.wav"
    with monkeypatch.context() as changed:
        changed.setattr(GrowingWav, "_append", refuse)
        with pytest.raises(DeviceError, match=r"full\.input\.wav\. Received: No space") as caught:
            log.start_sidecar(str(path), path.open("w+b", buffering=0))
    assert "playable" not in str(caught.value)
    log.start_sidecar(str(path), path.open("w+b", buffering=0))
    log.append(blocks(1)[0])
    monkeypatch.setattr(GrowingWav, "_append", refuse)
    log.drain()
    assert "playable" in log.failure
    log.close()


def test_what_is_rendered_is_named_by_its_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(GrowingWav, "_append", refuse)
    score, out = tmp_path / "s.json", tmp_path / "out.wav"
    score.write_text('{"rate": 16000, "channels": 1, "seconds": 1, "models": {}, "events": []}')
    assert main(["render", str(score), "--out", str(out)]) == 1
    said = f"cannot go on writing {out}. Received: No space left on device"
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [score]
