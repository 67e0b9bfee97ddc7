"""Chooses the joints of a track: the steps at which one may leave it or enter it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float64
from musicvae.latents.memory.memory_header import WINDOW

#: An onset is clear from this weight on; two joints are so many steps apart at least; and where
#: nothing begins for so many steps, joints are put between, so that no place is without one.
CLEAR, _APART, _FARTHEST = 0.25, 3, 12
#: The shortest track, in steps: a window, and as much again to be played.
SHORTEST = 4 * WINDOW


def joints_of(steps: int, onsets: Float64) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """The joints of one track: its clear onsets, and evenly spaced steps where there are none.

    Args:
        steps: length of the track, at least :data:`SHORTEST`.
        onsets: weight of the onset within each step, 0 to 1, float64 (steps,).

    Returns:
        Rising steps, int32 (J,), the first at least 8, the last that of the track; and whether each
        is an onset, uint8 (J,).
    """
    free = np.ones(steps, np.bool_)
    free[:WINDOW] = False
    chosen = [steps - 1]  # where whoever came so far must leave
    free[-_APART:] = False
    for step in np.argsort(-onsets, kind="stable"):
        if onsets[step] < CLEAR:
            break
        if free[step]:
            chosen.append(int(step))
            free[max(0, step - _APART + 1) : step + _APART] = False
    marked = set(chosen[1:])
    edges = sorted({WINDOW, *chosen})
    filled = set(edges)
    for before, after in pairwise(edges):
        count = -(-(after - before) // _FARTHEST)
        filled.update(before + (after - before) * part // count for part in range(1, count))
    joints = np.array(sorted(filled), np.int32)
    return joints, np.array([step in marked for step in joints.tolist()], np.uint8)


def phases_at(moments: Float64, beats: Float64) -> NDArray[np.uint8]:
    """Where each moment lies between two beats, as the file holds it.

    Args:
        moments: in seconds, float64 (J,).
        beats: in seconds, rising, float64 (beats,); empty where there is no pulse.

    Returns:
        uint8 (J,): 0 before the first beat and after the last, else 1 + 254 · (0 to 1).
    """
    if len(beats) < 2:
        return np.zeros(len(moments), np.uint8)
    place = np.interp(moments, beats, np.arange(len(beats)), left=-1, right=-1)
    marks = 1 + np.rint(254 * (place % 1))
    return np.where(place < 0, 0, marks).astype(np.uint8)
