"""Measures the way of a MIDI controller: from a JACK MIDI event to the OSC packet at the daemon.

    python benchmarks/midi.py [--events 400]

The process of `musicvae live --midi` runs as it does beside a daemon, but what it connects to is
a socket of the benchmark, which notes when each packet comes. Beside it, the floor of the same run:
OSC over TCP from another process to the same socket, which is what a program without MIDI has. Also
the process' share of one CPU, at rest and while a knob is turned 100 times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from jack_room import jack_server, needs

from musicvae import child
from musicvae.live.osc import packets
from musicvae.live.osc.framing import Deframer, Framing, encode
from musicvae.live.osc.replies import message
from musicvae.midi.job import CODE, Job

#: Frames of JACK's cycle, and cycles between two events: about 10 ms.
BLOCK, EVERY, RATE = 256, 2, 48_000
FLOOR = """
import socket, sys, time
from musicvae.live.osc.framing import Framing, encode
from musicvae.live.osc.replies import message
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as link:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(int(sys.argv[2])):
        time.sleep(0.01)
        link.sendall(encode(message("/sent", repr(time.perf_counter())), Framing.LENGTH))
"""


class Knob:
    """A JACK client that is turned by one step every few cycles."""

    def __init__(self) -> None:
        import jack

        self.times: list[float] = []
        self.turns = 0
        self._cycle = 0
        self._client: Any = jack.Client("knob", no_start_server=True)
        self._port = self._client.midi_outports.register("out")
        self._client.set_process_callback(self._process)
        self._client.activate()

    def _process(self, frames: int) -> None:
        self._port.clear_buffer()
        self._cycle += 1
        if self._cycle % EVERY == 0 and self.turns:
            self.turns -= 1
            self._port.write_midi_event(0, (0xB0, 16, len(self.times) % 128))
            self.times.append(time.perf_counter())


class Daemon:
    """In its place: notes when packets come."""

    def __init__(self) -> None:
        self.came: list[tuple[float, packets.Message]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read until the other side has enough."""
        deframer = Deframer()
        writer.write(encode(message("/get.reply", "/deck/a/model/load", "x"), Framing.LENGTH))
        with suppress(ConnectionError, asyncio.CancelledError):
            while data := await reader.read(65_536):
                now = time.perf_counter()
                for packet in deframer.feed(data):
                    self.came += [(now, one) for one in packets.read(packet)]
        writer.close()

    def of(self, address: str) -> list[tuple[float, packets.Message]]:
        """Those of one address."""
        return [(now, one) for now, one in self.came if one.address == address]


async def measure(events: int, presets: str) -> None:
    """Print the table."""
    daemon = Daemon()
    server = await asyncio.start_server(daemon.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    floor = subprocess.Popen([*child.command(FLOOR), str(port), str(events)])
    await asyncio.to_thread(floor.wait)
    sent = daemon.of("/sent")
    show("OSC over TCP", [now - float(str(one.arguments[0])) for now, one in sent])

    knob = Knob()
    process = child.start(
        CODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    print(
        Job("knob", "", presets, "token", "127.0.0.1", port).line(), file=process.stdin, flush=True
    )
    while not daemon.of("/latent/0"):
        knob.turns = 1
        await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    daemon.came.clear()
    knob.times.clear()
    begun, used = time.perf_counter(), seconds_of(process.pid)
    knob.turns = events
    while knob.turns:
        await asyncio.sleep(0.05)
    share = (seconds_of(process.pid) - used) / (time.perf_counter() - begun)
    await asyncio.sleep(0.5)
    came = [now for now, _ in daemon.of("/latent/0")]
    if len(came) == len(knob.times):  # a server that is late loses events
        show("MIDI", [b - a for a, b in zip(knob.times, came, strict=True)])
    begun, used = time.perf_counter(), seconds_of(process.pid)
    await asyncio.sleep(3)
    rest = (seconds_of(process.pid) - used) / (time.perf_counter() - begun)
    print(f"arrived: {len(came)} of {len(knob.times)} events")
    print(f"CPU: {100 * share:.1f} % while it is turned, {100 * rest:.1f} % at rest")
    process.communicate()
    server.close()


def seconds_of(pid: int) -> float:
    """CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def show(name: str, seconds: Sequence[float]) -> None:
    """One row: median, 99th percentile, most."""
    ms = 1000 * np.sort(seconds)
    middle, late = np.percentile(ms, (50, 99))
    print(f"{name:>14}  p50 {middle:6.2f} ms  p99 {late:6.2f} ms  most {ms[-1]:6.2f} ms")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=400)
    options = parser.parse_args()
    needs("jackd", "jack_wait")
    with jack_server(RATE, BLOCK), tempfile.TemporaryDirectory() as presets:
        asyncio.run(measure(options.events, presets))


if __name__ == "__main__":
    main()
