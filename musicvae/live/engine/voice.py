"""What a deck plays: one model, sounding at the engine's rate, in the engine's channels."""

from __future__ import annotations

from typing import Any, Protocol

from musicvae.audio import Samples
from musicvae.live.commands.command import Command
from musicvae.live.engine.controls import Controls
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

    def do(self, command: Command, payload: Any = None) -> None:
        """Act on a command to this model."""

    def leave(self) -> None:
        """Another model takes over: sound on, and ask for nothing more."""

    def forget(self) -> None:
        """Forget what was sounding, but not what is set; called in silence."""
