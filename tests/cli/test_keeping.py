"""`musicvae live` begins again with what it played, where the process that sounds dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from musicvae.cli import keeping

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sound is kept on Linux alone")


_HASTY = "keeping._PAUSE, keeping.MOST_FAILURES = 0.0, 3"


def run(code: str, before: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a sound that is no sound, and keep it."""
    whole = f"""
import os, signal, sys, time
from musicvae.cli import keeping
from musicvae.live.last_state import State
from musicvae.cli.process import run as run_command

def rest():
    # In short naps: a signal that comes just before a call of sleep does not end that call.
    for _ in range(400):
        time.sleep(0.05)

class Command:
    prints_only, plays = False, True
    def parse(self): pass
    def __call__(self):
        last = keeping.last_state()
        before = last.read()
        turn = 0 if before is None else before.port
        last.keep(State(turn + 1))
        last.plays = self.plays
        os.write(1, b"turn %d\\n" % turn)
        try:
            return self.work(turn)
        except KeyboardInterrupt:
            os.write(1, b"asked to end\\n")
            return 42
    def work(self, turn):
{code}
{before}
raise SystemExit(keeping.kept(lambda: run_command(Command())))
"""
    return subprocess.run(
        [sys.executable, "-c", whole],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        text=True,
        timeout=60,
    )


def test_what_dies_begins_again_and_an_end_is_an_end() -> None:
    done = run("        os.kill(os.getpid(), signal.SIGKILL) if turn < 3 else 0\n        return 7")
    assert done.returncode == 7
    assert done.stdout.split("\n") == ["turn 0", "turn 1", "turn 2", "turn 3", ""]
    again = "musicvae: the sound ended by SIGKILL, and begins again with what it played\n"
    assert done.stderr == again * 3


def test_an_error_is_an_end() -> None:
    done = run("        raise ValueError('an error in musicvae')")
    assert done.returncode == 1
    assert done.stdout == "turn 0\n"
    assert done.stderr.count("an error in musicvae") == 1


def test_what_dies_too_often_is_given_up() -> None:
    done = run("        os.kill(os.getpid(), signal.SIGSEGV)")
    assert done.returncode == 128 + signal.SIGSEGV
    assert done.stdout.count("turn") == 1 + keeping.MOST_DEATHS
    assert done.stderr.endswith("musicvae: the sound ended by SIGSEGV\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("to", ["the parent", "both"])
def test_a_signal_ends_it_once(number: signal.Signals, to: str) -> None:
    sent = f"os.kill(os.getppid(), {int(number)})"
    if to == "both":
        sent = f"os.killpg(0, {int(number)})"
    done = run(f"        {sent}\n        rest()\n        return 1", start_new_session=True)
    assert done.stdout == "turn 0\nasked to end\n"
    assert done.returncode == 42
    assert done.stderr == ""


def test_one_that_dies_of_a_signal_that_asks_to_end_is_not_begun_again() -> None:
    """As where it comes before the handlers are there."""
    code = (
        "        signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
        "        os.kill(os.getppid(), signal.SIGTERM)\n        rest()"
    )
    done = run(code)
    assert done.returncode == 128 + signal.SIGTERM
    assert done.stdout == "turn 0\n"


def test_one_that_comes_to_play_no_more_is_tried_for_a_while() -> None:
    """As where the sound card is away, or the port still taken."""
    code = """
        if turn == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        last = keeping.last_state()
        last.plays = turn > 3
        return 1 if turn <= 3 else 7"""
    done = run(code, before=_HASTY)
    assert done.returncode == 7
    assert done.stdout.count("turn") == 5
    given_up = run(code.replace("turn > 3", "False").replace("turn <= 3", "True"), before=_HASTY)
    assert given_up.returncode == 1
    assert given_up.stdout.count("turn") == 2 + 3


def test_a_signal_without_a_name_and_a_reader_that_does_not_read() -> None:
    code = "        os.kill(os.getpid(), signal.SIGRTMIN + 6) if turn == 0 else 0\n        return 7"
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)
    done = run(code, stderr=writing)
    os.close(writing)
    os.close(reading)
    assert (done.returncode, done.stdout) == (7, "turn 0\nturn 1\n")


def test_what_ends_as_it_was_asked_to_is_not_begun_again() -> None:
    done = run(
        "        keeping.last_state().forget()\n        os.kill(os.getpid(), signal.SIGSEGV)"
    )
    assert done.returncode == 128 + signal.SIGSEGV
    assert done.stdout == "turn 0\n"


def test_it_ends_with_its_keeper() -> None:
    code = "        os.kill(os.getppid(), signal.SIGKILL)\n        rest()\n        return 1"
    done = run(code)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "turn 0\nasked to end\n"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["live", "jazz"], True),
        (["live", "jazz", "--one-process"], False),
        (["train", "live"], False),
        ([], False),
    ],
)
def test_only_a_sound_is_kept(arguments: list[str], wanted: bool) -> None:
    assert keeping.wanted(arguments) is wanted
