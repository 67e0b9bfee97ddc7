"""A performance that leaves nothing out: every address that changes the sound, over OSC."""

from __future__ import annotations

import time
from typing import Any


def perform(client: Any, bundle: Any, osc: Any) -> None:
    """Play the models of the fixture ``models``; all has happened when it returns."""
    for act in (_latents, _sources, _presets, _other_deck, _swaps, _gestures):
        act(client)
        client.sync()
        time.sleep(0.03)
    client.send(
        bundle(
            osc("/crossfade", 0.5),
            osc("/deck/a/latent", 1.0, 1.0, 0.5, -0.5),
            osc("/deck/b/latent", 0.5, 0.0, 0.0, 1.0),
            osc("/deck/b/gain", -3.0),
        )
    )
    client.sync()
    time.sleep(0.05)


def _say(client: Any, *messages: tuple[Any, ...]) -> None:
    for message in messages:
        client.say(*message)
        time.sleep(0.005)  # some of them meet in one block, most do not


def _latents(client: Any) -> None:
    _say(
        client,
        ("/latent", 1.0, -1.0, 0.5, 0.25),
        ("/latent/2", -2.0),
        ("/latent/from", 1, 0.75, 1.25),
        ("/latent/norm", 0.9, 0.1),
        ("/latent/norm/3", 0.8),
        ("/latent/delta", 0.1, -0.1, 0.1),
        ("/latent/scale", 0.9),
        ("/latent/bias", 0.1, 0.2),
        ("/latent/clamp", -2.5, 2.5),
        ("/glide", 50.0),
        ("/glide/once", 5.0),
        ("/attr/loudness", 1.0),
        ("/chan2", 0.5),
        ("/wek/outputs", 0.3, 0.6, 0.9),
        ("/latent/traj", 7.0, *[0.1 * step for step in range(24)]),
        ("/latent/{0,1}", 1.5),
    )


def _sources(client: Any) -> None:
    _say(client, ("/walk", 2.0, 1.5), ("/seed", -7), ("/source", "held"))
    client.done("/tape/load", "solo")
    _say(
        client,
        ("/tape/rate", -0.3),
        ("/tape/scrub", 0.7),
        ("/tape/loop", 0.25, 0.75),
        ("/tape/scale", 1.5),
        ("/tape/play", 0),
        ("/tape/scrub", 0.1),
        ("/tape/play", 1),
    )


def _presets(client: Any) -> None:
    client.done("/preset/save", "one")
    _say(client, ("/latent", -1.0, 1.0), ("/walk", 0.5), ("/attr/brightness", -1.0))
    client.done("/preset/save", "two")
    client.done("/morph", "one", "two", 0.3)
    client.done("/morph/time", "two", 0.05)
    client.done("/preset/load", "one")


def _other_deck(client: Any) -> None:
    client.done("/deck/b/model/load", "metal")
    _say(client, ("/crossfade", 0.4), ("/deck/b/latent", 1.0, 0.0, 1.0))
    client.done("/deck/b/model/load", "loops")
    _say(client, ("/deck/b/latent", 0.8, -0.4, 0.2))
    time.sleep(0.05)
    _say(client, ("/deck/b/latent", 0.2, 0.4, -0.8))
    client.done("/deck/b/model/load", "wide")
    _say(client, ("/deck/b/walk", 1.0), ("/deck/b/latent/5", 1.0))


def _swaps(client: Any) -> None:
    client.done("/model/load", "metal")  # the tape plays on: it is the same latent space
    _say(client, ("/latent/0", 2.0))
    client.say("/model/load", "jazz")  # while the last fade may still go on
    client.say("/model/load", "wide")
    client.done("/model/load", "jazz")


def _gestures(client: Any) -> None:
    _say(
        client,
        ("/walk", 1.0),
        ("/freeze", 1),
        ("/latent/1", 2.0),
        ("/freeze", 0),
        ("/hold", 1),
        ("/latent", 0.0, 0.5, 1.0),
        ("/hold", 0),
        ("/gain", -9.0),
        ("/deck/*/gain", -2.0),
        ("/mute", 1),
        ("/mute", 0),
        ("/play", 0),
        ("/play", 1),
        ("/panic",),
        ("/play", 1),
    )
