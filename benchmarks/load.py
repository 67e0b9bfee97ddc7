"""Measures the effect of floods of packets on the sound.

    python benchmarks/load.py [--seconds 10] | tee load.txt

A daemon plays into a dummy jackd at 48 kHz in blocks of 512. It is sent vectors as fast as no
performance is, then garbage; the rows say how many packets it heard of those that were sent, how
often it was late against an equal time of quiet, and what became of its memory.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jack_room import jack_server, live, needs, playing, status
from probes import write_probe

from musicvae.live.osc.replies import message

#: Latents of the model: the widest vector that is sent.
WIDTH = 128
#: Bursts a second in which packets are sent; senders do not pace single packets either.
BURSTS = 500
HOSTILE = Path(__file__).resolve().parent.parent / "tests" / "live" / "hostile_packets.json"


def packets(kind: str) -> list[bytes]:
    """The packets that are sent in turn: ``"16"`` or ``"128"`` floats, or ``"garbage"``."""
    generator = np.random.default_rng(0)
    if kind == "garbage":
        hostile = [bytes.fromhex(row["hex"]) for row in json.loads(HOSTILE.read_text("utf-8"))]
        noise = [generator.bytes(int(generator.integers(1, 512))) for _ in range(256)]
        return [data for data in [*hostile, *noise] if len(data) < 60_000]
    rows = generator.uniform(-2, 2, (64, int(kind)))
    return [message("/latent", *map(float, row)) for row in rows]


def send(port: int, kind: str, rate: int, seconds: float) -> tuple[int, float]:
    """Send at this rate; how many were sent, and in how many seconds."""
    data, sent = packets(kind), 0
    each = rate // BURSTS
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        begun = time.perf_counter()
        for burst in range(round(seconds * BURSTS)):
            for _ in range(each):
                sending.sendto(data[sent % len(data)], ("127.0.0.1", port))
                sent += 1
            time.sleep(max(0.0, begun + (burst + 1) / BURSTS - time.perf_counter()))
        taken = time.perf_counter() - begun
    return sent, taken


def resident(process_id: int) -> float:
    """Memory of a process in MB, without what it shares with JACK's server."""
    lines = Path(f"/proc/{process_id}/status").read_text("ascii").splitlines()
    own = [line.split()[1] for line in lines if line.startswith(("RssAnon", "RssFile"))]
    return sum(map(int, own)) / 1024


def row(port: int, process_id: int, kind: str, rate: int, seconds: float) -> str:
    """One flood, or quiet with ``rate`` 0."""
    before, memory = status(port), resident(process_id)
    sent, taken = 0, seconds
    if rate:
        command = [sys.executable, __file__, "--send", str(port), kind, str(rate), str(seconds)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        sent, taken = json.loads(done.stdout)
    else:
        time.sleep(seconds)
    time.sleep(0.5)
    after = status(port)
    heard = after["packets_received"] - before["packets_received"] - 1  # less our own question
    late = after["underruns"] - before["underruns"]
    what = f"{sent / taken:,.0f} packets/s of {kind}" if rate else "nothing"
    return (
        f"| {what} | {sent:,} | {sent - heard:,} | {late} | {100 * after['load']:.0f} % | "
        f"{memory:.1f} MB | {resident(process_id):.1f} MB |"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--send", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.send:
        port, kind, rate, seconds = options.send
        print(json.dumps(send(int(port), kind, int(rate), float(seconds))))
        return
    needs("jackd", "jack_wait")
    print("| what is sent | sent | lost | late | decoding | memory before | after |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, jack_server(48_000):
        probe = write_probe(Path(folder) / "probe.onnx", latents=WIDTH)
        with playing(live(probe)) as said:
            port, process_id = said["port"], said["pid"]
            time.sleep(1)
            for kind, rate in (
                ("", 0),
                ("16", 16_000),
                ("128", 2_000),
                ("garbage", 16_000),
                ("", 0),
            ):
                print(row(port, process_id, kind, rate, options.seconds), flush=True)


if __name__ == "__main__":
    main()
