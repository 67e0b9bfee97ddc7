"""Plays a performance to a port that only listens, and draws what was heard."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from boxes import FONT, save
from matplotlib.figure import Figure
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

#: What the listener says of itself, since performances ask first who is there.
STATUS: list[Any] = [
    *("model", "a stream", "genre", "jazz", "latents", 6, "messages_refused", 0, "underruns", 0),
]
Heard = list[tuple[float, str, list[Any]]]


def record(command: list[str], environment: dict[str, str], port: int, pace: float) -> Heard:
    """All messages of a performance with their moments in seconds of its score.

    Args:
        command: ends when the performance does.
        environment: added to that of this process.
        port: where it sends.
        pace: seconds that it takes for a second of its score.
    """
    heard: Heard = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", port))
        listening.settimeout(0.02)
        with subprocess.Popen(
            command, env=os.environ | environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            while process.poll() is None:
                try:
                    data, sender = listening.recvfrom(65536)
                except TimeoutError:
                    continue
                for address, values in _opened(data):
                    if address == "/status":
                        listening.sendto(_status(), sender)
                    else:
                        heard.append((time.monotonic(), address, values))
    start = heard[0][0]
    return [((moment - start) / pace, address, values) for moment, address, values in heard]


def draw(heard: Heard, path: Path, source: str) -> None:
    """Draw one row for each address; see ``boxes.draw``."""
    rows = list(dict.fromkeys(address for _, address, _ in heard))
    figure = Figure(figsize=(10, 0.5 + 0.42 * len(rows)), dpi=100)
    axes = figure.add_axes((0.12, 0.35 / (0.5 + 0.42 * len(rows)), 0.86, 0.94))
    for row, address in enumerate(rows):
        events = [(moment, values) for moment, other, values in heard if other == address]
        _draw_row(axes, -row, events)
    axes.set_yticks([-row for row in range(len(rows))], rows, family=FONT, fontsize=7)
    axes.set_xlabel("seconds", fontsize=7)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_xlim(-1, heard[-1][0] + 2)
    axes.set_ylim(0.6 - len(rows), 0.6)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    save(figure, path, source)


def _draw_row(axes: Any, base: int, events: list[tuple[float, list[Any]]]) -> None:
    """Few events with what they say; many as lines between their smallest and largest number."""
    axes.axhline(base, color="#e6e6e0", lw=0.8, zorder=0)
    if len(events) < 20:
        for moment, values in events:
            said = [f"{value:.4g}" if isinstance(value, int | float) else value for value in values]
            axes.plot([moment], [base], "|", color="#4d7f52", ms=9)
            words = " ".join(said[:4]) + (" …" if len(said) > 4 else "")
            axes.text(moment + 0.3, base, words, fontsize=6, va="center", family=FONT)
        return
    numbers = [value for _, values in events for value in values]
    low, spread = min(numbers), max(numbers) - min(numbers) or 1
    for column in range(len(events[0][1])):
        points = [(m, values[column]) for m, values in events if len(values) > column]
        heights = [base - 0.35 + 0.7 * (value - low) / spread for _, value in points]
        axes.plot([moment for moment, _ in points], heights, lw=0.9, marker=".", ms=1.5)


def _opened(data: bytes) -> list[tuple[str, list[Any]]]:
    if data.startswith(b"#bundle"):
        return [message for part in OscBundle(data) for message in _opened(part.dgram)]
    message = OscMessage(data)
    return [(message.address, list(message.params))]


def _status() -> bytes:
    builder = OscMessageBuilder(address="/status.reply")
    for value in STATUS:
        builder.add_arg(value)
    return bytes(builder.build().dgram)
