"""Runs a JACK server without hardware and a daemon that plays into it, and captures the sound."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pythonosc.osc_message import OscMessage

from musicvae.live.osc.replies import message

BLOCK = 512


def needs(*programs: str) -> None:
    """End with a reason where a program is missing."""
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        packages = "jackd2, jack-example-tools, jack-capture, liblo-tools, puredata-core"
        raise SystemExit(f"not installed: {', '.join(absent)} (Debian: {packages})")


@contextlib.contextmanager
def jack_server(rate: int, block: int = BLOCK) -> Iterator[str]:
    """A dummy server of its own; its name, which is also in the environment.

    Real time is asked for first, and done without where the system does not permit it. From now on
    SIGTERM ends what was started, too.
    """
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    name = f"musicvae-{os.getpid()}"
    os.environ["JACK_DEFAULT_SERVER"] = name
    os.environ["JACK_NO_START_SERVER"] = "1"
    for permit in (["-R", "-P", "60"], ["-r"]):
        command = ["jackd", *permit, "-n", name, "-d", "dummy", "-r", str(rate), "-p", str(block)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait = ["jack_wait", "-s", name, "-w", "-t", "5"]
            if subprocess.run(wait, capture_output=True).returncode == 0 and server.poll() is None:
                yield name
                return
        finally:
            server.terminate()
            server.wait()
    raise SystemExit("jackd does not start here")


@contextlib.contextmanager
def playing(command: Sequence[str], say: bool = False) -> Iterator[dict[str, Any]]:
    """A program that plays and says its UDP port in a first line of JSON; that line."""
    quiet = None if say else subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        first = process.stdout.readline() if process.stdout else ""
        if not first:
            raise SystemExit(f"it did not start: {' '.join(command)}")
        try:
            yield json.loads(first)
        finally:
            process.terminate()
            process.communicate()


def live(*artifacts: Path, ahead: float | None = None, block: int = BLOCK) -> list[str]:
    """The command of a daemon that plays into JACK."""
    command = [sys.executable, "-P", "-m", "musicvae", "live", *map(str, artifacts)]
    command += ["--port", "0", "--json", "--block", str(block)]
    return command if ahead is None else [*command, "--ahead", str(ahead)]


def status(port: int) -> dict[str, Any]:
    """The status of the daemon; empty for a program that does not answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        asking.sendto(message("/status"), ("127.0.0.1", port))
        try:
            pairs = list(OscMessage(asking.recv(65_536)).params)
        except TimeoutError:
            return {}
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def tell(port: int, address: str, *values: float | int | str) -> None:
    """Send one message."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(message(address, *values), ("127.0.0.1", port))


def capture(path: Path, seconds: float) -> subprocess.Popen[bytes]:
    """``jack_capture`` on PortAudio's first two ports; ends by itself. The server must run."""
    command = ["jack_capture", "--no-stdin", "-c", "2", "-b", "FLOAT", "-d", f"{seconds:g}"]
    command += ["-p", "PortAudio:out_*", str(path)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(happened: Any, seconds: float = 20.0) -> None:
    """Wait until ``happened()``."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise SystemExit("what should have happened did not")
        time.sleep(0.02)
