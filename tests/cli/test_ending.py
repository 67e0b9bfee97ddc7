"""Signals that ask a command to end: what it finishes, how it ends, and with which exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

MUSICVAE = (sys.executable, "-m", "musicvae")


class Started:
    """A process in the background that was started and stands where it was waited for."""

    def __init__(self, command: list[Any], python: tuple[str, ...] = MUSICVAE, **more: Any) -> None:
        self.process = subprocess.Popen(
            [*python, *map(str, command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )

    def wait_for(self, word: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if word in line:
                return
        raise AssertionError(self.process.communicate()[1])

    def ended(self) -> tuple[int, str]:
        error = self.process.communicate(timeout=60)[1]
        return self.process.returncode, error


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    started: list[Started] = []

    def begin(*command: Any, **more: Any) -> Started:
        started.append(Started(list(command), **more))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.communicate()


def test_a_closed_terminal_fades_the_sound_out(
    start: Callable[..., Started], make_artifact: Callable[..., Path], tmp_path: Path
) -> None:
    take = tmp_path / "take.wav"
    running = start("live", make_artifact(), "--out", take, "--port", "0", "--plain")
    running.wait_for("stop")
    for _ in range(3):  # it says so more than once
        running.process.send_signal(signal.SIGHUP)
    assert running.ended() == (0, "")
    assert np.abs(soundfile.read(take)[0][-1]).max() < 1e-3


def test_under_nohup_a_closed_terminal_changes_nothing(
    start: Callable[..., Started], make_artifact: Callable[..., Path]
) -> None:
    running = start(
        *("live", make_artifact(), "--out", "null", "--port", "0", "--plain", "--seconds", "3"),
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    running.wait_for("stop")
    running.process.send_signal(signal.SIGHUP)
    assert running.process.poll() is None
    running.process.send_signal(signal.SIGTERM)
    assert running.ended() == (0, "")


#: Runs a command, and says when one run of a graph has been seen thirty times.
WATCHED = """
import sys, threading, time
from musicvae.cli.main import main
from musicvae.runtime import stopping

def watch():
    while not any(run._seen > 0.3 for run in tuple(stopping._runs)):
        stopping.look(0.01)
        time.sleep(0.01)
    print("busy", flush=True)

threading.Thread(target=watch, daemon=True).start()
sys.exit(main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_signal_ends_a_rendering_without_an_end(
    start: Callable[..., Started],
    make_stream: Callable[..., Path],
    make_endless: Callable[..., Path],
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    make_endless(make_stream("end.onnx"), 5.0)
    score = {"rate": 16_000, "channels": 1, "seconds": 9, "models": ["end"]}
    events = [[0.0, ["/model/load", "end"], ["/latent", 6.0]]]
    (tmp_path / "score.json").write_text(json.dumps(score | {"events": events}))
    command = ("render", tmp_path / "score.json", "--out", tmp_path / "take.wav")
    running = start(*command, python=(sys.executable, "-c", WATCHED))
    running.wait_for("busy")
    running.process.send_signal(number)
    assert running.ended() == (128 + number, "musicvae: stopped\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["end.onnx", "score.json"]


STUCK = """
import ctypes, sys, threading
from musicvae.cli import process

class Stuck:
    prints_only = False
    def parse(self): pass
    def __call__(self):
        lock, libc = ctypes.create_string_buffer(64), ctypes.CDLL(None)
        threading.Timer(0.5, lambda: print("standing", flush=True)).start()
        libc.pthread_mutex_lock(lock)
        libc.pthread_mutex_lock(lock)  # never returns, and no signal changes that

process._NOTICE = float(sys.argv[1])
sys.exit(process.run(Stuck()))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_call_that_heeds_no_signal_is_left_after_a_while(
    start: Callable[..., Started], number: signal.Signals
) -> None:
    running = start("0.1", python=(sys.executable, "-c", STUCK))
    running.wait_for("standing")
    running.process.send_signal(number)
    assert running.ended() == (128 + number, "")


def test_a_second_signal_ends_at_once(start: Callable[..., Started]) -> None:
    running = start("1e6", python=(sys.executable, "-c", STUCK))
    running.wait_for("standing")
    while running.process.poll() is None:  # the system may make one signal of two that wait
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.01)
    assert running.ended() == (128 + signal.SIGTERM, "")


#: A training that was asked to stop, and takes longer to write its checkpoint than one may wait.
SAVING = """
import sys, time
from musicvae.cli import process
from musicvae.vae.training.interruption import Interruption

class Saving:
    prints_only = False
    def parse(self): pass
    def __call__(self):
        with Interruption() as interruption:
            print("training", flush=True)
            while not interruption.asked:
                time.sleep(0.01)
            time.sleep(0.5)
            print("saved", flush=True)
        return 7

process._NOTICE = 0.05
sys.exit(process.run(Saving()))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_command_that_has_noticed_may_take_its_time(
    start: Callable[..., Started], number: signal.Signals
) -> None:
    running = start(python=(sys.executable, "-c", SAVING))
    running.wait_for("training")
    running.process.send_signal(number)
    running.wait_for("saved")
    assert running.ended() == (7, "")


#: A command that is ended by a signal, and takes some time to clean up.
CLEANING = """
import sys, time
from musicvae.cli import process

class Cleaning:
    prints_only = False
    def parse(self): pass
    def __call__(self):
        try:
            print("working", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            print("cleaning", flush=True)
            time.sleep(0.3)
            return 7

sys.exit(process.run(Cleaning()))
"""


@pytest.mark.parametrize("first", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT], ids=str)
def test_a_hangup_does_not_disturb_what_cleans_up(
    start: Callable[..., Started], first: signal.Signals
) -> None:
    running = start(python=(sys.executable, "-c", CLEANING))
    running.wait_for("working")
    running.process.send_signal(first)
    running.wait_for("cleaning")
    running.process.send_signal(signal.SIGHUP)
    assert running.ended() == (7, "")


#: A daemon that has heeded a signal, and is busy with its end.
ENDING = """
import sys, threading, time
from musicvae.cli import process
from musicvae.live.process import on_signals

class Ending:
    prints_only = False
    def parse(self): pass
    def __call__(self):
        asked = threading.Event()
        with on_signals(asked.set):
            print("sounding", flush=True)
            asked.wait()
        print("ending", flush=True)
        time.sleep(0.3)
        return 7

code = process.run(Ending())
print("over", flush=True)
time.sleep(0.3)
sys.exit(code)
"""


@pytest.mark.parametrize("stage", ["ending", "over"])
def test_a_hangup_that_comes_late_changes_nothing(
    start: Callable[..., Started], stage: str
) -> None:
    running = start(python=(sys.executable, "-c", ENDING))
    running.wait_for("sounding")
    running.process.send_signal(signal.SIGHUP)
    running.wait_for(stage)
    running.process.send_signal(signal.SIGHUP)
    assert running.ended() == (7, "")
