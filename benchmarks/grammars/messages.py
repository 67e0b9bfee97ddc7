"""Stored messages, as presets and scores hold them: right ones, and ones that only look so."""

from __future__ import annotations

import random
from typing import Any

from soak_score import DRAWS

from grammars.values import NUMBERS, edge
from musicvae.live.commands.arguments import Shape
from musicvae.live.table import ADDRESSES

#: The deck for which they are made.
SHAPE = Shape(4, ("loudness", "onsets"), "0123456789abcdef", "stream")

#: What a score can hold: /chan1 is a latent by another name, and noted as that.
_PATHS = [row.path for row in ADDRESSES.rows if row.path in DRAWS and row.apply is not None]
_WEIGHTS = [DRAWS[path][0] for path in _PATHS]
_ADDRESSES = (
    *("/status", "/quit", "/ping", "/alias", "/loop", "/model/load", "/tape/load", "/preset/load"),
    *("/latent/*", "/deck/*/gain", "/{latent,gain}", "/latent/<i>", "/latent/999999", "/", "//"),
    *("/crossfade", "/deck/c/gain", "/deck/aa/gain", "/deck/a", "/latent/-1", "/attr/nothing"),
    *("/deck/b/status", "/decks", "/deck/*/play"),
    *("/morph", "/record/start", "/render", "/panic", "latent", "/latent/" + "9" * 200, "/a\nb"),
)


def valid(rng: random.Random) -> list[Any]:
    """A message that a performer could have sent to a deck with four latents."""
    path = rng.choices(_PATHS, _WEIGHTS)[0]
    values = DRAWS[path][1](rng, SHAPE)
    stem, _, placeholder = path.partition("<")
    if placeholder == "name>":
        stem += rng.choice(SHAPE.attributes)
    elif placeholder:
        stem += str(rng.randrange(SHAPE.latent_dim) + (placeholder == "n>"))
    return [stem, *values]


def foreign(rng: random.Random) -> list[Any]:
    """A message to any address there is, or to none, with any values."""
    path = rng.choice((*_ADDRESSES, rng.choice(ADDRESSES.rows).path))
    for placeholder in ("<i>", "<n>", "<name>"):
        path = path.replace(placeholder, rng.choice(("0", "3", "4", "loudness", placeholder)))
    prefix = rng.choice(("", "", "/deck/a", "/deck/b", "/deck/z"))
    count = rng.choice((0, 0, 1, 1, 2, 3, 4, 5, 64))
    return [prefix + path, *(edge(rng) for _ in range(count))]


def costly(rng: random.Random) -> list[list[Any]]:
    """Many messages that each take a while: a file must not choose how long a frame takes."""
    many = rng.choice((2, 100, 1000, 4096, 4097))
    message = rng.choice(
        (
            ["/seed", 1],
            ["/walk", 100],
            ["/walk", 100, 2],
            ["/source", "walk"],
            ["/latent/norm", *[0.5] * 4],
            ["/latent/traj", 100, *[0.25] * 400],
            ["/latent", *[0.5] * 4],
            ["/latent/delta", 1e30],
            ["/glide", 0],
            ["/panic"],
            ["/tape/rate", 4],
            valid(rng),
            foreign(rng),
        )
    )
    many = 2 if len(str(message)) > 1000 else many  # or the file would fill the disk
    return [list(message) for _ in range(many)]


def changed(rng: random.Random, message: Any) -> Any:
    """The message with another value, fewer or more values."""
    if not isinstance(message, list) or len(message) < 2 or rng.random() < 0.2:
        return foreign(rng)
    at = rng.randrange(1, len(message))
    if rng.random() < 0.7:
        message[at] = rng.choice(NUMBERS) if rng.random() < 0.7 else edge(rng)
    elif rng.random() < 0.5:
        del message[at]
    elif len(str(message[at])) < 100:
        message += [message[at]] * rng.choice((1, 3, 64, 4096, 4097))
    return message
