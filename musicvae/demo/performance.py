"""Plays a daemon over real OSC, as a performer's patch would."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Messages per second; about as many as a moved slider sends.
RATE = 20.0


@dataclass(frozen=True)
class Gesture:
    """A movement of the latents to a target.

    Attributes:
        name: what it shows, for the page.
        target: standardised latents, float32 (D,).
        seconds: duration of the movement.
    """

    name: str
    target: NDArray[np.float32]
    seconds: float


def score(real: NDArray[np.float32], drawn: NDArray[np.float32]) -> list[Gesture]:
    """A performance of about 20 s.

    Args:
        real: standardised latents of real clips, float32 (n, D), n ≥ 3.
        drawn: standardised latents drawn at random, float32 (n, D), n ≥ 2.
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
    """Start a daemon that records to a file, play the gestures over UDP, and end it.

    Args:
        artifact: the model to play.
        take: the WAV file to write.
        gestures: one after another.

    Returns:
        The last status of the daemon, as :meth:`musicvae.live.daemon.Daemon.status` gives it.
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
    """Move the latents from ``start`` to the gesture's target, float32 (D,), and return that."""
    began = time.monotonic()
    share = 0.0
    while share < 1.0:
        share = min(1.0, (time.monotonic() - began) / gesture.seconds)
        place = start + (gesture.target - start) * np.float32(share)
        client.send_message("/latent", [float(value) for value in place])
        time.sleep(1 / RATE)
    return gesture.target
