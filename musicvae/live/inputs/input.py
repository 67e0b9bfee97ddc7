"""Defines what an input is, and feeds an engine from one."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from musicvae.audio import Samples
from musicvae.live.engine.engine import Engine
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.live.limits import BLOCK_RANGE


class Input(Protocol):
    """Gives the sound that comes in, at the rate of the engine, when the engine needs it.

    Attributes:
        name: for people.
        feeds_back: whether it may hear what is played.
        howls: whether it would, as a laptop's own microphone hears the laptop's loudspeakers.
    """

    name: str
    feeds_back: bool
    howls: bool

    @property
    def state(self) -> str:
        """What is heard, for people: its name, or why nothing is."""

    @property
    def latency_ms(self) -> float:
        """Milliseconds from the ear to the engine, as far as it is known."""

    @property
    def late(self) -> int:
        """How often sound was missing when the engine needed it."""

    @property
    def drift_ppm(self) -> float:
        """By how many millionths its clock is faster than that of the output, measured."""

    def start(self) -> None:
        """Begin to listen."""

    def stop(self) -> None:
        """End, and close; safe to call twice."""

    def read(self, out: Samples) -> None:
        """Write the next sample frames into ``out``, float32 (sample frames, 2).

        Called by the rendering thread. It never waits in real time: what is missing is NaN.
        """


class Fed:
    """Renders an engine that hears an input.

    Args:
        engine: that is rendered.
        input: what it hears.
    """

    def __init__(self, engine: Engine, input: Input) -> None:
        self._engine, self._input = engine, input
        self._heard = np.zeros((BLOCK_RANGE[1], CHANNELS), np.float32)

    def render(self, out: Samples) -> None:
        """Render the next sample frames into ``out``, float32 (sample frames, channels)."""
        for at in range(0, len(out), len(self._heard)):
            part = out[at : at + len(self._heard)]
            heard = self._heard[: len(part)]
            self._input.read(heard)
            self._engine.render(part, heard)
