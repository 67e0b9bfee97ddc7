"""Disturbs a daemon, and watches its latency return to what it was; prints a Markdown table.

    python benchmarks/easing.py | python benchmarks/into_page.py easing docs/live.md

A daemon plays a ready model into a dummy jackd at 48 kHz in blocks of 256. The disturbance stops
the whole process for 60 ms, twelve times in seven seconds (SIGSTOP). A row has the mean of what
waits for the device (`queue_ms` of `/status`) in five seconds, and the late blocks meanwhile. On a
machine that is late by itself, easing begins again with each late block.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import time
from pathlib import Path

from jack_room import jack_server, live, needs, playing, status

from musicvae.models import locate

STOPS, STOPPED, BETWEEN = 12, 0.06, 0.5
BLOCK = 256
#: Seconds that a row looks at, and questions a second.
LOOK, ASKED = 5.0, 20


def row(name: str, port: int) -> str:
    """What waits in the next seconds, and how many blocks are late."""
    begun, waiting = status(port)["underruns"], []
    for _ in range(round(LOOK * ASKED)):
        waiting.append(status(port)["queue_ms"])
        time.sleep(1 / ASKED)
    late = status(port)["underruns"] - begun
    return f"| {name} | {statistics.mean(waiting):.1f} | {late} |"


def disturb(process_id: int) -> None:
    """Stop the process again and again, and let it go on."""
    for _ in range(STOPS):
        os.kill(process_id, signal.SIGSTOP)
        time.sleep(STOPPED)
        os.kill(process_id, signal.SIGCONT)
        time.sleep(BETWEEN)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="jazz", help="a stream (default: jazz)")
    parser.add_argument("--seconds", type=float, default=40.0, help="after the disturbance")
    options = parser.parse_args()
    needs("jackd", "jack_wait")
    model = Path(locate(options.model).path)
    print("| | rendered sound that waits, ms | late blocks |")
    print("| --- | ---: | ---: |")
    with jack_server(48_000, BLOCK), playing(live(model, block=BLOCK)) as said:
        time.sleep(3)
        print(row("before", said["port"]), flush=True)
        disturb(said["pid"])
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < options.seconds:
            print(row(f"{passed:.0f} s after the disturbance", said["port"]), flush=True)


if __name__ == "__main__":
    main()
