"""Sends what TouchDesigner's OSC Out CHOP sends, without TouchDesigner.

python examples/touchdesigner/bundles.py --seconds 20

One bundle a frame, 60 a second; in it one message ``/chan<n>`` for each channel that has changed;
its time tag counts from the first bundle, not from 1900, so nobody should wait for it.
"""

from __future__ import annotations

import argparse
import math
import socket
import struct
import time
from collections.abc import Iterator

RATE = 60
#: Channels, of which the last two stand still after the first frame.
CHANNELS = 5

Channels = dict[str, float]


def frames(seconds: float) -> Iterator[Channels]:
    """The values of all channels, frame by frame: three that swing, two that stand still."""
    for frame in range(round(seconds * RATE)):
        turn = 2 * math.pi * frame / RATE
        yield {
            "chan1": 1.5 * math.cos(turn / 8),
            "chan2": 1.5 * math.sin(turn / 5),
            "chan3": math.sin(turn / 3),
            "chan4": 0.5,
            "chan5": -0.25,
        }


def changed(before: Channels, now: Channels) -> Channels:
    """The channels whose value is another than before."""
    return {name: value for name, value in now.items() if before.get(name) != value}


def bundle(channels: Channels, seconds: float) -> bytes:
    """One frame as OSC.

    Args:
        channels: name and value.
        seconds: since the first bundle.
    """
    parts = [b"#bundle\0", struct.pack(">Q", round(seconds * 2**32))]
    for name, value in channels.items():
        message = _text(f"/{name}") + _text(",f") + struct.pack(">f", value)
        parts += [struct.pack(">i", len(message)), message]
    return b"".join(parts)


def bundles(seconds: float) -> Iterator[bytes]:
    """All bundles, one a frame."""
    before: Channels = {}
    for number, now in enumerate(frames(seconds)):
        yield bundle(changed(before, now), number / RATE)
        before = now


def _text(text: str) -> bytes:
    data = text.encode()
    return data + b"\0" * (4 - len(data) % 4)


def main() -> None:
    """Send them in time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7700)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        started = time.monotonic()
        for number, data in enumerate(bundles(options.seconds)):
            time.sleep(max(0.0, started + number / RATE - time.monotonic()))
            sending.sendto(data, (options.host, options.port))


if __name__ == "__main__":
    main()
