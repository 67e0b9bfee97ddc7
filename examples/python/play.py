"""A performance of one minute, sent with python-osc, with what the daemon answers.

python examples/python/play.py                    # to `musicvae live` on this machine
python examples/python/play.py --pace 0.5         # in half the time

Change SCORE and play your own.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from typing import Any

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import SimpleUDPClient

#: Something to do at a moment, in seconds: messages that take effect together.
Event = tuple[float, list[list[Any]]]

SCORE: list[Event] = [
    (0.0, [["/gain", -96.0], ["/source", "held"], ["/latent", 0.0, 0.0], ["/play", 1]]),
    (0.5, [["/gain", -6.0], ["/glide", 4000.0]]),
    (4.0, [["/latent/0", 1.5]]),
    (10.0, [["/latent/0", -1.0], ["/latent/1", 1.5]]),
    (18.0, [["/glide", 30.0]]),
    # From 20 to 28 a circle is drawn; see `circle`.
    (30.0, [["/source", "walk"], ["/walk", 1.0, 0.7]]),
    (38.0, [["/walk", 2.0, 1.2]]),
    (44.0, [["/freeze", 1]]),
    (47.0, [["/freeze", 0]]),
    (52.0, [["/source", "held"], ["/glide", 4000.0], ["/latent", 0.0, 0.0]]),
    (56.0, [["/gain", -96.0]]),
    (60.0, [["/play", 0]]),
]


def circle(start: float = 20.0, seconds: float = 8.0, rate: float = 25.0) -> Iterator[Event]:
    """The first two latents on a circle of radius 1.5, as a hand on a pad would draw it."""
    for step in range(round(seconds * rate)):
        angle = 2 * math.pi * step / (seconds * rate)
        yield start + step / rate, [["/latent", 1.5 * math.cos(angle), 1.5 * math.sin(angle)]]


def packed(messages: list[list[Any]]) -> Any:
    """One message, or a bundle: what is in a bundle takes effect in the same sample."""
    built = []
    for address, *values in messages:
        builder = OscMessageBuilder(address=address)
        for value in values:
            builder.add_arg(value)
        built.append(builder.build())
    if len(built) == 1:
        return built[0]
    bundle = OscBundleBuilder(IMMEDIATELY)
    for message in built:
        bundle.add_content(message)
    return bundle.build()


def ask(client: SimpleUDPClient, address: str, answer: str, timeout: float = 2.0) -> list[Any]:
    """Send, wait for the answer, and print what else comes; empty when none comes."""
    client.send_message(address, None)
    for message in client.get_messages(timeout):
        if message.address == answer:
            return list(message.params)
        print(message.address, *message.params)
    return []


def status(client: SimpleUDPClient) -> dict[str, Any]:
    """The fields of `/status.reply`, once a model plays; empty when nobody answers."""
    while True:
        values = ask(client, "/status", "/status.reply")
        fields = dict(zip(values[::2], values[1::2], strict=True))
        if not fields or fields["latents"]:
            return fields
        time.sleep(0.2)  # a daemon that has just begun is still loading


def perform(client: SimpleUDPClient, pace: float) -> None:
    """Play the score; answers are printed between the events."""
    started = time.monotonic()
    for moment, messages in sorted([*SCORE, *circle()], key=lambda event: event[0]):
        while (ahead := started + moment * pace - time.monotonic()) > 0:
            for message in client.get_messages(ahead):  # such as /error: waits no longer than that
                print(message.address, *message.params)
                break
        client.send(packed(messages))


def main() -> int:
    """Ask who is there, perform, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7700)
    parser.add_argument("--pace", type=float, default=1.0, help="seconds per second of the score")
    options = parser.parse_args()
    with SimpleUDPClient(options.host, options.port) as client:
        # Answers come to the socket that asked, so python-osc needs no /replyport.
        who = status(client)
        if not who:
            print(f"nobody answers on port {options.port}: start `musicvae live jazz` first")
            return 1
        print(f"{who['model']} ({who['genre']}) has {who['latents']} latents")
        perform(client, options.pace)
        how = status(client)
    refused = how["messages_refused"] - who["messages_refused"]
    print(f"{refused} messages refused, {how['underruns']} underruns")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
