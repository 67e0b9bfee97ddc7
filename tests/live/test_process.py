"""The real thing: ``musicvae live`` as a process, driven by ``oscsend``."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

RATE = 16_000
Start = Callable[..., Any]


def test_oscsend_and_hostile_packets_make_a_take(
    start: Start,
    make_artifact: Callable[..., Path],
    make_client: Any,
    osc: Callable[..., bytes],
    hostile_packets: list[bytes],
    tmp_path: Path,
) -> None:
    oscsend = shutil.which("oscsend")
    if oscsend is None:
        pytest.skip("oscsend is not installed (Debian: liblo-tools)")
    artifact = make_artifact(samples=RATE, sample_rate=RATE)
    take = tmp_path / "take.wav"
    running = start(artifact, "--out", take, "--seconds", "4")
    client = make_client(running.port)
    example = next(line.split()[1:] for line in running.lines if line.split()[0] == "try")
    assert example[2] == str(running.port)
    subprocess.run([oscsend, *example[1:]], check=True)
    for packet in hostile_packets:
        client.send(packet)
    send = [oscsend, "localhost", str(running.port)]
    subprocess.run([*send, "/latent", "ffff", "0.5", "0.2", "0", "0"], check=True)
    subprocess.run([*send, "/gain", "f", "-3"], check=True)
    assert client.ask(osc("/ping"), "/pong") == []
    assert running.ended()[0] == 0
    check_sound(take, frames=4 * RATE)


def check_sound(take: Path, frames: int) -> None:
    sound, rate = soundfile.read(take)
    assert (sound.shape, rate) == ((frames, 2), RATE)
    assert np.abs(sound).max() < 1
    assert np.sqrt(np.mean(sound[-RATE:-800] ** 2)) > 0.05  # not silent
    assert np.abs(sound[-1]).max() < 1e-3  # faded out
    # The artifact's sines go up to 440 Hz and its level to 0.9; the shortest fade takes 160 frames.
    steepest = 0.9 * 2 * np.pi * 440 / RATE + 2 * 0.9 * np.pi / 2 / 160
    assert np.abs(np.diff(sound, axis=0)).max() <= steepest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_fades_out_and_leaves_a_whole_file(
    start: Start,
    make_artifact: Callable[..., Path],
    make_client: Any,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    take = tmp_path / "take.wav"
    running = start(make_artifact(samples=RATE), "--out", take)
    sounding(make_client(running.port))
    running.process.send_signal(number)
    assert running.ended() == (0, "", "")
    sound, _ = soundfile.read(take)
    assert np.abs(sound).max() > 0.1
    assert np.abs(sound[-1]).max() < 1e-3


def test_a_kill_leaves_a_playable_file(
    start: Start, make_artifact: Callable[..., Path], make_client: Any, tmp_path: Path
) -> None:
    take = tmp_path / "take.wav"
    running = start(make_artifact(samples=RATE), "--out", take)
    sounding(make_client(running.port))
    running.process.kill()
    running.ended()
    assert np.abs(soundfile.read(take)[0]).max() > 0.1


def sounding(client: Any) -> None:
    """Set latents, and return when the daemon reports a level."""
    client.say("/latent", 1.0)
    while client.status()["level"] < -12:
        pass


def test_the_daemon_never_loads_tensorflow(
    start: Start, make_artifact: Callable[..., Path], tmp_path: Path
) -> None:
    code = (
        "import sys; from musicvae.cli.main import main; status = main(sys.argv[1:]);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules})); sys.exit(status)"
    )
    running = start(
        *(make_artifact(), "--out", tmp_path / "take.wav", "--seconds", "0.5"),
        python=("-c", code),
    )
    status, modules, _ = running.ended()
    assert status == 0
    assert "onnxruntime" in modules.split()
    assert not {"tensorflow", "keras", "librosa", "matplotlib", "rich"} & set(modules.split())


def test_quit_over_osc(start: Start, make_artifact: Callable[..., Path], make_client: Any) -> None:
    running = start(make_artifact(), "--out", "null", "--allow-quit")
    make_client(running.port).say("/quit")
    assert running.ended() == (0, "", "")


def test_errors_are_explained_with_exit_code_one(
    make_artifact: Callable[..., Path], tmp_path: Path
) -> None:
    whole = make_artifact()
    (tmp_path / "torn.onnx").write_bytes(whole.read_bytes()[:-50])
    (tmp_path / "foreign.onnx").write_text("hello")
    make_artifact("newer.onnx", schema=99)
    said = {}
    for name in ("torn", "foreign", "newer", "missing"):
        result = subprocess.run(
            [sys.executable, "-m", "musicvae", "live", tmp_path / f"{name}.onnx", "--out", "null"],
            capture_output=True,
            text=True,
        )
        assert (result.returncode, result.stdout) == (1, ""), result.stderr
        assert result.stderr.startswith("musicvae: ")
        assert "Traceback" not in result.stderr
        said[name] = result.stderr
    assert len(set(said.values())) == 4
    assert "newer musicvae" in said["newer"]


def test_a_second_daemon_is_refused_and_the_first_plays_on(
    start: Start, models: Path, make_client: Any
) -> None:
    running = start(models, "--out", "null")
    command: list[str | Path] = ["live", models, "--out", "null", "--port", str(running.port)]
    result = subprocess.run(
        [sys.executable, "-m", "musicvae", *command], capture_output=True, text=True
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert f"port {running.port} of 127.0.0.1 already" in result.stderr
    assert f"--port {running.port + 10}" in result.stderr
    if sys.platform == "linux":
        assert f"(process {running.process.pid})" in result.stderr
    client = make_client(running.port)
    before = client.status()["seconds"]
    while client.status()["seconds"] < before + 0.1:
        pass


def test_the_front_door_is_light() -> None:
    heavy = {"tensorflow", "keras", "librosa", "matplotlib", "onnxruntime", "rich", "sounddevice"}
    run = "from musicvae.cli.main import main\ntry: main(['{}', '--help'])\nexcept SystemExit: pass"
    for what in ("import musicvae.live.daemon", run.format("live"), run.format("render")):
        code = f"import sys\n{what}\nprint('LOADED', *sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        loaded = done.stdout.rpartition("LOADED")[2].split()
        assert "musicvae" in loaded
        assert not heavy & set(loaded), what
