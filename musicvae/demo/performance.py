"""Plays a daemon over real OSC, as a performer's patch would."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicvae.artifact import ArtifactInfo

#: Messages per second; about as many as a moved slider sends.
RATE = 20.0

#: An OSC address and its arguments.
Message = tuple[str, tuple[float | int | str, ...]]


@dataclass(frozen=True)
class Slide:
    """A fader that is moved evenly.

    Attributes:
        address: OSC address of what it moves, which takes one float.
        start: its first value.
        end: its last value.
    """

    address: str
    start: float
    end: float

    def at(self, share: float) -> Message:
        """The message when a share of the movement, 0 to 1, is done."""
        return self.address, (self.start + (self.end - self.start) * share,)


@dataclass(frozen=True)
class Gesture:
    """Something that a performer does.

    Attributes:
        name: what it shows, for the page.
        seconds: from its begin to that of the next one.
        messages: sent at its begin.
        slide: a fader that moves all the time; ``None`` where none does.
    """

    name: str
    seconds: float
    messages: Sequence[Message] = ()
    slide: Slide | None = None


def score(info: ArtifactInfo, own: str = "", others: Sequence[str] = ()) -> list[Gesture]:
    """A performance of about 20 s.

    Args:
        info: the description of the stream that is played.
        own: the name by which the daemon knows it.
        others: names of ready models of the same latent space, which take over in between.
    """
    walk: Sequence[Message] = (("/gain", (0.0,)), ("/seed", (7,)), ("/walk", (1.0,)))
    first = info.latents[0].effect if info.latents else ""
    named = f"the first latent: {first}" if first else "the first latent"
    gestures = [Gesture("it moves by itself, as its music does", 8.0, walk)]
    for name in others:
        message = ("/model/load", (name,))
        gestures.append(Gesture(f"the same gesture goes on as {name}", 3.0, [message]))
    if others:
        gestures.append(Gesture(f"and as {own} again", 2.0, [("/model/load", (own,))]))
    gestures += [
        Gesture(f"{named}, up", 2.5, slide=Slide("/latent/0", 0.0, 2.5)),
        Gesture("and down", 2.5, slide=Slide("/latent/0", 2.5, -2.5)),
        Gesture("back to the middle", 0.5, slide=Slide("/latent/0", -2.5, 0.0)),
    ]
    if "brightness" in {attribute.name for attribute in info.attributes}:
        gestures += [
            Gesture("darker", 1.5, slide=Slide("/attr/brightness", 0.0, -2.0)),
            Gesture("brighter", 2.5, slide=Slide("/attr/brightness", -2.0, 2.0)),
            Gesture("as before", 0.5, slide=Slide("/attr/brightness", 2.0, 0.0)),
        ]
    return [
        *gestures,
        Gesture("frozen", 1.5, [("/freeze", (1,))]),
        Gesture("on, in half the time", 2.5, [("/freeze", (0,)), ("/walk", (2.0,))]),
    ]


def perform(artifact: Path | str, gestures: Sequence[Gesture], **options: Any) -> dict[str, Any]:
    """Start a daemon, play the gestures over UDP, and end it.

    Args:
        artifact: the model to play, as a path or as the name of a ready model.
        gestures: one after another.
        **options: see :class:`musicvae.live.options.Options`; the port is any that is free.

    Returns:
        The last status of the daemon, as :meth:`musicvae.live.daemon.Daemon.status` gives it.

    Raises:
        DeviceError: the output does not open.
    """
    from pythonosc.udp_client import SimpleUDPClient

    from musicvae.live.daemon import Daemon

    with Daemon(artifact, port=0, **options) as daemon:
        with SimpleUDPClient("127.0.0.1", daemon.port) as client:
            for gesture in gestures:
                _do(client, gesture)
        return daemon.status()


def _do(client: Any, gesture: Gesture) -> None:
    """Send the messages of a gesture, and move its fader, until it is over."""
    began = time.monotonic()
    for address, arguments in gesture.messages:
        client.send_message(address, list(arguments))
    share = 0.0
    while share < 1.0:
        share = min(1.0, (time.monotonic() - began) / gesture.seconds)
        if gesture.slide is not None:
            address, arguments = gesture.slide.at(share)
            client.send_message(address, list(arguments))
        time.sleep(min(1 / RATE, gesture.seconds))
