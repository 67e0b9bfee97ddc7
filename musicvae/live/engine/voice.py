"""Defines a voice: one model that a deck plays, at the engine's rate and number of channels."""

from __future__ import annotations

from typing import Protocol

from musicvae.audio import Samples
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.loops import Loop
from musicvae.live.engine.work import Work


class Voice(Protocol):
    """One model that a deck plays. All of it belongs to the rendering thread.

    Attributes:
        name: name of the model, as in ``/model/load``.
        controls: the settings that a performer makes.
        work: statistics of decoding.
        latency: from latents to their sound, in seconds: the model's own and the resampler's.
        until_frame: sample frames until it needs the next latents of a stream.
    """

    name: str
    controls: Controls
    work: Work
    latency: float

    @property
    def until_frame(self) -> int:
        """See above."""

    def read(self, out: Samples) -> None:
        """Write the next sample frames into ``out``, float32, shape (sample frames, channels)."""

    def rest(self, out: Samples) -> None:
        """As :meth:`read`, while nobody hears it: the latents go on, but not all of the sound must.

        Where the sound is heard again within a frame, it begins with the next one.
        """

    def receive(self, request: int, loop: Loop | Exception | None) -> None:
        """Accept the decoded clip of a request, if this voice made it.

        Args:
            request: number of the request.
            loop: the clip, or the error of decoding it; ``None`` if the request is unknown.
        """

    def leave(self) -> None:
        """Continue to sound but request no more clips, since another model replaces this one."""

    def forget(self) -> None:
        """Discard buffered sound but keep the settings; called while the deck is silent."""
