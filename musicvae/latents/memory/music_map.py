"""The map of a memory: each second of its music as a point of a plane, alike near alike.

The axes are the first two principal components (Pearson 1901) of the latents of the memory itself,
averaged over a second each. They are linear, so that whatever sounds can be put on the map too, and
cheap: a map is computed anew wherever its memory is loaded, and always comes out the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float32, Float64, Latents
from musicvae.latents.memory.bank import Memory

#: Seconds of music in a point, and points of a map at most, besides one for each track.
SECONDS, MOST_POINTS = 1.0, 1500
#: Percentiles of the points that are put so far from the edges; what is farther out lies on them.
_ENDS, _MARGIN = (1.0, 99.0), 0.06
#: An axis is named by an attribute with which it correlates so much.
_NAMED = 0.3
#: Points that the latents of a place are made of, the last of which has no weight.
_AROUND = 5
#: Coordinates are rounded to this, which is less than anybody sees, so that what differs in the
#: last bit between two machines is the same place on both.
_DIGITS = 4


class Spot(NamedTuple):
    """A place on the map.

    Attributes:
        x: 0 is its left edge, 1 its right one.
        y: 0 is its lower edge, 1 its upper one.
    """

    x: float
    y: float


class Seconds(NamedTuple):
    """The seconds of a memory, each within a track; the last one of a track is longer or shorter.

    Attributes:
        starts: first step of each, int64 (n,), rising.
        means: mean of its latents, float64 (n, D).
        parts: number of its part, int64 (n,).
        styles: number of its style in ``memory.styles``, int64 (n,).
        length: in seconds, of all but the last ones.
    """

    starts: NDArray[np.int64]
    means: Float64
    parts: NDArray[np.int64]
    styles: NDArray[np.int64]
    length: float

    @classmethod
    def of(cls, memory: Memory) -> Seconds:
        """Those of a memory; of one that is very long, each lasts longer than a second."""
        length = max(SECONDS, memory.seconds / MOST_POINTS)
        span = max(1, int(np.ceil(length * memory.step_rate - 1e-9)))
        begins = memory.ends - [part.steps for part in memory.parts]
        counts = np.maximum(1, np.rint((memory.ends - begins) / span)).astype(np.int64)
        parts = np.repeat(np.arange(len(begins)), counts)
        within = np.concatenate([np.arange(count) for count in counts])
        starts = begins[parts] + span * within
        sums = np.add.reduceat(memory.body.codes, starts, axis=0, dtype=np.int64)
        means = sums / np.diff(np.append(starts, memory.steps))[:, None] * memory.header.scale
        numbers = np.array([memory.styles.index(part.style) for part in memory.parts])
        return cls(starts, means, parts, numbers[parts], length)


class MusicMap:
    """The seconds of a memory on a plane. Nothing in it changes.

    Args:
        memory: the memory.
        joints: step of each joint, int64 (J,).
        values: of the attributes of the memory at each joint, of mean 0; float32 (J, A).

    Attributes:
        points: x and y of each second, 0 to 1, float32 (n, 2).
        seconds: what each of them is.
        across: the attribute that rises from left to right; empty where none does clearly.
        upwards: that which rises from below.
    """

    def __init__(self, memory: Memory, joints: NDArray[np.int64], values: Float32) -> None:
        self.seconds = Seconds.of(memory)
        starts, means = self.seconds.starts, self.seconds.means
        self._ends = np.append(starts[1:], memory.steps)
        self._centre, self._axes = _components(means)
        middles = np.minimum(np.searchsorted(joints, (starts + self._ends) // 2), len(joints) - 1)
        names = tuple(scale.name for scale in memory.header.attributes)
        self.across, self.upwards = self._name_axes(
            (means - self._centre) @ self._axes, values[middles], names
        )
        flat = (means - self._centre) @ self._axes
        low, high = np.percentile(flat, _ENDS, axis=0)
        spans = np.where(high - low > 1e-9, high - low, 1.0) / (1 - 2 * _MARGIN)
        self._low, self._scale = (low + high) / 2 - spans / 2, 1 / spans
        self.points = self.project(means)

    def project(self, rows: Latents | Float64) -> Float32:
        """Where latents lie on the map.

        Args:
            rows: standardised latents, float (n, D).

        Returns:
            x and y of each, 0 to 1, float32 (n, 2); what is farther out lies on the edge.
        """
        flat = ((rows - self._centre) @ self._axes - self._low) * self._scale
        points: Float32 = np.round(np.clip(flat, 0, 1), _DIGITS).astype(np.float32)
        return points

    def nearest(self, spot: Spot, count: int = 1) -> NDArray[np.intp]:
        """Numbers of the points nearest to a place, the nearest first, int (count,)."""
        away = np.square(self.points - np.array(spot, np.float32)).sum(axis=1)
        return np.argsort(away, kind="stable")[:count]

    def latents_at(self, spots: Float64) -> Float64:
        """The latents at places: those of the points around each, the nearer the more.

        Args:
            spots: x and y of each, float64 (k, 2).

        Returns:
            float64 (k, D), continuous in the places (inverse distance weighting, Shepard 1968).
        """
        count = min(_AROUND, len(self.points))
        away = np.square(spots[:, None] - self.points).sum(axis=2)
        near = np.argpartition(away, count - 1, axis=1)[:, :count]
        away = np.take_along_axis(away, near, axis=1)
        # The farthest of them has no weight, so that another one may take its place unheard.
        weights = (away.max(axis=1, keepdims=True) - away + 1e-12) / (away + 1e-6)
        weights /= weights.sum(axis=1, keepdims=True)
        mean: Float64 = np.einsum("kn,knd->kd", weights, self.seconds.means[near])
        return mean

    def point_of(self, step: int) -> int:
        """The number of the point that a step belongs to."""
        return int(np.searchsorted(self.seconds.starts, step, side="right")) - 1

    def spot_of(self, step: int) -> Spot:
        """Where a step of the memory lies: between the points around it."""
        at = self.point_of(step)
        starts, parts = self.seconds.starts, self.seconds.parts
        middle = (starts[at] + self._ends[at]) / 2
        other = at + (1 if step >= middle else -1)
        mine = self.points[at]
        if 0 <= other < len(self.points) and parts[other] == parts[at]:
            far = abs((starts[other] + self._ends[other]) / 2 - middle)
            mine = mine + (self.points[other] - mine) * np.float32(abs(step - middle) / far)
        return Spot(round(float(mine[0]), _DIGITS), round(float(mine[1]), _DIGITS))

    def span(self, point: int) -> tuple[int, int]:
        """The first step of a point, and that behind its last."""
        return int(self.seconds.starts[point]), int(self._ends[point])

    def _name_axes(self, flat: Float64, values: Float32, names: tuple[str, ...]) -> tuple[str, str]:
        """Name the axes by what rises along them, and turn them so that it does.

        Args:
            flat: coordinates of the points before they are scaled, float64 (n, 2).
            values: of the attributes at the points, float32 (n, A).
            names: of these.
        """
        found: list[str] = []
        for axis in range(2):
            known = _correlations(flat[:, axis], values)
            order = [at for at in np.argsort(-np.abs(known)) if names[at] not in found]
            best = int(order[0]) if order and abs(known[order[0]]) >= _NAMED else -1
            found.append(names[best] if best >= 0 else "")
            leading = (
                known[best] if best >= 0 else self._axes[np.abs(self._axes[:, axis]).argmax(), axis]
            )
            if leading < 0:
                self._axes[:, axis] *= -1
        return found[0], found[1]


def _components(means: Float64) -> tuple[Float64, Float64]:
    """The centre, float64 (D,), and the first two principal components, float64 (D, 2)."""
    centre = means.mean(axis=0)
    around = means - centre
    axes = np.linalg.eigh(around.T @ around)[1][:, ::-1][:, :2]
    missing = 2 - axes.shape[1]  # of a memory of one latent
    return centre, np.pad(axes, ((0, 0), (0, missing)))


def _correlations(line: Float64, values: Float32) -> Float64:
    """Pearson's correlation of each column of values with a line, float64 (A,); 0 for constants."""
    line, columns = line - line.mean(), values - values.mean(axis=0)
    size = np.sqrt(np.square(line).sum() * np.square(columns).sum(axis=0))
    found: Float64 = (line @ columns) / np.maximum(size, 1e-12)
    return found
