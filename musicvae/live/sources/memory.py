"""The latent source ``memory``: improvises over encoded tracks."""

from __future__ import annotations

from functools import partial

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Latents
from musicvae.latents.memory.choosing import Wishes
from musicvae.latents.memory.improviser import Improviser
from musicvae.latents.memory.leading import Leading, Way
from musicvae.latents.memory.music_map import MusicMap, Spot
from musicvae.latents.memory.places import Places
from musicvae.latents.memory.steering import Steering
from musicvae.live.commands import readers
from musicvae.live.commands.address import Command, Morph, Row, Target, Values, covers
from musicvae.live.commands.arguments import Shape
from musicvae.live.sources.guidance import Guidance
from musicvae.live.sources.source import Source
from musicvae.live.sources.steps import Steps
from musicvae.runtime.turns import shortened

#: Steps in one frame at most: each takes up to a tenth of a millisecond.
_MOST_STEPS = 4


def _fits(command: Command, shape: Shape, places: Places | None) -> bool:
    if places is None:
        return True
    memory = places.memory
    same = (memory.latent_space, memory.latent_dim) == (shape.latent_space, shape.latent_dim)
    return same and shape.kind == "stream"


_row = partial(Row["MemorySource"], deck=True, target=Target.SOURCE, source="memory", kept=True)


class MemorySource(Source):
    """Plays on along the tracks of a memory, and jumps from one to another where they are alike.

    At the speed of the music each step lasts ``stride`` frames, as in training. At lower speeds,
    neighbouring steps are interpolated. Without a memory it is not ready.

    Attributes:
        memory_name: name of the memory.
    """

    name = "memory"
    guided = True
    meaning = "a memory of encoded tracks"
    wants = "no memory is loaded: /memory/load NAME"
    memory_name: str
    addresses = (
        _row(
            "/memory/load",
            "s",
            "Load a memory by name; it becomes the source and begins to improvise.",
            readers.word(),
            load=lambda loader, c, voice, digest: loader.memory(c.text, voice, digest),
            fits=_fits,
            apply=lambda source, c, places: source.insert(places, c.text),
            describe=lambda source: source.message(source.memory_name),
            selects=True,
            morph=Morph.SWITCH,
            restarts=True,
        ),
        _row(
            "/memory/place",
            "f, 0 to 1",
            "Go to this place of the memory, and play on from there.",
            readers.number(0, 1),
            apply=lambda source, c, _: source.go(c.number),
            describe=lambda source: source.message(source.place),
            morph=Morph.SWITCH,
            restarts=True,
            replaced_by=covers,
        ),
    )

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        self.memory_name = ""
        self._wishes = Wishes(lead=np.zeros(info.latent_dim, np.float32))
        self._steering = Steering(info)
        self._player: Improviser | None = None
        self._places: Places | None = None
        self.attend(Guidance(info.latent_dim, info.stride, len(info.attributes)))
        self._leading = Leading()
        self._steps = Steps(info.latent_dim, info.stride, _MOST_STEPS)
        self._step = self._next_step = 0  # of these two rows
        # What is slow is done with the next frame, once: these may come in thousands. The first two
        # also discard the rows that were to come.
        self._begins = self._follows = False
        self._goes: float | None = None
        self._share = 1.0  # of the time that it plays

    @property
    def ready(self) -> bool:
        """Whether there is a memory."""
        return self._player is not None

    @property
    def place(self) -> float:
        """Where it is: share of the memory, 0 to 1; 0 without a memory."""
        if self._goes is not None:
            return self._goes
        return self._step / (1 if self._player is None else self._player.memory.steps)

    @property
    def map(self) -> MusicMap | None:
        """The map of the memory; ``None`` without one."""
        return None if self._places is None else self._places.map

    @property
    def spot(self) -> Spot | None:
        """Where on its map it is; ``None`` without a memory."""
        places = self._places
        if places is None:
            return None
        return places.map.spot_of(round(self.place * places.memory.steps))

    @property
    def track(self) -> str:
        """Name of the track that is played; empty without a memory."""
        player = self._player
        return "" if player is None else player.memory.part_at(self._step).name

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles of the memory."""
        return () if self._player is None else self._player.memory.styles

    @property
    def names(self) -> frozenset[str]:
        """What ``/style`` may name: its styles and tracks."""
        parts = () if self._player is None else self._player.memory.parts
        return frozenset(name for part in parts for name in (part.style, part.name))

    @property
    def jumps(self) -> int:
        """How often it jumped since it began."""
        return 0 if self._player is None else self._player.jumps

    def message(self, *values: float | int | str) -> list[tuple[str, Values]]:
        """One message with these values, or no message if there is no memory."""
        return [("", values)] if self.ready else []

    def attend(self, guidance: Guidance) -> None:
        """See :class:`Source`."""
        self._guidance = guidance
        guidance.memory = self
        guidance.soloists[self.name] = self
        guidance.masses = None if self._places is None else self._places.masses

    def insert(self, places: Places, name: str) -> None:
        """Improvise over this memory; where another one was played, from a place that is like it.

        Args:
            places: of a memory of the latent space of the deck's model.
            name: name of the memory.
        """
        self._follows, self._begins, self._goes = self.ready, not self.ready, None
        self.memory_name, self._places = name, places
        self._guidance.masses = places.masses
        self._leading.end()
        self._steering.know(places.attributes)
        self._wish()
        self._player = Improviser(places, self._guidance.seed % 2**32, self._wishes)

    def restart(self, seed: int) -> None:
        """See :class:`Source`."""
        self._begins, self._goes, self._follows = True, None, False
        self._leading.end()

    def go(self, place: float) -> None:
        """Go to a place of the memory: 0 is its beginning, 1 its end."""
        self._goes, self._follows = place, False
        self._leading.end()

    def lead(self, way: Way) -> None:
        """Go along a way on the map of the memory; then play on freely."""
        self._leading.lead(way)

    def begin(self) -> None:
        """See :class:`Source`: with ``/listen``, it goes on from what was played until now."""
        self._follows = self._guidance.listening

    def adopt(self, other: MemorySource) -> None:
        """See :class:`Source`. The two share the memory, which is never changed."""
        self.memory_name, self._places = other.memory_name, other._places
        self._guidance.masses = other._guidance.masses
        self._leading = other._leading.twin()
        self._player = None if other._player is None else other._player.twin()
        if self._player is not None:
            self._player.wishes = self._wishes
            self._steering.know(self._player.attributes)
        self._steps.adopt(other._steps)
        self._step, self._next_step = other._step, other._next_step
        self._begins, self._goes, self._follows = other._begins, other._goes, other._follows

    def next(self, out: Latents) -> None:
        """Write the movement of this frame into ``out``, float32 (D,); see :class:`Source`."""
        player = self._player
        if player is None:
            out[:] = 0
            return
        self._share = 1.0
        self._obey(player)
        while self._steps.due:
            self._turn(player)
        self._steps.write(out, self._guidance.speed)

    def step(self, follow: bool = False, share: float = 1.0) -> Latents | None:
        """Go on by one step, which another source plays.

        Args:
            follow: go to a place first that is like what was played.
            share: of the time that it plays, 0 to 1; it jumps the more often the less that is.

        Returns:
            float32 (D,), overwritten by the next one; ``None`` without a memory.
        """
        player = self._player
        if player is None:
            return None
        self._follows, self._share = self._follows or follow, share
        self._obey(player)
        self._steps.share = 1.0
        self._turn(player)
        self._steps.share = 1.0  # of this one nothing is left, should it become the source itself
        return self._steps.last

    def _obey(self, player: Improviser) -> None:
        """Do what was asked for since the last frame."""
        if not (self._begins or self._follows or self._goes is not None):
            return
        self._wish()
        if self._begins:
            player.restart(self._guidance.seed % 2**32)
        if self._goes is not None:
            player.go(self._goes)
        if self._follows:
            player.follow(self._guidance.heard())
        if self._begins or self._follows:
            self._draw(player)
            self._steps.share = 1.0
        self._begins = self._follows = False
        self._goes = None

    def _turn(self, player: Improviser) -> None:
        self._steps.turn()
        self._step = self._next_step
        self._wish()
        if self._places is not None:
            place = self._leading.place(self._places, player.step)
            if place is not None:
                player.go(place)
        self._draw(player)

    def _draw(self, player: Improviser) -> None:
        player.next(self._steps.following)
        self._next_step = player.step - 1

    def _wish(self) -> None:
        """Pass on what the performer asks for."""
        wishes, guidance = self._wishes, self._guidance
        wishes.continuity = shortened(guidance.continuity, self._share)
        wishes.temperature = guidance.temperature
        wishes.region, wishes.names = guidance.region, guidance.names
        wishes.listening = guidance.listening
        self._steering.steer(wishes, guidance.hand, guidance.amounts)
        if guidance.listening:
            wishes.heard = guidance.heard()
