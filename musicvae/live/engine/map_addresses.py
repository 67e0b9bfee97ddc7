"""The addresses that play the map of a deck's memory: to a place, or along a way.

Where the memory plays, it goes there itself: what sounds there, sounds now. Where another source
or a hand moves the latents, those that are set glide to what they are there.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from musicvae.latents.memory.leading import Way
from musicvae.latents.memory.music_map import Spot
from musicvae.live.commands.address import Row, Target, Values, covers
from musicvae.live.commands.arguments import Arguments, RefusedError
from musicvae.live.commands.wanted import Reader, Wanted, floats
from musicvae.live.engine.controls import Controls
from musicvae.live.sources.memory import MemorySource
from musicvae.live.sources.prior import PriorSource

#: Places of one way.
MOST_PLACES = 64
#: Seconds that a way takes.
SECONDS_RANGE = (0.0, 600.0)
#: Latents are told on a way so often; between them they move evenly.
_ROWS = 24

_row = partial(Row[Controls], deck=True, target=Target.CONTROLS)


def _read_way(a: Arguments) -> Values:
    seconds = Arguments(a.values[:1]).number(*SECONDS_RANGE)
    places = a.rest(1).numbers(2, 2 * MOST_PLACES, 0, 1)
    if len(places) % 2:
        raise RefusedError("wants seconds, and then two numbers for each place")
    return (seconds, *places)


def go(controls: Controls, spots: list[Spot], seconds: float = 0.0) -> None:
    """Go to a place of the map, or along a way; nowhere where there is no memory.

    Args:
        controls: of a deck.
        spots: one place or more.
        seconds: that the way through them takes.
    """
    memory = _memory(controls)
    if memory is None or memory.map is None:
        return
    way = Way(spots, seconds)
    memory.lead(way)
    if _plays_memory(controls):
        return
    if way.seconds <= 0:
        controls.set_latents(0, memory.map.latents_at(way.stops(1))[0].tolist())
        return
    rows = memory.map.latents_at(way.stops(_ROWS))
    controls.follow(rows.ravel().tolist(), max(1.0, way.seconds * 1000 / _ROWS))


def where(controls: Controls) -> Spot | None:
    """Where on the map the deck is; ``None`` where there is no memory.

    A memory tells where it plays. Of what else sounds, a moment is put on the map, where a point is
    a whole second: whoever draws it should let it move slowly.
    """
    memory = _memory(controls)
    if memory is None or memory.map is None:
        return None
    if _plays_memory(controls):
        return memory.spot
    x, y = memory.map.project(np.array([controls.sounding()]))[0].tolist()
    return Spot(x, y)


def _memory(controls: Controls) -> MemorySource | None:
    source = controls.sources.get("memory")
    return source if isinstance(source, MemorySource) else None


def _plays_memory(controls: Controls) -> bool:
    """Whether what sounds is the memory, or what a prior makes of it."""
    if controls.active_source == PriorSource.name:
        return controls.guidance.variation < 1
    return controls.active_source == MemorySource.name


def _spots(numbers: tuple[float, ...]) -> list[Spot]:
    return [Spot(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def _describe(controls: Controls) -> list[tuple[str, Values]]:
    spot = where(controls)
    return [] if spot is None else [("", spot)]


MAP_ADDRESSES = (
    _row(
        "/map",
        "f f, 0 to 1",
        "Go to this place on the map of the memory: across, upwards. Where the memory does not "
        "play, the latents glide to what they are there. `/get` says where the deck is.",
        Reader(lambda a: a.numbers(2, 2, 0, 1), floats(0, 1, 2)),
        apply=lambda controls, c, _: go(controls, _spots(c.numbers)),
        describe=_describe,
        replaced_by=covers,
    ),
    _row(
        "/map/way",
        f"f, 0 to 600, in seconds, f f …, 0 to 1, {MOST_PLACES} places at most",
        "Go along a way on the map in so many seconds, and then play on.",
        Reader(_read_way, (Wanted("f", *SECONDS_RANGE, unit="s"), *floats(0, 1, 2))),
        apply=lambda controls, c, _: go(controls, _spots(c.numbers[1:]), c.number),
        replaced_by=lambda earlier, later: True,
    ),
)
