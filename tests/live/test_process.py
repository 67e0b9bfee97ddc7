"""The real thing: ``musicvae live`` as a process, driven by ``oscsend``."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

RATE = 16_000
Start = Callable[..., "Running"]


class Running:
    """A daemon that has said its start-up lines."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if line.strip().startswith("stop"):
                break
        found = re.search(r"port (\d+)", "".join(self.lines))
        assert found, self.process.communicate()[1]
        self.port = int(found[1])

    def ended(self) -> tuple[int, str, str]:
        """Exit code, and what it said afterwards."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Running] = []

    def begin(*arguments: Any, python: tuple[str, ...] = ("-m", "musicvae")) -> Running:
        command = [sys.executable, *python, "live", *map(str, arguments), "--port", "0"]
        started.append(Running(command))
        return started[-1]

    yield begin
    for running in started:
        running.process.kill()
        running.process.communicate()


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
    osc: Callable[..., bytes],
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    take = tmp_path / "take.wav"
    running = start(make_artifact(samples=RATE), "--out", take)
    sounding(make_client(running.port), osc)
    running.process.send_signal(number)
    assert running.ended() == (0, "", "")
    sound, _ = soundfile.read(take)
    assert np.abs(sound).max() > 0.1
    assert np.abs(sound[-1]).max() < 1e-3


def test_a_kill_leaves_a_playable_file(
    start: Start,
    make_artifact: Callable[..., Path],
    make_client: Any,
    osc: Callable[..., bytes],
    tmp_path: Path,
) -> None:
    take = tmp_path / "take.wav"
    running = start(make_artifact(samples=RATE), "--out", take)
    sounding(make_client(running.port), osc)
    running.process.kill()
    running.ended()
    assert np.abs(soundfile.read(take)[0]).max() > 0.1


def sounding(client: Any, osc: Callable[..., bytes]) -> None:
    """Set latents, and return when the daemon reports a level."""
    client.send(osc("/latent", 1.0))
    level = -120.0
    while level < -12:
        values = client.ask(osc("/status"), "/status.reply")
        level = values[values.index("level") + 1]


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


def test_quit_over_osc_and_quiet(
    start: Start, make_artifact: Callable[..., Path], make_client: Any, osc: Callable[..., bytes]
) -> None:
    running = start(make_artifact(), "--out", "null", "--allow-quit")
    make_client(running.port).send(osc("/quit"))
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


@pytest.fixture
def jack() -> Iterator[str]:
    """A JACK server without hardware; PortAudio finds it like any sound card."""
    if shutil.which("jackd") is None or shutil.which("jack_wait") is None:
        pytest.skip("jackd is not installed (Debian: jackd2, jack-tools or jack-example-tools)")
    name = f"musicvae-{os.getpid()}"
    command = ["jackd", "--no-realtime", "-n", name, "-d", "dummy", "-r", "48000", "-p", "512"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    waited = subprocess.run(["jack_wait", "-s", name, "-w", "-t", "20"], capture_output=True)
    try:
        if waited.returncode:
            pytest.skip("jackd does not start here")
        yield name
    finally:
        server.terminate()
        server.wait()


def test_a_sound_card_plays(
    start: Start,
    jack: str,
    make_artifact: Callable[..., Path],
    make_client: Any,
    osc: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    try:
        import sounddevice  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("PortAudio is not installed (Debian: libportaudio2)")
    pytest.importorskip("soxr", reason="soxr, which resamples, is not installed")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack)
    running = start(make_artifact(samples=RATE), "--allow-quit")
    assert any("48000 Hz" in line for line in running.lines)
    client = make_client(running.port)
    sounding(client, osc)
    client.send(osc("/quit"))
    status, out, err = running.ended()
    assert (status, out) == (0, ""), err
