"""Stands in for a feature extractor: a hand that moves, as numbers for Wekinator.

python examples/wekinator/hand.py              # to Wekinator, which learns and sends on
python examples/wekinator/hand.py --straight   # without Wekinator: to musicvae itself

The numbers that Wekinator must know (ports, how many inputs and outputs) lie in project.json.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pythonosc.udp_client import SimpleUDPClient

PROJECT: dict[str, Any] = json.loads(Path(__file__).with_name("project.json").read_text("utf-8"))
#: Movements a second.
RATE = 30
#: What the stand-in for Wekinator's trained model does: rows are outputs, columns inputs, the last
#: column is added. Wekinator's linear regression is of this form; its numbers come from examples.
MODEL = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (-0.5, 0.5, 0.5, 0.25), (0.0, 0.0, 1.0, 0.0))


def hand(seconds: float) -> Iterator[list[float]]:
    """The position and speed of the hand: x, y and speed, each 0 to 1, ``RATE`` times a second."""
    for step in range(round(seconds * RATE)):
        turn = 2 * math.pi * step / RATE
        x, y = math.sin(turn / 7), math.sin(turn / 4 + 1)
        speed = math.hypot(math.cos(turn / 7) / 7, math.cos(turn / 4 + 1) / 4) * 3
        yield [0.5 + 0.5 * x, 0.5 + 0.5 * y, min(1.0, speed)]


def outputs(inputs: list[float]) -> list[float]:
    """The outputs of ``MODEL`` for inputs, within the limits that project.json sets."""
    low, high = PROJECT["outputs"]["minimum"], PROJECT["outputs"]["maximum"]
    sums = (sum(a * b for a, b in zip(row, [*inputs, 1.0], strict=True)) for row in MODEL)
    return [min(high, max(low, value)) for value in sums]


def main() -> None:
    """Prepare musicvae, then send the hand's numbers, or what a model makes of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--straight", action="store_true", help="play musicvae without Wekinator")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--port", type=int, default=PROJECT["musicvae"]["port"], help="of musicvae")
    parser.add_argument("--wekinator", type=int, default=PROJECT["inputs"]["port"], help="its port")
    options = parser.parse_args()
    # Wekinator's outputs lie between 0 and 1; this spreads them over what the latents do.
    with SimpleUDPClient("127.0.0.1", options.port) as musicvae:
        for address, *values in PROJECT["musicvae"]["setup"]:
            musicvae.send_message(address, values)
    port = options.port if options.straight else options.wekinator
    message = PROJECT["outputs" if options.straight else "inputs"]["message"]
    with SimpleUDPClient("127.0.0.1", port) as client:
        started = time.monotonic()
        for number, inputs in enumerate(hand(options.seconds)):
            time.sleep(max(0.0, started + number / RATE - time.monotonic()))
            client.send_message(message, outputs(inputs) if options.straight else inputs)


if __name__ == "__main__":
    main()
