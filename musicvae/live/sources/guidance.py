"""What a performer asks of the sources that improvise, and what these may hear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from musicvae.latents.adapting import Ground
from musicvae.latents.arrays import Latents
from musicvae.latents.memory.gravity import Masses

#: Seconds from jump to jump; temperatures.
CONTINUITY_RANGE, TEMPERATURE_RANGE = (0.5, 30.0), (0.0, 4.0)
#: The word for all styles and tracks.
ALL = "all"
#: Steps that are kept of what was played.
HEARD_STEPS = 8
#: Settings that the next model of the latent space takes over.
_ADOPTED = (
    "seed", "speed", "continuity", "temperature", "region", "names", "listening", "variation",
    "leading", "adapting",
)  # fmt: skip


class Continuation(Protocol):
    """What knows how the music goes on, for another source to play in its own way."""

    @property
    def ready(self) -> bool:
        """Whether it has something to play."""

    def step(self, follow: bool = False, share: float = 1.0) -> Latents | None:
        """Its next step, float32 (D,), or the first of a place that is like what was played.

        Args:
            follow: go to such a place first.
            share: of the time that it plays, 0 to 1.

        Returns:
            ``None`` where it knows none.
        """


class Soloist(Protocol):
    """A source that goes on alone where the source of a deck rests."""

    @property
    def ready(self) -> bool:
        """Whether it has something to play."""

    def begin(self) -> None:
        """It takes over."""

    def next(self, out: Latents) -> None:
        """Write the movement of this frame into ``out``, float32 (D,)."""


class Guidance:
    """The settings that all sources of a deck share. All of it belongs to the rendering thread.

    Args:
        latent_dim: D.
        stride: frames that a latent step lasts.
        attributes: how many attributes the model has.

    Attributes:
        seed: of the random numbers; the same seed gives the same movement.
        speed: of the movement, as ``/walk`` sets it: 1 is that of the music.
        continuity: seconds from jump to jump, on average.
        temperature: 0 takes the likeliest way, 1 is as varied as the music.
        region: first and last share of a memory that is played.
        names: styles and tracks that are played; empty for all.
        listening: whether a source goes on from what is heard.
        variation: between a memory (0) and a prior alone (1).
        adapting: how far what a tape or the input plays is moved to where the music of the model
            lies: its mean, and its spread; 0 to 1 each.
        ground: where that is; ``None`` where it is not known.
        leading: how much of what a hand sets a source hears, and then is not added; 0 to 1.
        hand: the latents that the performer has set, float32 (D,).
        amounts: of the model's attributes, in their standard deviations, float32 (attributes,).
        heeded: how much of each the source makes itself, 0 to 1, which then is not added; it is 0
            before each frame.
        lead: where the performer moves the latents: both of these; float32 (D,).
        memory: of the deck, for other sources to vary; ``None`` where there is none.
        masses: steps of that memory, which draw the input; likewise.
        hearer: called with each frame that is played, while listening.
        soloists: sources that a deck may leave to themselves, by name, the preferred one first.
        ahead: sample frames of the engine from the beginning of its block to the present frame.
    """

    def __init__(self, latent_dim: int, stride: int, attributes: int = 0) -> None:
        self.seed = 0
        self.speed = 1.0
        self.continuity = 4.0
        self.temperature = 1.0
        self.region = (0.0, 1.0)
        self.names: tuple[str, ...] = ()
        self.listening = False
        self.variation, self.leading = 1.0, 0.0
        self.adapting = (0.0, 0.0)
        self.ground: Ground | None = None
        self.hand: Latents = np.zeros(latent_dim, np.float32)
        self.amounts: Latents = np.zeros(attributes, np.float32)
        self.heeded: Latents = np.zeros(attributes, np.float32)
        self.lead: Latents = np.zeros(latent_dim, np.float32)
        self.memory: Continuation | None = None
        self.masses: Masses | None = None
        self.hearer: Callable[[Latents], None] | None = None
        self.soloists: dict[str, Soloist] = {}
        self.ahead = 0
        self._unheeded: Latents = np.zeros(attributes, np.float32)
        self._push: Latents = np.zeros(latent_dim, np.float32)
        self._stride = max(1, stride)
        self._played: Latents = np.zeros((HEARD_STEPS * self._stride, latent_dim), np.float32)
        self._frame = 0

    @property
    def push(self) -> Latents:
        """What is added to a source that hears the hand: what it does not hear, float32 (D,)."""
        np.multiply(self.hand, np.float32(1.0 - self.leading), out=self._push)
        return self._push

    @property
    def unheeded(self) -> Latents:
        """What is added of the attributes: what the source does not make, float32 (attributes,)."""
        np.multiply(self.amounts, self.heeded, out=self._unheeded)
        np.subtract(self.amounts, self._unheeded, out=self._unheeded)
        return self._unheeded

    def lead_by(self, hand: Latents, amounts: Latents, moved: Latents | None) -> None:
        """Tell sources where the performer moves the latents, before each frame.

        Args:
            hand: as set, float32 (D,).
            amounts: of the attributes, float32 (attributes,).
            moved: what these add to latents, float32 (D,); ``None`` where all are at rest at 0.
        """
        self.hand[:] = self.lead[:] = hand
        self.amounts[:], self.heeded[:] = amounts, 0.0
        if moved is not None:
            np.add(self.lead, moved, out=self.lead)

    def note(self, row: Latents) -> None:
        """A frame is played, float32 (D,)."""
        self._keep(row)
        if self.listening and self.hearer is not None:
            self.hearer(row)

    def _keep(self, row: Latents) -> None:
        self._frame = (self._frame + 1) % len(self._played)
        self._played[self._frame] = row

    def heard(self) -> Latents:
        """The last 8 steps that were played, float32 (8, D)."""
        back = np.arange(HEARD_STEPS - 1, -1, -1) * self._stride
        heard: Latents = self._played[(self._frame - back) % len(self._played)]
        return heard

    def limit(self, *names: str) -> None:
        """Play these styles and tracks alone; ``"all"`` stands for all of them."""
        self.names = () if ALL in names else names

    def adopt(self, other: Guidance) -> None:
        """Take over the settings of another model of the same latent space, and what was heard."""
        for name in _ADOPTED:
            setattr(self, name, getattr(other, name))
        for row in np.repeat(other.heard(), self._stride, axis=0):
            self._keep(row)
