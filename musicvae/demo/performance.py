"""Driving a daemon over real OSC, as a performer's patch would."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Messages a second; a hand on a slider sends about as many.
RATE = 20.0


@dataclass(frozen=True)
class Gesture:
    """Where the latents go and how long that takes.

    Attributes:
        name: what it shows.
        target: standardised latents, float32 (D,).
        seconds: travelling time.
    """

    name: str
    target: NDArray[np.float32]
    seconds: float


def score(real: NDArray[np.float32], drawn: NDArray[np.float32]) -> list[Gesture]:
    """A performance of about 20 s.

    Args:
        real: latents of real clips, (3, D) or more.
        drawn: latents drawn at random, (2, D) or more.
    """
    swept = [real[2].copy(), real[2].copy()]
    swept[0][0], swept[1][0] = 2.0, -2.0
    return [
        Gesture("a clip of the test tracks", real[0], 0.1),
        Gesture("hold it", real[0], 2.5),
        Gesture("walk to another clip", real[1], 3.0),
        Gesture("walk to new music, drawn at random", drawn[0], 3.0),
        Gesture("hold it", drawn[0], 2.5),
        Gesture("walk to other new music", drawn[1], 3.0),
        Gesture("back to a third clip", real[2], 2.0),
        Gesture("the first latent up", swept[0], 2.0),
        Gesture("the first latent down", swept[1], 2.0),
    ]


def perform(artifact: Path, take: Path, gestures: list[Gesture]) -> dict[str, Any]:
    """Start a daemon that writes ``take``, play the gestures over UDP, and end it.

    Returns:
        The daemon's last status.
    """
    from pythonosc.udp_client import SimpleUDPClient

    from musicvae.live.daemon import Daemon

    with Daemon(artifact, output=take, port=0) as daemon:
        with SimpleUDPClient("127.0.0.1", daemon.port) as client:
            client.send_message("/gain", 0.0)
            place = gestures[0].target
            for gesture in gestures:
                place = _travel(client, place, gesture)
        return daemon.status()


def _travel(client: Any, start: NDArray[np.float32], gesture: Gesture) -> NDArray[np.float32]:
    began = time.monotonic()
    share = 0.0
    while share < 1.0:
        share = min(1.0, (time.monotonic() - began) / gesture.seconds)
        place = start + (gesture.target - start) * np.float32(share)
        client.send_message("/latent", [float(value) for value in place])
        time.sleep(1 / RATE)
    return gesture.target
