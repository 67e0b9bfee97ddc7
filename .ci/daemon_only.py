"""Plays artifacts where nothing but the musicvae wheel is installed.

``python .ci/daemon_only.py ARTIFACT``, run by the Python of that environment from a folder which is
not the checkout. Drives a live daemon over OSC, two decks of it, and listens to what it leaves. An
artifact ``NAME-stream.onnx`` beside ``NAME.onnx`` is played as well. Prints what it costs: size of
the installation, time to the first sound, memory.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

ABSENT = [
    *("tensorflow", "keras", "librosa", "matplotlib", "onnx", "musicvae_export"),
    *("sounddevice", "rtmixer", "rich"),
]
MUSICVAE = Path(sysconfig.get_path("scripts")) / "musicvae"
#: What we want of a machine on a stage. A busy machine may miss it, so only far more is an error.
SOFT_SECONDS, HARD_SECONDS = 1.0, 15.0
SOFT_MEGABYTES, HARD_MEGABYTES = 150, 400


def check(holds: object, what: str) -> None:
    """Print ``what``; end with an error when it does not hold."""
    print(f"{'ok ' if holds else 'NOT'} {what}")
    if not holds:
        sys.exit(1)


def musicvae(*arguments: str) -> str:
    """Output of the installed command."""
    done = subprocess.run([MUSICVAE, *arguments], capture_output=True, text=True, timeout=60)
    check(done.returncode == 0, f"musicvae {' '.join(arguments)} {done.stderr}")
    return done.stdout


class Remote:
    """Speaks OSC to a daemon on this machine."""

    def __init__(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(0.25)

    def send(self, address: str, *values: Any) -> None:
        """Send one message."""
        builder = OscMessageBuilder(address)
        for value in values:
            builder.add_arg(value)
        self.socket.sendto(builder.build().dgram, ("127.0.0.1", self.port))

    def ask(self, address: str, answer: str, tries: int = 1200) -> list[Any]:
        """Send until ``answer`` comes; its arguments."""
        for _ in range(tries):
            with contextlib.suppress(TimeoutError, ConnectionError):
                self.send(address)
                reply = OscMessage(self.socket.recv(65_536))
                if reply.address == answer:
                    return list(reply.params)
            time.sleep(0.01)
        check(False, f"an answer to {address}")
        raise AssertionError

    def job(self, address: str, *values: Any) -> list[Any]:
        """Ask for what takes longer, and wait until it is done."""
        self.send(address, *values)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                reply = OscMessage(self.socket.recv(65_536))
                if reply.address in ("/done", "/fail") and reply.params[0] == address:
                    check(reply.address == "/done", f"{address} {list(reply.params[1:])}")
                    return list(reply.params[1:])
        check(False, f"an end of {address}")
        raise AssertionError

    def status(self) -> dict[str, Any]:
        """The fields of ``/status.reply``."""
        values = self.ask("/status", "/status.reply")
        return dict(zip(values[::2], values[1::2], strict=True))


@contextlib.contextmanager
def daemon(folder: Path, take: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A running ``musicvae live``, which is gone afterwards, whatever happens."""
    command: list[str | Path] = [
        MUSICVAE,
        "live",
        folder / "one.onnx",
        folder,
        "--out",
        take,
        "--allow-quit",
    ]
    command += ["--port", str(port), "--takes", folder / "takes"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as p:
        try:
            yield p
        finally:
            p.kill()


def play(folder: Path) -> None:
    """Play on two decks, record, end; then look at the takes."""
    take, remote = folder / "take.wav", Remote()
    started = time.monotonic()
    with daemon(folder, take, remote.port) as process:
        first_sound(remote, started)
        time.sleep(1)
        remote.job("/deck/b/model/load", "two")
        recorded, *_ = remote.job("/record/start", "both")
        remote.send("/deck/b/latent", 0.0, 1.5, 0.0, 0.0)
        remote.send("/crossfade", 1.0)
        time.sleep(1)
        if (folder / "stream.onnx").exists():
            remote.job("/model/load", "stream")
            remote.send("/walk", 1.0)
            remote.send("/crossfade", 0.5)
            time.sleep(0.5)
        remote.send("/crossfade", 0.0)
        remote.job("/model/load", "one")
        remote.send("/latent", 0.0, 0.0, 0.0, 1.5)
        time.sleep(1)
        remote.job("/record/stop")
        status = remote.status()
        lost = {name: status[name] for name in ("faults", "decode_failed", "messages_refused")}
        check(not any(lost.values()), f"nothing went wrong {lost}")
        memory(process.pid)
        remote.send("/quit")
        printed, _ = process.communicate(timeout=30)
        check(process.returncode == 0, f"the daemon ended well\n{printed}")
    listen(take)
    again = folder / "again.wav"
    score = Path(recorded).with_suffix(".score.jsonl")
    musicvae("render", str(score), "--out", str(again), "--models", str(folder), "--quiet")
    check(again.read_bytes() == Path(recorded).read_bytes(), "its recording renders to the byte")


def first_sound(remote: Remote, started: float) -> None:
    """Wait until it answers, and until what was sent is heard."""
    remote.ask("/ping", "/pong")
    answered = time.monotonic() - started
    remote.send("/latent", 1.5, 0.0, 0.0, 0.0)
    while remote.status()["level"] < -40:
        if time.monotonic() - started > 60:
            check(False, "it sounds")
        time.sleep(0.01)
    taken = time.monotonic() - started
    told = f"it answers after {answered:.2f} s and sounds after {taken:.2f} s"
    check(taken < HARD_SECONDS, f"{told} (wanted: {SOFT_SECONDS})")


def memory(process: int) -> None:
    """What the processes have in memory; Linux alone tells."""
    if not Path(f"/proc/{process}/smaps_rollup").exists():
        print("    memory is not told by this system")
        return
    # Of what several processes have in common, each counts its share.
    parts = [share(each) for each in family(process)]
    shown = " + ".join(f"{part:.0f}" for part in parts)
    told = f"memory with two decks: {sum(parts):.0f} MB ({shown}; wanted: {SOFT_MEGABYTES})"
    check(sum(parts) < HARD_MEGABYTES, told)


def family(process: int) -> Iterator[int]:
    """A process, and all that it has started."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text("ascii").split():
            yield from family(int(child))


def share(process: int) -> float:
    """The memory of a process in MB."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def listen(take: Path) -> None:
    """Whether the file holds what was played."""
    samples, rate = soundfile.read(take, always_2d=True)
    level = 20 * np.log10(np.sqrt((samples**2).mean()) + 1e-12)
    check(len(samples) > 3 * rate, f"a take of {len(samples) / rate:.1f} s")
    check(-40 < level < 0 and np.abs(samples).max() <= 1, f"it sounds: {level:.1f} dBFS RMS")
    pitches = {round(pitch(part, rate) / 110) for part in np.array_split(samples[:, 0], 24)}
    check({1, 2, 4} <= pitches, f"latents of both decks were heard: {sorted(pitches)} × 110 Hz")


def sizes() -> None:
    """What the installation takes on the disk, without the installer itself."""
    home = Path(sysconfig.get_path("purelib"))
    found: dict[str, float] = {}
    for path in home.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            name = path.relative_to(home).parts[0].partition("-")[0].removesuffix(".libs")
            found[name] = found.get(name, 0) + path.stat().st_size / 1e6
    ours = {name: size for name, size in found.items() if name not in ("pip", "setuptools")}
    largest = sorted(ours, key=lambda name: -ours[name])[:4]
    shown = ", ".join(f"{name} {ours[name]:.0f}" for name in largest)
    print(f"    installed: {sum(ours.values()):.0f} MB ({shown}, …)")


def pitch(samples: Any, rate: int) -> float:
    """Frequency of the strongest partial in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * rate / len(samples))


def main(artifact: str) -> None:
    """All checks in turn."""
    here = [name for name in ABSENT if find_spec(name)]
    check(not here, f"nothing but the base is installed {here or ''}")
    import musicvae as package

    installed = Path(package.__file__).is_relative_to(sysconfig.get_path("purelib"))
    check(installed, "musicvae is the installed wheel, not the checkout")
    check("COMMAND" in musicvae("--help"), "it explains itself")
    said = json.loads(musicvae("inspect", artifact, "--json"))
    check(said["latent_dim"] == 4, "it reads an artifact")
    sizes()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("one", "two"):
            shutil.copy(artifact, folder / f"{name}.onnx")
        stream = Path(artifact).with_name(f"{Path(artifact).stem}-stream.onnx")
        if stream.exists():
            shutil.copy(stream, folder / "stream.onnx")
        play(folder)


if __name__ == "__main__":
    main(sys.argv[1])
