"""Chooses which of several places comes next: how alike they are, where they lead, how new."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float32
from musicvae.latents.memory.memory_header import WINDOW
from musicvae.latents.memory.places import Places

#: What is asked for weighs so much: a place that lies one standard deviation nearer to it may be so
#: many units less like.
PULL = 3.0
#: What is asked for less than this is not asked for; what differs by this from what was asked for
#: is something else.
_LEAST, _OTHER = 1e-3, 0.5
#: A place this far off the beat, in beats, costs a unit; the cost grows with the square up to a
#: limit.
_OFF_BEAT, _MOST_OFF = 0.06, 9.0
#: Steps that are marked as played at once, and how many of these marks are looked at.
_BIN, _BINS = 16, 4


@dataclass
class Wishes:
    """What a performer asks of an improvisation. Whoever plays it reads them at each step.

    Attributes:
        continuity: seconds from jump to jump, on average.
        temperature: 0 takes the most likely place, 1 is as varied as the music, more is wilder.
        region: first and last share of the memory that is played, 0 to 1.
        names: styles and tracks that are played; empty for all.
        lead: where the latents are to go, from 0 in all: standardised, float32 (D,).
        asked: of each attribute of the memory so much, from 0, in the standard deviations that it
            has over the places of the memory; float32 (A,), 0 is whatever comes.
        listening: whether places are chosen by what is heard, not by what is played from memory.
        heard: the last 8 steps that were heard, standardised latents, float32 (8, D).
    """

    continuity: float = 4.0
    temperature: float = 1.0
    region: tuple[float, float] = (0.0, 1.0)
    names: tuple[str, ...] = ()
    lead: Float32 = field(default_factory=lambda: np.zeros(0, np.float32))
    asked: Float32 = field(default_factory=lambda: np.zeros(0, np.float32))
    listening: bool = False
    heard: Float32 = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @property
    def leads(self) -> bool:
        """Whether latents are asked for."""
        return len(self.lead) > 0 and float(self.lead @ self.lead) > _LEAST**2

    @property
    def asks(self) -> bool:
        """Whether attributes are asked for."""
        return len(self.asked) > 0 and float(self.asked @ self.asked) > _LEAST**2

    def aim(self) -> Float32:
        """What is asked for now, float32 (D + A,)."""
        return np.concatenate([self.lead, self.asked])

    def differ_from(self, aim: Float32) -> bool:
        """Whether something else is asked for now than at an earlier :meth:`aim`."""
        width = len(self.lead)
        if len(aim) != width + len(self.asked):
            return False
        moved = np.abs(aim[:width] - self.lead).max(initial=0)
        changed = np.abs(aim[width:] - self.asked).max(initial=0)
        return bool(max(moved, changed) > _OTHER)


class Recent:
    """Remembers when each part of a memory was played last.

    Args:
        steps: length of the memory.
        span: a place that was played within so many steps is not new.
    """

    def __init__(self, steps: int, span: int) -> None:
        self._when = np.full(steps // _BIN + _BINS + 1, -(2**40), np.int64)
        self._offsets = np.arange(_BINS)
        self._span = span
        self._now = 0

    def note(self, step: int) -> None:
        """A step is played."""
        self._now += 1
        self._when[step // _BIN] = self._now

    def new(self, steps: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether what follows each step was not played lately, bool (n,)."""
        return self.last(steps) < self._now - self._span

    def last(self, steps: NDArray[np.int64]) -> NDArray[np.int64]:
        """When something of what follows each step was played last, int64 (n,)."""
        latest: NDArray[np.int64] = self._when[(steps // _BIN)[:, None] + self._offsets].max(axis=1)
        return latest

    def forget(self) -> None:
        """Begin anew."""
        self._when[:] = -(2**40)
        self._now = 0

    def twin(self) -> Recent:
        """A copy."""
        other = Recent(0, self._span)
        other._when, other._now = self._when.copy(), self._now
        return other


def costs(
    places: Places,
    joints: NDArray[np.intp],
    window: Float32,
    phase: float,
    wishes: Wishes | None,
) -> Float32:
    """How little each joint suits a moment, in units of :attr:`Places.unit`, float32 (n,).

    Args:
        places: of the memory.
        joints: numbers of joints.
        window: the 8 rows before the moment, in the file's units, float32 (8 · D,).
        phase: place of the moment between two beats, 0 to 1; -1 where there is no pulse.
        wishes: what is asked for; ``None`` where nothing is.
    """
    looked = places.views[places.steps[joints] - WINDOW].astype(np.float32)
    result: Float32 = (places.norms[joints] - 2 * (looked @ window)) / np.float32(places.unit)
    result += float(window @ window) / places.unit
    if phase >= 0:
        theirs = places.phases[joints]
        off = np.abs((theirs - phase + 0.5) % 1 - 0.5)
        penalty = np.minimum(np.square(off / _OFF_BEAT), _MOST_OFF)
        result += np.where(theirs >= 0, penalty, 0).astype(np.float32)
    if wishes is not None and wishes.leads:
        result -= np.float32(PULL) * (places.ahead[joints] @ wishes.lead)
    if wishes is not None and wishes.asks:
        # An attribute that is asked for is a target; one that is hardly asked for, hardly one.
        weights = np.float32(PULL) * np.minimum(np.abs(wishes.asked), 1)
        result += np.abs(places.values[joints] - wishes.asked) @ weights
    return result


def drawn(costs: Float32, temperature: float, draws: NDArray[np.float64]) -> int:
    """The index of one of several places: the likelier, the less it costs.

    Args:
        costs: of each, float32 (n,).
        temperature: 0 takes the cheapest.
        draws: uniform random numbers, float64 (n,), above 0 and below 1.
    """
    # The place of the largest sum is distributed as exp(-cost / temperature) (Gumbel 1954).
    return int(np.argmax(-costs.astype(np.float64) - temperature * np.log(-np.log(draws))))
