"""Defines a voice: one model that sounds on a deck, at the engine's rate and in its channels."""

from __future__ import annotations

from typing import Protocol

from musicvae.audio import Samples
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.loops import Loop
from musicvae.live.engine.work import Work


class Voice(Protocol):
    """One model that sounds. All of it belongs to the thread that renders.

    Attributes:
        name: of the model, as it is loaded by.
        controls: what a performer has set.
        work: what decoding has cost.
        latency: seconds from latents to the sound they mean: the model's own and resampling.
    """

    name: str
    controls: Controls
    work: Work
    latency: float

    def read(self, out: Samples) -> None:
        """Write the next frames, float32 (frames, channels)."""

    def receive(self, request: int, loop: Loop | Exception | None) -> None:
        """Take a decoded clip, or why there is none, if this voice asked for it by that number."""

    def leave(self) -> None:
        """Another model takes over: go on sounding, but request no more clips."""

    def forget(self) -> None:
        """Drop what is buffered, but not what is set; called while the deck is silent."""
