"""Plays an artifact where nothing but the musicvae wheel is installed.

``python .ci/daemon_only.py ARTIFACT``, run by the Python of that environment from a folder which is
not the checkout. Drives a live daemon over OSC and listens to what it leaves.
"""

from __future__ import annotations

import contextlib
import json
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

ABSENT = ["tensorflow", "keras", "librosa", "matplotlib", "onnx", "musicvae_export", "sounddevice"]
MUSICVAE = Path(sysconfig.get_path("scripts")) / "musicvae"


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

    def ask(self, address: str, answer: str, tries: int = 120) -> list[Any]:
        """Send until ``answer`` comes; its arguments."""
        for _ in range(tries):
            with contextlib.suppress(TimeoutError, ConnectionError):
                self.send(address)
                reply = OscMessage(self.socket.recv(65_536))
                if reply.address == answer:
                    return list(reply.params)
            time.sleep(0.05)
        check(False, f"an answer to {address}")
        raise AssertionError


@contextlib.contextmanager
def daemon(artifact: str, take: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A running ``musicvae live``, which is gone afterwards, whatever happens."""
    command = [MUSICVAE, "live", artifact, "--out", take, "--port", str(port), "--allow-quit"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as p:
        try:
            yield p
        finally:
            p.kill()


def play(artifact: str, folder: Path) -> None:
    """Play, move the latents, end; then look at the take."""
    take, remote = folder / "take.wav", Remote()
    with daemon(artifact, take, remote.port) as process:
        remote.ask("/ping", "/pong")
        remote.send("/latent", 1.5, 0.0, 0.0, 0.0)
        time.sleep(1)
        remote.send("/latent", 0.0, 0.0, 0.0, 1.5)
        time.sleep(1)
        check(remote.ask("/status", "/status.reply"), "/status answers")
        remote.send("/quit")
        printed, _ = process.communicate(timeout=30)
        check(process.returncode == 0, f"the daemon ended well\n{printed}")
    samples, rate = soundfile.read(take, always_2d=True)
    level = 20 * np.log10(np.sqrt((samples**2).mean()) + 1e-12)
    check(len(samples) > rate, f"a take of {len(samples) / rate:.1f} s")
    check(-40 < level < 0 and np.abs(samples).max() <= 1, f"it sounds: {level:.1f} dBFS RMS")
    pitches = {round(pitch(part, rate) / 110) for part in np.array_split(samples[:, 0], 8)}
    check({1, 4} <= pitches, f"both latents were heard: multiples of 110 Hz {sorted(pitches)}")


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
    with tempfile.TemporaryDirectory() as folder:
        play(artifact, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1])
