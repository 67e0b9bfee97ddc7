"""What a memory says of its joints, computed once and ready to be compared."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float32
from musicvae.latents.memory.bank import Memory
from musicvae.latents.memory.gravity import Masses
from musicvae.latents.memory.memory_header import NONE, WINDOW
from musicvae.latents.memory.music_map import MusicMap
from musicvae.latents.memory.neighbours import enterable, windows_of

#: Steps after a joint whose mean says what latents it leads to: a second and a half.
_AHEAD = 64
#: Seconds after a joint whose mean says what attributes it leads to; onsets are counted over one.
_SECONDS_AHEAD = 3.0
#: Joints from which is learnt how far apart neighbours are.
_SAMPLED = 512


class Places:
    """The joints of a memory. Several players may share it, since nothing in it changes.

    Args:
        memory: whose joints these are.

    Attributes:
        memory: as given.
        steps: step of each joint, int64 (J,).
        open: whether one may enter there, bool (J,).
        parts: number of the part of each, int (J,).
        views: the 8 rows before each step, a view of int8 (steps - 7, 8 · D), row n of which ends
            before step n + 8.
        norms: squared length of the window before each joint, float32 (J,), in the file's units.
        ahead: mean of the rows that follow each, standardised latents, float32 (J, D).
        attributes: names of what was measured of the sound.
        values: mean of each of these over the 3 s that follow each joint, in the standard
            deviations that it has over the joints, and from its mean; float32 (J, A).
        phases: place between two beats, 0 to 1, float32 (J,); -1 where there is no pulse.
        unit: how much farther the last neighbour of a joint is than its nearest, divided by the
            logarithm of their number: at this difference a place is e times less like.
        masses: what draws latents to the steps of the memory.
    """

    def __init__(self, memory: Memory) -> None:
        body = memory.body
        self.memory = memory
        self.steps = body.joints.astype(np.int64)
        self.open, self.parts = enterable(body.joints, memory.parts)
        self.views = windows_of(np.ascontiguousarray(body.codes))
        squares = np.einsum("sd,sd->s", body.codes, body.codes, dtype=np.float32)
        sums = np.concatenate([[0.0], np.cumsum(squares, dtype=np.float64)])
        self.norms = (sums[self.steps] - sums[self.steps - WINDOW]).astype(np.float32)
        self.ahead = self._means()
        self.attributes = tuple(scale.name for scale in memory.header.attributes)
        self.values = self._values()
        marks = body.phases.astype(np.float32)
        self.phases = np.where(marks > 0, (marks - 1) / 254, np.float32(-1)).astype(np.float32)
        self.unit = self._unit()
        self.masses = Masses(memory)

    @cached_property
    def map(self) -> MusicMap:
        """The map of the memory, computed when it is first asked for: some milliseconds."""
        return MusicMap(self.memory, self.steps, self.values)

    def window(self, step: int) -> Float32:
        """The 8 rows before a step, one after another, in the file's units: float32 (8 · D,)."""
        window: Float32 = self.views[max(0, step - WINDOW)].astype(np.float32)
        return window

    def inside(
        self, region: tuple[float, float], names: Collection[str]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which joints and parts one may play.

        Args:
            region: first and last share of the memory, 0 to 1.
            names: of styles and parts; empty for all.

        Returns:
            Whether each joint may be entered, bool (J,), and whether each part may be played, bool
            (parts,). Where nothing fits, everything may.
        """
        parts = self.memory.parts
        wanted = np.array([not names or bool({p.name, p.style} & set(names)) for p in parts])
        low, high = (share * self.memory.steps for share in region)
        joints = self.open & wanted[self.parts] & (self.steps >= low) & (self.steps < high)
        if not joints.any():
            return self.open, np.ones(len(parts), np.bool_)
        return joints, wanted

    def _means(self) -> Float32:
        codes, scale = self.memory.body.codes, self.memory.header.scale
        sums = np.zeros((len(codes) + 1, codes.shape[1]), np.int32)
        np.cumsum(codes, axis=0, dtype=np.int32, out=sums[1:])
        ends = np.minimum(self.steps + _AHEAD, self.memory.ends[self.parts])
        means = (sums[ends] - sums[self.steps]) / (ends - self.steps)[:, None]
        scaled: Float32 = (means * scale).astype(np.float32)
        return scaled

    def _values(self) -> Float32:
        steps, ends = self.steps, self.memory.ends[self.parts]
        # What was measured at a joint lasts until the next one, or the end of the part.
        lasts = np.minimum(np.append(steps[1:], self.memory.steps), ends) - steps
        scales = self.memory.header.attributes
        lows = np.array([scale.low for scale in scales])
        spans = np.array([scale.high - scale.low for scale in scales])
        found = lows + spans * (self.memory.body.measured / 255.0)
        sums = np.zeros((len(steps) + 1, len(scales)))
        np.cumsum(found * lasts[:, None], axis=0, out=sums[1:])
        times = np.concatenate([[0], np.cumsum(lasts)])
        until = np.minimum(steps + round(_SECONDS_AHEAD * self.memory.step_rate), ends)
        last = np.maximum(np.searchsorted(steps, until), np.arange(len(steps)) + 1)
        means = (sums[last] - sums[:-1]) / (times[last] - times[:-1])[:, None]
        centred = means - means.mean(axis=0)
        values: Float32 = (centred / np.maximum(centred.std(axis=0), 1e-9)).astype(np.float32)
        return values

    def _unit(self) -> float:
        near = self.memory.body.neighbours
        differences = []
        for joint in range(0, len(near), max(1, len(near) // _SAMPLED)):
            known = near[joint][near[joint] != NONE].astype(np.intp)
            if len(known) > 1:
                looked = self.views[self.steps[known[[0, -1]]] - WINDOW].astype(np.float32)
                gaps = np.square(looked - self.window(int(self.steps[joint]))).sum(axis=1)
                differences.append((gaps[1] - gaps[0]) / np.log(len(known)))
        return max(1.0, float(np.median(differences))) if differences else 1.0
