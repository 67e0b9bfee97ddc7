"""Random commands that a performer could send: every address of a deck, and the cross-fader."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from musicvae.live.commands.address import DECKS, Value
from musicvae.live.commands.arguments import Shape

Arguments = list[Value]
Draw = Callable[[random.Random, Shape], Arguments]


def _number(low: float, high: float) -> Draw:
    return lambda r, shape: [r.uniform(low, high)]


def _switch(mostly: int, share: float = 0.8) -> Draw:
    return lambda r, shape: [mostly if r.random() < share else 1 - mostly]


def _row(low: float, high: float) -> Draw:
    """Values for the first latents, as many as it happens; seldom beyond what a clamp lets by."""

    def draw(r: random.Random, shape: Shape) -> Arguments:
        far = 100.0 if (low, high) == (-2, 2) and r.random() < 0.02 else 1.0
        return [r.uniform(low, high) * far for _ in range(r.randint(1, shape.latent_dim))]

    return draw


def _from(r: random.Random, shape: Shape) -> Arguments:
    first = r.randrange(shape.latent_dim)
    return [first, *(r.uniform(-2, 2) for _ in range(r.randint(1, shape.latent_dim - first)))]


def _trajectory(r: random.Random, shape: Shape) -> Arguments:
    rows = r.randint(1, 8)
    return [r.uniform(1, 500), *(r.uniform(-2, 2) for _ in range(rows * shape.latent_dim))]


def _clamp(r: random.Random, shape: Shape) -> Arguments:
    return [-r.uniform(0, 8), r.uniform(0, 8)]


def _glide(r: random.Random, shape: Shape) -> Arguments:
    return [0.0 if r.random() < 0.2 else 10 ** r.uniform(0, 3.5)]


def _walk(r: random.Random, shape: Shape) -> Arguments:
    # Seldom fast: a hundred steps a frame take a hundred times as long to draw.
    speed = 100.0 if r.random() < 0.01 else 10 ** r.uniform(-2, 0.6)
    return [speed] if r.random() < 0.5 else [speed, r.uniform(0, 2)]


def _loop(r: random.Random, shape: Shape) -> Arguments:
    return [r.randint(0, 1)] if r.random() < 0.4 else _region(r, shape)


def _region(r: random.Random, shape: Shape) -> Arguments:
    start = r.uniform(0, 0.9)
    return [start, r.uniform(start + 0.001, 1)]


def _gain(r: random.Random, shape: Shape) -> Arguments:
    return [-96.0 if r.random() < 0.1 else r.uniform(-40, 12)]


#: For every address of a deck that is no job: how likely it is, and its arguments.
DRAWS: dict[str, tuple[float, Draw]] = {
    "/latent": (4, _row(-2, 2)),
    "/latent/<i>": (3, _number(-2, 2)),
    "/latent/from": (1, _from),
    "/latent/norm": (1, _row(0, 1)),
    "/latent/norm/<i>": (1, _number(0, 1)),
    "/latent/delta": (1, _row(-1, 1)),
    "/latent/traj": (1, _trajectory),
    "/latent/scale": (1, _row(-2, 2)),
    "/latent/bias": (1, _row(-1, 1)),
    "/latent/clamp": (0.5, _clamp),
    "/glide": (1, _glide),
    "/glide/once": (1, _glide),
    "/attr/<name>": (2, _number(-3, 3)),
    "/source": (2, lambda r, shape: [r.choice(("held", "tape", "walk", "memory"))]),
    "/continuity": (1, _number(0.5, 30)),
    "/temperature": (1, _number(0, 4)),
    "/region": (1, _region),
    "/listen": (1, _switch(1)),
    "/input/listen": (1, _switch(1)),
    "/input/gravity": (1, _number(0, 1)),
    "/variation": (1, _number(0, 1)),
    "/lead": (1, _number(0, 1)),
    "/adapt": (1, lambda r, shape: [r.random(), r.random()]),
    "/memory/place": (1, _number(0, 1)),
    "/map": (2, lambda r, shape: [r.random(), r.random()]),
    "/map/way": (1, lambda r, shape: [r.uniform(0, 20), *(r.random() for _ in range(6))]),
    "/tape/play": (1, _switch(1)),
    "/tape/rate": (1, _number(-4, 4)),
    "/tape/scrub": (1, _number(0, 1)),
    "/tape/loop": (1, _loop),
    "/tape/scale": (1, _number(-4, 4)),
    "/walk": (2, _walk),
    "/seed": (1, lambda r, shape: [r.randint(-(2**31), 2**31 - 1)]),
    "/freeze": (1, _switch(0)),
    "/hold": (1, _switch(0)),
    "/gain": (2, _gain),
    "/mute": (1, _switch(0)),
    "/play": (2, _switch(1)),
    "/panic": (0.3, lambda r, shape: []),
    "/chan<n>": (0.5, _number(-2, 2)),
    "/wek/outputs": (0.5, _row(-2, 2)),
}

#: Of the mix.
CROSSFADE: Draw = _number(0, 1)


@dataclass(frozen=True)
class Sent:
    """One message.

    Attributes:
        address: may be a pattern.
        arguments: of it.
    """

    address: str
    arguments: tuple[Value, ...]


class Performer:
    """Draws messages and the time between them.

    Args:
        seed: equal seeds perform alike.
        pause: seconds between two messages on average.
    """

    def __init__(self, seed: int, pause: float = 1.0) -> None:
        self.random = random.Random(seed)
        self._pause = pause
        self._paths = list(DRAWS)
        self._weights = [weight for weight, _ in DRAWS.values()]

    def gap(self, rate: int) -> int:
        """Frames until the next message: now and then many come in quick succession."""
        seconds = 0.005 if self.random.random() < 0.2 else self._pause
        return round(self.random.expovariate(1 / seconds) * rate)

    def block(self) -> int:
        """A number of sample frames that a device might pull."""
        return self.random.choice((1, 37, 128, 512, 1024, 4096))

    def message(self, shapes: dict[str, Shape]) -> Sent:
        """A message for a deck that has a model, or for the cross-fader."""
        r = self.random
        if r.random() < 0.05:
            return Sent("/crossfade", tuple(CROSSFADE(r, Shape())))
        deck = r.choice([name for name, shape in shapes.items() if shape.latent_dim])
        path = r.choices(self._paths, self._weights)[0]
        shape = shapes[deck]
        if path == "/attr/<name>" and not shape.attributes:
            path = "/gain"
        arguments = tuple(DRAWS[path][1](r, shape))
        stem, _, placeholder = path.partition("<")
        if placeholder == "name>":
            stem += r.choice(shape.attributes)
        elif placeholder:
            stem += str(r.randrange(shape.latent_dim) + (placeholder == "n>"))
        if path in ("/gain", "/mute", "/freeze") and r.random() < 0.05:
            return Sent(f"/deck/*{stem}", arguments)
        bare = deck == DECKS[0] and r.random() < 0.3
        return Sent(stem if bare else f"/deck/{deck}{stem}", arguments)
