"""The last part of ``fuzz.py``: sends the worst inputs to a running ``musicvae live``."""

from __future__ import annotations

import os
import re
import runpy
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fuzz_inputs import Inputs, hostile, message

from musicvae.live.osc import packets
from musicvae.live.osc.framing import Framing, encode

ARTIFACTS = Path(__file__).resolve().parent.parent / "tests" / "artifacts.py"
#: These would do what they say: end the daemon, give /ping another meaning, render for an hour.
OBEYED = (b"/quit", b"/alias", b"/render")
#: Inputs that are new, after those that were slow.
MORE = 20_000
PATIENCE = 10.0


class Besieged:
    """A daemon as a process, and two sockets that send to it.

    One asks, the other sends the inputs: these may move the answers to another port.
    """

    def __init__(self, artifact: Path, folder: str) -> None:
        # What it is asked to keep, presets and recordings, it keeps there.
        home = {**os.environ, "HOME": folder, "XDG_DATA_HOME": folder, "XDG_CACHE_HOME": folder}
        command = [sys.executable, "-P", "-m", "musicvae", "live", str(artifact), "--out", "null"]
        self.process = subprocess.Popen(
            [*command, "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=home,
        )
        self.port = self._port()
        self.asking, self.sending = self._socket(), self._socket()

    def _socket(self) -> socket.socket:
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.connect(("127.0.0.1", self.port))
        datagrams.settimeout(PATIENCE)
        return datagrams

    def _port(self) -> int:
        said = ""
        for line in self.process.stdout or ():
            said += line
            if line.strip().startswith("stop"):
                break
        found = re.search(r"port (\d+)", said)
        if found is None:
            raise SystemExit(f"the daemon did not start:\n{said}")
        return int(found[1])

    def request(self, address: str, answer: str) -> list[Any]:
        """The values of the first answer of that address; others are dropped."""
        self.asking.send(message(address, "", b""))
        while True:
            heard = packets.read(self.asking.recv(65536))[0]
            if heard.address == answer:
                return list(heard.arguments)

    def status(self) -> dict[str, Any]:
        """The fields that ``/status`` answers."""
        values = self.request("/status", "/status.reply")
        return dict(zip(values[::2], values[1::2], strict=False))

    def stream(self, stream: bytes) -> None:
        """Send bytes over TCP, and hang up."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
                connection.sendall(stream)
        except ConnectionError:
            return  # closed for nonsense while we wrote, or there is no TCP

    def end(self) -> str:
        """Interrupt it; returns its remaining output."""
        self.process.terminate()
        said, _ = self.process.communicate(timeout=30)
        self.asking.close()
        self.sending.close()
        return said


def besiege(worst: list[bytes], inputs: Inputs, artifact: str | None) -> bool:
    """Start a daemon, send everything, and check that it still plays and answers.

    Args:
        worst: inputs, the worst first.
        inputs: makes more.
        artifact: path; ``None`` makes one of sines, which needs onnx.

    Returns:
        Whether it answers ``/ping``, found no mistake of its own, and lost no more blocks of sound
        than it loses when nobody speaks to it.
    """
    with tempfile.TemporaryDirectory() as folder:
        plays = Path(folder) / "sines.onnx" if artifact is None else Path(artifact).resolve()
        if artifact is None:
            runpy.run_path(str(ARTIFACTS))["write_clip_artifact"](plays)
        daemon = Besieged(plays, folder)
        try:
            before = daemon.status()
            sent = _send_all(daemon, worst + hostile(), inputs)
            daemon.request("/ping", "/pong")
            after = daemon.status()
            # As long again without us: a busy machine is late by itself.
            sounded = after["seconds"] - before["seconds"]
            time.sleep(sounded)
            quiet = daemon.status()["underruns"] - after["underruns"]
        finally:
            said = daemon.end()
    late = after["underruns"] - before["underruns"]
    print(
        f"- a daemon that plays: {sent:,} inputs over UDP and TCP, "
        f"{after['packets_received']:,} packets heard, answers /ping; {sounded:.1f} s of sound, "
        f"underruns {late} (in as long without input {quiet}), faults {after['faults']}"
    )
    if said.strip():
        print(f"  it said: {said.strip()}")
    return late <= quiet and after["faults"] == 0 and daemon.process.returncode == 0


def _send_all(daemon: Besieged, worst: list[bytes], inputs: Inputs) -> int:
    """Send everything, no faster than the daemon answers; returns how many."""
    more = [inputs.next() for _ in range(MORE)]
    worst = [data for data in worst if not _obeyed(data)]
    everything = worst + [data for data in more if not _obeyed(data)]
    for number, data in enumerate(everything):
        daemon.sending.send(data)
        if number % 50 == 0:
            daemon.request("/ping", "/pong")
    for data in worst:
        daemon.stream(data)
        for framing in Framing:
            daemon.stream(encode(data, framing) * 3)
    return len(everything) + 3 * len(worst)


def _obeyed(data: bytes) -> bool:
    return any(word in data for word in OBEYED)
