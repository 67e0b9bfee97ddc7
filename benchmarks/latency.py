"""Measures the latency from an OSC packet to the first changed sample at a JACK port.

    python benchmarks/latency.py [--events 500] [--ahead MS …] | tee latency.txt
    python benchmarks/latency.py --blocks 128 256 512 --rates 48000 \\
        --beside nothing "a busy Python" "a hostile sender" "a training"

Needs jackd (its dummy driver, no sound card) and the Python package JACK-Client, which listens.
Each row is measured beside the floor of the same run: a program that does nothing but read the
packet and put its number out in PortAudio's callback, with the same going on beside it. The limits
are what this project promises itself for a hop of 256 samples at 44.1 kHz: floor + hop + 2 ms at
the median, floor + 2 hops + 5 ms at the 99th percentile, or 10 ms where something disturbs. Packets
that were lost, not heard within 108 ms, count for neither.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from disturbances import DISTURBANCES
from jack_room import BLOCK, jack_server, live, needs, playing, status
from probes import write_probe

from musicvae.live.osc.replies import message

HOP = 256
RATE = 44_100
#: Seconds between two events: longer than any latency, and never in step with the blocks.
GAPS = (0.12, 0.16)
HERE = Path(__file__).resolve()


class Ear:
    """Records one JACK port, with the sample frame at which each block arrived.

    Args:
        seconds: that it can keep.
    """

    def __init__(self, seconds: float) -> None:
        import jack

        self.client = jack.Client("ear", no_start_server=True)
        self.port = self.client.inports.register("in")
        self.rate = self.client.samplerate
        self._heard = np.zeros(round(seconds * self.rate), np.float32)
        self._frames: list[tuple[int, int]] = []  # JACK's frame, and how many
        self._at = 0
        self.xruns = 0
        self.client.set_process_callback(self._hear)
        self.client.set_xrun_callback(self._count)
        self.client.activate()

    def _hear(self, frames: int) -> None:
        end = self._at + frames
        if end <= len(self._heard):
            self._heard[self._at : end] = self.port.get_array()
            self._frames.append((self.client.last_frame_time, frames))
            self._at = end

    def _count(self, delayed: float) -> None:
        self.xruns += 1

    def begin(self) -> None:
        """Forget what was heard, and count anew what was missed."""
        self._frames, self._at, self.xruns = [], 0, 0

    def connect(self) -> None:
        """Connect to the program that plays."""
        for _ in range(200):
            ports = self.client.get_ports(is_audio=True, is_output=True)
            ours = [p for p in ports if not p.name.startswith(("system:", "ear:"))]
            if ours:
                self.client.connect(ours[0], self.port)
                return
            time.sleep(0.05)
        raise SystemExit("nobody plays into JACK")

    def sound(self) -> tuple[np.ndarray, np.ndarray]:
        """JACK's frame of each sample, and the samples."""
        places = np.concatenate(
            [frame + np.arange(count) for frame, count in self._frames] or [np.zeros(0, np.int64)]
        )
        return places, self._heard[: len(places)]

    def close(self) -> None:
        """Stop listening."""
        self.client.deactivate()
        self.client.close()


def events(ear: Ear, port: int, count: int) -> list[tuple[int, float]]:
    """Move the latent up and down; the frame at which each packet was sent, and the new level."""
    generator = np.random.default_rng(0)
    sent = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for quiet in (message("/source", "held"), message("/glide", 0.0)):
            sender.sendto(quiet, ("127.0.0.1", port))  # nothing else moves the latent
        for number in range(count):
            level = 1.0 if number % 2 == 0 else -1.0
            sent.append((ear.client.frame_time, level))
            sender.sendto(message("/latent", level), ("127.0.0.1", port))
            time.sleep(generator.uniform(*GAPS))
    return sent


def latencies(ear: Ear, sent: list[tuple[int, float]]) -> np.ndarray:
    """Milliseconds from each packet to the sample that passes half of its step.

    It is infinite where none does before the next packet may be sent: most of all where the packet
    was lost, since the system drops packets when a flood fills its buffer.
    """
    frames, heard = ear.sound()
    found = []
    for frame, level in sent:
        begin = int(np.searchsorted(frames, frame))
        part = heard[begin : begin + round(GAPS[0] * 0.9 * ear.rate)]
        passed = np.flatnonzero(part * level > 0)
        reached = frames[begin + passed[0]] if len(passed) else np.inf
        found.append((reached - frame) / ear.rate * 1000)
    return np.array(found)


def measure(command: list[str], count: int, beside: str = "nothing") -> dict[str, Any]:
    """Latency figures of a program in ms, and what the port missed."""
    ear = Ear(count * GAPS[1] + 5)
    try:
        with playing(command) as said:
            port = said["port"]
            ear.connect()
            with DISTURBANCES[beside](port):
                time.sleep(1)
                ear.begin()
                before = status(port).get("underruns", 0)
                found = latencies(ear, events(ear, port, count))
                late = status(port).get("underruns", 0) - before
        lost = np.isinf(found)
        heard = found if lost.all() else found[~lost]
        p50, p99 = np.percentile(heard, (50, 99))
        return {"p50": p50, "p99": p99, "lost": lost.sum(), "xruns": ear.xruns, "late": late}
    finally:
        ear.close()


def floor(block: int) -> None:
    """The program that only outputs the number of the last packet at once."""
    import sounddevice

    from musicvae.errors import PacketError
    from musicvae.live.osc import packets

    level = [0.0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))

        def fill(out: Any, frames: int, moment: Any, status: Any) -> None:
            out[:] = 0.25 * level[0]

        with sounddevice.OutputStream(blocksize=block, channels=1, callback=fill, latency=0):
            print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
            while True:
                try:
                    (asked,) = packets.read(listening.recv(65_536))
                except (PacketError, ValueError):
                    continue  # somebody else's
                if asked.address == "/latent" and isinstance(asked.arguments[0], float):
                    level[0] = asked.arguments[0]


def table(options: argparse.Namespace) -> Iterator[str]:
    """The figures as lines of Markdown."""
    yield "| device | beside | what plays | ahead | p50 | limit | p99 | limit | lost | late |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        probe = write_probe(Path(folder) / "probe.onnx", RATE, HOP)
        for rate in options.rates:
            for block in options.blocks:
                with jack_server(rate, block):
                    for beside in options.beside:
                        yield from rows(probe, options, f"{rate / 1000:g} kHz, {block}", beside)


def rows(probe: Path, options: argparse.Namespace, device: str, beside: str) -> Iterator[str]:
    """The floor, and the daemon beside it, on the device that runs."""
    block, hop = int(device.rpartition(" ")[2]), HOP / RATE * 1000
    idle = [sys.executable, str(HERE), "--floor", str(block)]
    base = measure(idle, options.events, beside)
    yield (
        f"| {device} | {beside} | nothing: the floor | | {base['p50']:.1f} ms | | "
        f"{base['p99']:.1f} ms | | {base['lost']} | {base['xruns']} |"
    )
    spare = 5 if beside == "nothing" else 10
    for ahead in [None, *options.ahead]:
        ours = measure(live(probe, ahead=ahead, block=block), options.events, beside)
        shown = "default" if ahead is None else f"{ahead:g} ms"
        yield (
            f"| {device} | {beside} | musicvae live, a hop of {hop:.1f} ms | {shown} | "
            f"{ours['p50']:.1f} ms | {base['p50'] + hop + 2:.1f} ms | "
            f"{ours['p99']:.1f} ms | {base['p99'] + 2 * hop + spare:.1f} ms | "
            f"{ours['lost']} | {ours['late']} |"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--ahead", type=float, nargs="*", default=[], metavar="MS")
    parser.add_argument("--rates", type=int, nargs="+", default=[44_100, 48_000])
    parser.add_argument("--blocks", type=int, nargs="+", default=[BLOCK])
    parser.add_argument("--beside", nargs="+", default=["nothing"], choices=DISTURBANCES)
    parser.add_argument("--floor", type=int, metavar="BLOCK", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        floor(options.floor)
        return
    needs("jackd", "jack_wait")
    for line in table(options):
        print(line, flush=True)


if __name__ == "__main__":
    main()
