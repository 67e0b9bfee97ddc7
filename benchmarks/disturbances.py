"""What may go on beside a program that plays: from nothing to a training."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import load

from musicvae.demo import GENRE, corpus_folder

#: Garbage that the sender sends, in packets a second, and the longest that anything is disturbed.
GARBAGE, LONGEST = 16_000, 3600
#: Seconds that a training may take until it has made its first steps.
_PATIENCE = 180.0
_BUSY = "while True: sum(range(1000))"


@contextlib.contextmanager
def nothing(port: int) -> Iterator[None]:
    """A quiet machine."""
    yield


@contextlib.contextmanager
def busy(port: int) -> Iterator[None]:
    """A Python program that never rests, on one core."""
    with _beside([sys.executable, "-c", _BUSY]):
        yield


@contextlib.contextmanager
def hostile(port: int) -> Iterator[None]:
    """A sender of packets that are no OSC, or worse; see ``load.py``."""
    command = [sys.executable, load.__file__, "--send"]
    with _beside([*command, str(port), "garbage", str(GARBAGE), str(LONGEST)]):
        yield


@contextlib.contextmanager
def training(port: int) -> Iterator[None]:
    """A training of a stream on the embedded clips, which takes all cores."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [sys.executable, "-m", "musicvae", "train", "--genre", GENRE, "--out", str(out)]
        command += ["--data", str(corpus_folder()), "--minutes", "60", "--no-pictures", "--quiet"]
        with _beside(command):
            end = time.monotonic() + _PATIENCE
            while not list(out.glob("history.csv")):  # it has made its first steps
                if time.monotonic() > end:
                    raise SystemExit("the training does not begin")
                time.sleep(0.5)
            yield


#: By what tables call them; each is given the port of the daemon.
DISTURBANCES: dict[str, Callable[[int], contextlib.AbstractContextManager[None]]] = {
    "nothing": nothing,
    "a busy Python": busy,
    "a hostile sender": hostile,
    "a training": training,
}


@contextlib.contextmanager
def _beside(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        if process.poll() is not None:
            raise SystemExit(f"it ended: {' '.join(command)}")
        yield
    finally:
        process.terminate()
        process.wait()
