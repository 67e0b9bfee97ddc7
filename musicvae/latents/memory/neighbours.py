"""Finds, for each joint, the joints before which the music was most alike.

The whole vectors of the last steps are compared, not keys made of them. Rows are whole numbers of
8 bits, and sums of their products are exact in float32 for up to 128 latents, so that the result is
the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from musicvae.latents.memory.memory_header import NONE, WINDOW, Part

#: Neighbours that are kept, and looked at: some of these lie close together.
KEPT, _LOOKED_AT = 16, 96
#: Steps: neighbours of a joint are so far apart; a track's own places so far away from the joint;
#: and so much is left to be played after each. The last two are less in a short track.
_APART, _AWAY, _RUNWAY = 8, 129, 43
_TOGETHER = 256  # joints that are compared at once, to limit the memory


def windows_of(codes: NDArray[np.int8]) -> NDArray[np.int8]:
    """The 8 rows before each step, one after another: a view, int8 (steps - 7, 8 · D).

    Row n of it ends before step n + 8.

    Args:
        codes: latents in any unit, contiguous int8 (steps, D).
    """
    steps, width = codes.shape
    return as_strided(codes, (steps - WINDOW + 1, WINDOW * width), (width, 1), writeable=False)


def enterable(
    joints: NDArray[np.int32], parts: Sequence[Part]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Whether enough follows each joint to enter there, and the part it is in; both of (J,)."""
    ends = np.cumsum([part.steps for part in parts])
    inside = np.searchsorted(ends, joints, side="right")
    lengths = np.array([part.steps for part in parts])[inside]
    return ends[inside] - joints >= np.minimum(_RUNWAY, lengths // 4), inside


def neighbours_of(
    codes: NDArray[np.int8],
    joints: NDArray[np.int32],
    onsets: NDArray[np.uint8],
    parts: Sequence[Part],
    kept: int = KEPT,
) -> NDArray[np.uint16]:
    """The neighbours of each joint: onsets of onsets, and other places of other places.

    Args:
        codes: latents, int8 (steps, D).
        joints: rising steps, int32 (J,).
        onsets: whether each is an onset, uint8 (J,).
        parts: the tracks that the steps belong to.
        kept: K.

    Returns:
        Numbers of joints, the nearest first, uint16 (J, K); ``NONE`` where there are no more.
    """
    views = windows_of(codes)
    open_to, inside = enterable(joints, parts)
    lengths = np.array([part.steps for part in parts])[inside]
    away = np.minimum(_AWAY, lengths // 4)
    found = np.full((len(joints), kept), NONE, np.uint16)
    for kind in (0, 1):
        targets = np.flatnonzero(open_to & (onsets == kind))
        if len(targets) <= kept:  # too few of a kind: any place
            targets = np.flatnonzero(open_to)
        looked = views[joints[targets] - WINDOW].astype(np.float32)
        norms = np.einsum("jd,jd->j", looked, looked)
        sources = np.flatnonzero(onsets == kind)
        for first in range(0, len(sources), _TOGETHER):
            some = sources[first : first + _TOGETHER]
            asked = views[joints[some] - WINDOW].astype(np.float32)
            distances = norms - 2 * (asked @ looked.T)
            same = inside[some][:, None] == inside[targets]
            near = np.abs(joints[some][:, None] - joints[targets]) < away[some][:, None]
            distances[same & near] = np.inf
            for joint, row in zip(some, distances, strict=True):
                best = _apart(row, targets, joints, kept)
                found[joint, : len(best)] = best
    return found


def _apart(
    distances: NDArray[np.float32], targets: NDArray[np.intp], joints: NDArray[np.int32], kept: int
) -> list[int]:
    """The nearest targets, none of which is within 8 steps of a nearer one."""
    count = min(_LOOKED_AT, len(distances))
    some = np.argpartition(distances, count - 1)[:count]
    some = some[np.lexsort((some, distances[some]))]
    best: list[int] = []
    taken: list[int] = []
    for index in some[np.isfinite(distances[some])]:
        joint = int(targets[index])
        step = int(joints[joint])
        if all(abs(step - other) >= _APART for other in taken):
            best.append(joint)
            taken.append(step)
            if len(best) == kept:
                break
    return best
