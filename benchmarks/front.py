"""Disturbs the process that holds the sockets, and counts late blocks; prints a Markdown table.

    python benchmarks/front.py [--kills 1000] [--seconds 60] | python benchmarks/into_page.py \\
        front docs/live.md

A daemon plays a ready model into a dummy jackd at 48 kHz in blocks of 256, once with its sockets in
a process of their own, the front, and once with `--one-process`. The front is killed (SIGKILL) at
random moments, or stopped for ten seconds (SIGSTOP); or it is flooded. Late blocks are those of the
daemon's own count; behind each kill stands a `/ping`, which must be answered, if late.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import load
from jack_room import jack_server, live, needs, playing, status
from processes import one_of

from musicvae.live.osc.replies import message
from musicvae.models import locate

BLOCK = 256
#: Seconds between two kills: a front begins in 0.1, and is to be hit in all that it does.
BETWEEN = (0.0, 0.25)
#: Floods: kind of packet, packets a second.
FLOODS = (("16", 16_000), ("garbage", 16_000))


def answered(asking: socket.socket, number: int) -> bool:
    """Whether a ping with this number is answered; other answers are dropped."""
    asking.send(message("/ping", number))
    with contextlib.suppress(TimeoutError):
        while asking.recv(65_536) != message("/pong", number):
            pass
        return True
    return False


def kills(said: dict[str, Any], count: int) -> str:
    """Kill the front again and again."""
    generator, unheard, done = random.Random(0), 0, 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        asking.connect(("127.0.0.1", said["port"]))
        while done < count:
            front = one_of(said["pid"], "front.process")
            if front is None:
                time.sleep(0.002)
                continue
            with contextlib.suppress(ProcessLookupError):
                os.kill(front, signal.SIGKILL)
            unheard += not answered(asking, done)
            done += 1
            time.sleep(generator.uniform(*BETWEEN))
    return f"the front killed {count} times | {count - unheard} of {count} pings answered"


def stops(said: dict[str, Any], times: int) -> str:
    """Stop the front for ten seconds, a few times."""
    for _ in range(times):
        front = one_of(said["pid"], "front.process")
        if front is not None:
            os.kill(front, signal.SIGSTOP)
            time.sleep(10)
            with contextlib.suppress(ProcessLookupError):  # it was ended, since it hung
                os.kill(front, signal.SIGCONT)
    return f"the front stopped for 10 s, {times} times | "


def flood(said: dict[str, Any], kind: str, rate: int, seconds: float) -> str:
    """Send more than there is time for."""
    before = status(said["port"])["packets_received"]
    command = [sys.executable, load.__file__, "--send", str(said["port"]), kind, str(rate)]
    with subprocess.Popen([*command, str(seconds)], stdout=subprocess.DEVNULL):
        time.sleep(seconds / 2)
        begun = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(5)
            asking.connect(("127.0.0.1", said["port"]))
            heard = answered(asking, 1)
        waited = (time.monotonic() - begun) * 1000
    time.sleep(1)
    received = status(said["port"])["packets_received"] - before
    answer = f"another sender is answered in {waited:.1f} ms" if heard else "no answer"
    what = "vectors of 16" if kind == "16" else kind
    return f"{rate:,} packets/s of {what} | {answer}; {received / seconds:,.0f}/s heard"


def rows(options: argparse.Namespace, alone: bool) -> Iterator[str]:
    """The rows of a daemon; ``alone`` is one without a front."""
    seconds = options.seconds
    acts: list[Callable[[dict[str, Any]], str]] = [lambda said: _quiet(seconds)]
    if not alone:
        acts += [lambda said: kills(said, options.kills), lambda said: stops(said, 3)]
    acts += [partial(flood, kind=kind, rate=rate, seconds=seconds) for kind, rate in FLOODS]
    command = live(Path(locate(options.model).path), block=BLOCK)
    with playing([*command, "--one-process"] if alone else command) as said:
        time.sleep(3)
        for act in acts:
            begun, late = time.monotonic(), status(said["port"])["underruns"]
            text = act(said)
            late = status(said["port"])["underruns"] - late
            taken = time.monotonic() - begun
            sockets = "with the sound" if alone else "a process"
            yield f"| {sockets} | {text} | {taken:.0f} s | {late} | {60 * late / taken:.1f} |"


def _quiet(seconds: float) -> str:
    time.sleep(seconds)
    return "nothing | "


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="jazz", help="a stream (default: jazz)")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0, help="of quiet, and of each flood")
    options = parser.parse_args()
    needs("jackd", "jack_wait")
    print("| the sockets have | what happens | heard | time | late blocks | a minute |")
    print("| --- | --- | --- | ---: | ---: | ---: |")
    with jack_server(48_000, BLOCK):
        for alone in (False, True):
            for line in rows(options, alone):
                print(line, flush=True)


if __name__ == "__main__":
    main()
