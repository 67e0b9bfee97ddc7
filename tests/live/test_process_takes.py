"""Recordings of a daemon that is ended, killed, or has no room left on its disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile

Start = Callable[..., Any]


def rendered(score: Path, *options: Any) -> Path:
    """What ``musicvae render`` makes of a score."""
    out = score.with_name("again.wav")
    command = [sys.executable, "-m", "musicvae", "render", score, "--out", out, *options]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


def test_a_performance_is_recorded_and_rendered_again_by_another_process(
    start: Start,
    models: Path,
    make_client: Any,
    osc: Callable[..., bytes],
    bundle: Callable[..., bytes],
    performing: ModuleType,
    tmp_path: Path,
) -> None:
    takes = tmp_path / "takes"
    running = start(models, "--out", "null", "--takes", takes, "--block", 160, "--allow-quit")
    client = make_client(running.port)
    performing.perform(client, bundle, osc)
    client.done("/record/start", "one")
    performing.perform(client, bundle, osc)
    (path, _) = client.done("/record/stop")
    assert client.status()["faults"] == 0
    client.say("/quit")
    assert running.ended() == (0, "", "")
    again = rendered(takes / "one.score.jsonl", "--models", models)
    assert again.read_bytes() == Path(path).read_bytes()
    assert np.abs(soundfile.read(again)[0]).max() > 0.1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_fades_out_and_finishes_the_recording(
    start: Start, models: Path, make_client: Any, tmp_path: Path, number: signal.Signals
) -> None:
    running = start(models, "--out", "null", "--takes", tmp_path, "--record", "show")
    client = make_client(running.port)
    client.say("/latent", 2.0, 2.0, 2.0, 2.0)
    while client.status()["level"] < -12:
        pass
    assert client.status()["recording"] == "show.wav"
    running.process.send_signal(number)
    assert running.ended() == (0, "", "")
    sound, rate = soundfile.read(tmp_path / "show.wav")
    assert rate == 16_000
    assert np.abs(sound).max() > 0.2
    assert np.abs(sound[-1]).max() == 0  # the fade is in it
    score = tmp_path / "show.score.jsonl"
    assert json.loads(score.read_text("utf-8").splitlines()[-1])["end"] >= len(sound)
    # Without --models: it says itself where they lie.
    assert rendered(score).read_bytes() == (tmp_path / "show.wav").read_bytes()


def test_a_kill_leaves_a_take_and_a_score_that_renders_what_there_is(
    start: Start,
    models: Path,
    make_client: Any,
    osc: Callable[..., bytes],
    bundle: Callable[..., bytes],
    performing: ModuleType,
    tmp_path: Path,
) -> None:
    running = start(models, "--out", "null", "--takes", tmp_path, "--one-process")
    client = make_client(running.port)
    performing.perform(client, bundle, osc)
    client.done("/record/start", "one")
    performing.perform(client, bundle, osc)
    score, take = tmp_path / "one.score.jsonl", tmp_path / "one.wav"
    while b"/deck/b/gain" not in score.read_bytes()[-400:]:  # its last act is on the disk
        time.sleep(0.01)
    running.process.kill()
    assert running.ended()[0] == -signal.SIGKILL
    whole, _, rest = score.read_bytes().rpartition(b"\n")
    assert rest == b""
    assert all(isinstance(json.loads(line), dict) for line in whole.splitlines())
    assert b'"end"' not in whole
    written, rate = soundfile.read(take, dtype="int32")
    again, _ = soundfile.read(rendered(score, "--models", models), dtype="int32")
    both = min(len(written), len(again))
    assert both > rate // 2
    np.testing.assert_array_equal(again[:both], written[:both])
    assert np.abs(written).max() > 2**27


def test_a_full_disk_ends_the_recording_and_the_sound_goes_on(
    start: Start, models: Path, make_client: Any, tmp_path: Path
) -> None:
    pytest.importorskip("resource", reason="this system has no limits of files")
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (60_001, 60_001));"
        "from musicvae.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    running = start(
        *(models, "--out", "null", "--takes", tmp_path, "--allow-quit"), python=("-c", limited)
    )
    client = make_client(running.port)
    client.say("/walk", 1.0)
    client.done("/record/start", "one")
    address, values = client.receive()
    assert address == "/fail"
    assert values[0] == "/record/start"
    assert "one.wav" in values[1]
    assert "playable" in values[1]
    status = client.status()
    assert (status["recording"], status["faults"]) == ("", 0)
    while client.status()["seconds"] < status["seconds"] + 0.1:  # it plays on
        pass
    assert "nothing is being recorded" in client.failed("/record/stop")
    sound, _ = soundfile.read(tmp_path / "one.wav")
    assert len(sound) == (60_001 - 44) // 6
    assert np.abs(sound).max() > 0.01
    client.say("/quit")
    code, printed, complained = running.ended()
    assert (code, complained) == (0, "")
    assert printed.startswith("/record/start: cannot go on writing")
    again = rendered(tmp_path / "one.score.jsonl", "--models", models)
    assert again.read_bytes() == (tmp_path / "one.wav").read_bytes()


def test_a_take_that_is_removed_is_told(
    start: Start, models: Path, make_client: Any, tmp_path: Path
) -> None:
    if os.name != "posix":
        pytest.skip("Windows removes no file that is open")
    running = start(models, "--out", "null", "--takes", tmp_path)
    client = make_client(running.port)
    (path,) = client.done("/record/start")
    Path(path).unlink()
    address, values = client.receive()
    assert (address, values[0]) == ("/fail", "/record/start")
    assert "was removed" in values[1]
    assert client.status()["recording"] == ""
