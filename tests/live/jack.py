"""A JACK server without hardware, and what it plays, sample for sample."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
import soundfile

RATE = 48_000


class Jack:
    """A dummy server, between ``with`` and its end.

    Args:
        period: frames of each of its cycles.

    Attributes:
        name: for ``JACK_DEFAULT_SERVER``.
    """

    def __init__(self, period: int = 512, name: str | None = None) -> None:
        self.name = name or f"musicvae-test-{os.getpid()}"
        self.period = period
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in real time where that is permitted; skips the test where it does not run."""
        for permit in (["-R", "-P", "60"], ["-r"]):
            command = ["jackd", *permit, "-n", self.name, "-d", "dummy"]
            command += ["-r", str(RATE), "-p", str(self.period)]
            self._server = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            waited = subprocess.run(
                ["jack_wait", "-s", self.name, "-w", "-t", "10"], capture_output=True
            )
            if waited.returncode == 0 and self._server.poll() is None:
                return
            self.end()
        pytest.skip("jackd does not start here")

    def kill(self) -> None:
        """End it as a crash would; start it again, or one of JACK's eight places is lost."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def end(self) -> None:
        """End it as it wants to be ended."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()


class Capture:
    """``jack_capture``, which writes what reaches the server's two outputs as float32.

    Args:
        jack: a server that runs.
        path: of the WAV file.
        seconds: it ends by itself.
    """

    def __init__(self, jack: Jack, path: Path, seconds: float) -> None:
        self._path = path
        command = ["jack_capture", "--no-stdin", "-c", "2", "-b", "FLOAT", "-d", f"{seconds:g}"]
        command += ["-p", "system:playback_1", "-p", "system:playback_2", str(path)]
        self._process = subprocess.Popen(
            command,
            env=os.environ | {"JACK_DEFAULT_SERVER": jack.name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def running(self) -> bool:
        """Whether it writes already."""
        return self._path.exists() and self._path.stat().st_size > 0

    def samples(self) -> Any:
        """Wait for the end; float32, shape (frames, channels)."""
        assert self._process.wait(60) == 0
        sound, rate = soundfile.read(self._path, dtype="float32", always_2d=True)
        assert rate == RATE
        return sound


def needs_jack(capture: bool = False) -> None:
    """Skip the test, with a reason, where a program or PortAudio is missing."""
    programs = ["jackd", "jack_wait", *(["jack_capture"] if capture else [])]
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        pytest.skip(f"{', '.join(absent)} not installed (Debian: jackd2, jack-tools, jack-capture)")
    try:
        import sounddevice  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("PortAudio is not installed (Debian: libportaudio2)")


@contextmanager
def heard_by_portaudio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Jack]:
    """A server that runs and is the one of this process; skips the test where it cannot."""
    needs_jack()
    from musicvae.live.outputs import devices

    server = Jack()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    with server:
        devices.refresh()
        yield server
        # PortAudio must let go of the server while that is alive.
        monkeypatch.setenv("JACK_DEFAULT_SERVER", f"nobody-{os.getpid()}")
        devices.refresh()


def ports(part: str) -> list[str]:
    """The ports of the server of this process in whose names this is."""
    listed = subprocess.run(["jack_lsp"], capture_output=True, text=True)
    return [port for port in listed.stdout.splitlines() if part in port]


def wait_for(happened: Any, seconds: float = 20.0) -> None:
    """Wait until ``happened()``; it must, in time."""
    patience = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < patience, "did not happen"
        time.sleep(0.01)
