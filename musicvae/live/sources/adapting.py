"""Moves what a source plays to where the music of the deck's model lies, as ``/adapt`` asks."""

from __future__ import annotations

from musicvae.latents.adapting import Heard, Mover
from musicvae.latents.arrays import Latents
from musicvae.live.sources.guidance import Guidance

#: Duration of a move from one end of a setting to the other, in seconds.
MOVE_SECONDS = 0.15


def nearer(now: float, target: float, step: float) -> float:
    """A setting one frame later, on its way to a target."""
    return now + min(max(target - now, -step), step)


class Adapter:
    """Moves latents that were heard elsewhere; it comes and goes without a step.

    It does nothing before :meth:`attend`, and where the ground of the model is not known.

    Args:
        frame_rate: frames per second.
    """

    def __init__(self, frame_rate: float) -> None:
        self._step = 1 / max(1.0, MOVE_SECONDS * frame_rate)
        self._place = self._spread = 0.0  # how far latents are moved now
        self._guidance: Guidance | None = None
        self._mover: Mover | None = None

    def attend(self, guidance: Guidance) -> None:
        """Keep the settings of the deck, to read them in each frame."""
        self._guidance = guidance
        self._mover = None if guidance.ground is None else Mover(guidance.ground)

    def aim(self, heard: Heard) -> None:
        """From now on move as suits what was heard."""
        if self._mover is not None:
            self._mover.aim(heard)

    def adapt(self, latents: Latents, *, still: bool = False) -> None:
        """One frame passes: move its latents, float32 (D,), in place.

        Args:
            latents: of the frame.
            still: whether to move back to what was heard: silence stays silence.
        """
        if self._mover is None or self._guidance is None:
            return
        place, spread = (0.0, 0.0) if still else self._guidance.adapting
        self._place = nearer(self._place, place, self._step)
        self._spread = nearer(self._spread, spread, self._step)
        if self._place or self._spread:
            self._mover.move(latents, self._place, self._spread)

    def adopt(self, other: Adapter) -> None:
        """Move as far as the adapter of another model did; :meth:`aim` comes after it."""
        self._place, self._spread = other._place, other._spread
