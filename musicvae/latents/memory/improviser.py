"""Improvises over a memory: plays on along a track, and now and then jumps to another place.

The places are those before which the music was most alike, over the last 8 steps; so what follows
could have followed here, too. This is concatenative synthesis by nearest neighbours (Schwarz 2007)
on the graph of a factor oracle's kind (Assayag & Dubnov 2004): mostly forward, sometimes along a
link to where the same past went on differently.
"""

from __future__ import annotations

from copy import copy, deepcopy

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float32, Latents
from musicvae.latents.memory.bank import Memory
from musicvae.latents.memory.choosing import Recent, Wishes, costs, drawn
from musicvae.latents.memory.memory_header import WINDOW
from musicvae.latents.memory.nearby import Nearby
from musicvae.latents.memory.places import Places
from musicvae.latents.memory.search import KEPT, Search

#: Steps over which the difference at a jump fades.
SEAM_STEPS = 6
#: Seconds in which a place is not played again; at most half of what there is to play.
TABOO_SECONDS = 25.0
#: A run lasts at least this share of the average; the rest is drawn from an exponential
#: distribution that is cut off at so many times its mean.
_LEAST, _MOST = 0.4, 3.0
#: What the cut leaves of the mean.
_KEPT_MEAN = 1 - np.exp(-_MOST)
#: Seconds that a jump waits for an onset.
_WAIT = 0.5
#: Steps before a jump from which on a place is searched for: 6 000 joints are looked at.
_AHEAD = 48
#: Where something else is asked for than when a run was planned, it ends sooner: after this share
#: of the usual time.
_SOONER = 0.2


class Improviser:
    """Plays a memory step by step. The same seed and wishes give the same music, to the bit.

    Args:
        memory: the memory, or its places where they were computed already.
        seed: of the random numbers, 0 to 4294967295.
        wishes: read at each step; they may be changed at any time.

    Attributes:
        memory: as given.
        wishes: as given.
        step: the step that is played next.
        jumps: how often it jumped so far.
    """

    def __init__(
        self, memory: Memory | Places, seed: int = 0, wishes: Wishes | None = None
    ) -> None:
        self._places = memory if isinstance(memory, Places) else Places(memory)
        self.memory = self._places.memory
        self.wishes = wishes or Wishes()
        body, header = self.memory.body, self.memory.header
        self._codes, self._scale = body.codes, np.float32(header.scale)
        self._rate = self.memory.step_rate
        turn = (np.arange(SEAM_STEPS) + 0.5) / SEAM_STEPS
        self._fade = (0.5 + 0.5 * np.cos(np.pi * turn)).astype(np.float32)
        span = min(round(TABOO_SECONDS * self._rate), self.memory.steps // 2)
        self._recent = Recent(self.memory.steps, span)
        self._search, self._nearby = Search(self._places), Nearby(self._places)
        self._row: Latents = np.zeros(self.memory.latent_dim, np.float32)
        self._seam: Latents = np.zeros_like(self._row)
        self._masked: tuple[object, object] | None = None
        self._aim: Float32 = np.zeros(0, np.float32)
        self._joint, self._leaves, self._forced = 0, 0, False
        self.restart(seed)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes that may be asked for, in the order of :attr:`Wishes.asked`."""
        return self._places.attributes

    @property
    def place(self) -> float:
        """Where it is: share of the memory, 0 to 1."""
        return self.step / self.memory.steps

    def restart(self, seed: int) -> None:
        """Begin anew, with another seed or the same."""
        self._draws = np.random.default_rng(seed)
        self._recent.forget()
        self.jumps, self._seam_at, self._begun = 0, SEAM_STEPS, False
        self._mask()
        self._enter(int(self._among[int(self._draws.integers(len(self._among)))]))

    def go(self, place: float) -> None:
        """Go to a place of the memory: 0 is its beginning, 1 its end."""
        wanted = min(round(place * self.memory.steps), self.memory.steps - 1)
        part = int(np.searchsorted(self.memory.ends, wanted, side="right"))
        self.step = min(wanted, int(self.memory.ends[part]) - 2)
        if self._begun:
            self._fade_from(self._row)
        self._plan()

    def follow(self, rows: Latents) -> None:
        """Go to the place that is most like what was heard, of some that are looked at.

        Args:
            rows: the last 8 steps that were heard, float32 (8, D).
        """
        self._mask_if_changed()
        self._search_for(self._in_codes(rows), -1.0, -1)
        for _ in range(3):
            self._look()
        if len(self._search.joints):
            self._enter(self._drawn(self._search.joints, self._search.costs))
            self._fade_from(rows[-1])

    def next(self, out: Latents) -> None:
        """Write the latents of the next step into ``out``, float32 (D,), and go on."""
        self._mask_if_changed()
        # A jump is spread over five steps: gather places, compare, choose, leave, plan the next.
        if self._planned and self.wishes.differ_from(self._aim):
            self._hurry()
        left = self._leaves - self.step
        if not self._planned:
            self._plan()
        elif left <= 0:
            self._leave()
        elif left == 1:
            self._choose()
        elif left <= _AHEAD and self._guided:
            self._look_ahead()
        elif left == 3:
            self._nearby.gather(self._joint, self._open, self._recent)
        elif left == 2:
            self._compared()
        self._recent.note(self.step)
        self._write(out)
        self._row[:] = out
        self._begun = True
        self.step += 1

    def twin(self) -> Improviser:
        """A copy that is where this one is, and plays the same from there on; it shares wishes."""
        other = copy(self)
        other._draws, other._recent = deepcopy(self._draws), self._recent.twin()
        other._search, other._nearby = copy(self._search), copy(self._nearby)
        other._row, other._seam = self._row.copy(), self._seam.copy()
        return other

    @property
    def _guided(self) -> bool:
        """Whether the neighbours in the file do not do, since something is asked for."""
        wishes = self.wishes
        return wishes.listening or not self._free or wishes.leads or wishes.asks

    def _hurry(self) -> None:
        """Leave sooner than planned, if this is sooner; whatever was found is for other wishes."""
        planned = self._joint, self._leaves, self._forced
        self._plan(_SOONER)
        if planned[1] < self._leaves:
            self._joint, self._leaves, self._forced = planned

    def _write(self, out: Latents) -> None:
        """Write the row of this step, with what is left of the seam."""
        np.multiply(self._codes[self.step], self._scale, out=out)
        if self._seam_at < SEAM_STEPS:
            out += self._seam * self._fade[self._seam_at]
            self._seam_at += 1

    def _mask_if_changed(self) -> None:
        if self._masked != (self.wishes.region, self.wishes.names):
            self._mask()
            self._plan()

    def _mask(self) -> None:
        """Find out which joints may be entered, and which parts may be played."""
        wishes = self.wishes
        self._masked = (wishes.region, wishes.names)
        self._open, self._parts = self._places.inside(wishes.region, wishes.names)
        self._among: NDArray[np.intp] = np.flatnonzero(self._open)
        self._free = len(self._among) == int(self._places.open.sum())
        ends = (0, self.memory.steps) if self._free else self._span_of(wishes.region)
        self._first, self._last = ends

    def _span_of(self, region: tuple[float, float]) -> tuple[int, int]:
        low, high = region
        return int(low * self.memory.steps), int(np.ceil(high * self.memory.steps))

    def _end(self) -> int:
        """The step before which it must leave: the end of the part or of the region."""
        part = int(np.searchsorted(self.memory.ends, self.step, side="right"))
        if not self._parts[part] or not self._first <= self.step < self._last:
            return self.step
        return min(int(self.memory.ends[part]), self._last)

    def _plan(self, share: float = 1.0) -> None:
        """Choose the joint at which to leave; a part of the usual time from now."""
        steps, rate = self._places.steps, self._rate
        drawn = min(float(self._draws.standard_exponential()), _MOST) / _KEPT_MEAN
        length = rate * self.wishes.continuity * (_LEAST + (1 - _LEAST) * drawn) * share
        first = int(np.searchsorted(steps, self.step + 1))
        end = int(np.searchsorted(steps, self._end()))
        last = min(max(end - 1, first), len(steps) - 1)
        wanted = self.step + max(1.0, length - 0.25 * rate * _WAIT)
        joint = min(max(int(np.searchsorted(steps, wanted)), first), last)
        until = int(np.searchsorted(steps, wanted + _WAIT * rate))
        onsets = np.flatnonzero(self.memory.body.onsets[joint : min(until, last + 1)])
        self._joint = joint + (int(onsets[0]) if len(onsets) else 0)
        self._forced = self._joint >= end - 1
        part = int(np.searchsorted(self.memory.ends, self.step, side="right"))
        most = int(self.memory.ends[part]) - 1
        self._leaves = max(min(int(steps[self._joint]), most), self.step + 1)
        self._planned, self._searching, self._chosen = True, False, -1
        self._nearby.forget()
        self._aim = self.wishes.aim()

    def _choose(self) -> None:
        """Choose where to jump to; nowhere where nothing new is known and it need not."""
        if self._guided:
            self._look_ahead()
            joints, cost = self._search.joints, self._search.costs
        else:
            joints, cost = self._compared()
        if not len(joints) and self._forced:
            joints, cost = self._any()
        if len(joints):
            self._chosen = self._drawn(joints, cost)

    def _compared(self) -> tuple[NDArray[np.intp], Float32]:
        """The neighbours that the file knows, and how little each suits."""
        self._nearby.gather(self._joint, self._open, self._recent)
        return self._nearby.joints, self._nearby.costs(self._leaves, self._phase())

    def _leave(self) -> None:
        """Jump, or where there is no place to go, plan to do so later."""
        if self._chosen < 0:
            self._choose()
        if self._chosen < 0:
            self._plan(0.5)
            return
        self.step = min(self.step, self.memory.steps - 1)
        coming = np.empty_like(self._row)
        self._write(coming)
        self._enter(self._chosen)
        self._fade_from(coming)
        self.jumps += 1

    def _look_ahead(self) -> None:
        """Begin to search for the place to jump to, or go on."""
        if not self._searching:
            self._searching = True
            if self.wishes.listening and len(self.wishes.heard) == WINDOW:
                window = self._in_codes(self.wishes.heard)
            else:
                window = self._places.window(self._leaves)
            self._search_for(window, self._phase(), self._leaves)
        self._look()

    def _search_for(self, window: Float32, phase: float, step: int) -> None:
        start = int(self._draws.integers(len(self._among)))
        self._search.begin(window, phase, step, start, len(self._among))

    def _look(self) -> None:
        self._search.go_on(self._among, self._recent, self.wishes)

    def _any(self) -> tuple[NDArray[np.intp], Float32]:
        """Some place, where all that is known was played lately: what was played longest ago."""
        some = self._among[self._draws.integers(len(self._among), size=4 * KEPT)]
        last = self._recent.last(self._places.steps[some])
        oldest = some[np.argsort(last, kind="stable")[: KEPT // 4]]
        window = self._places.window(self._leaves)
        return oldest, costs(self._places, oldest, window, -1.0, self.wishes)

    def _phase(self) -> float:
        return float(self._places.phases[self._joint])

    def _drawn(self, joints: NDArray[np.intp], cost: Float32) -> int:
        # Uniform above 0 and below 1: the generator itself may draw 0.
        draws = self._draws.random(len(joints)) * (1 - 2e-12) + 1e-12
        return int(joints[drawn(cost, self.wishes.temperature, draws)])

    def _enter(self, joint: int) -> None:
        """Go on from a joint."""
        self.step = int(self._places.steps[joint])
        self._planned, self._leaves, self._chosen = False, self.step + 1, -1

    def _fade_from(self, row: Latents) -> None:
        """Let the difference between a row and the one that comes now fade within some steps."""
        np.multiply(self._codes[self.step], self._scale, out=self._seam)
        np.subtract(row, self._seam, out=self._seam)
        self._seam_at = 0

    def _in_codes(self, rows: Latents) -> Float32:
        """Rows, float32 (8, D), in the file's units and one after another."""
        codes: Float32 = np.clip(np.rint(rows.ravel() / self._scale), -127, 127)
        return codes.astype(np.float32)
