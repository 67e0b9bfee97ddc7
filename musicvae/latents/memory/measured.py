"""What was measured of the sound after each joint, so that a place can be chosen by it.

It is measured in the sound itself: a linear reading of the latents does not tell how many onsets
follow, and how loud or bright only roughly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.latents.arrays import Float64
from musicvae.latents.memory.memory_header import MAX_VALUE, Scale


def between(joints: NDArray[np.int32], curve: ArrayLike) -> Float64:
    """The mean of an attribute from each joint of a track to the next, float64 (J,).

    Args:
        joints: rising steps.
        curve: the attribute at each step, shape (steps,); NaN where it has no value.

    Returns:
        NaN where it has no value in between.
    """
    values = np.asarray(curve, np.float64)
    known = np.isfinite(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), joints)
    counts = np.add.reduceat(known.astype(np.float64), joints)
    means: Float64 = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means


def coded(
    tracks: Sequence[Mapping[str, Float64]],
) -> tuple[tuple[Scale, ...], NDArray[np.uint8]]:
    """The attributes of all tracks as bytes.

    Args:
        tracks: for each, by name, the values at its joints, float64 (J of this track,); NaN where
            there is none.

    Returns:
        What the bytes mean, for each attribute that all tracks have; and uint8 (J of all, A). What
        has no value becomes the mean of the others.
    """
    names = [name for name in tracks[0] if all(name in track for track in tracks)]
    scales, columns = [], []
    for name in names:
        values = np.concatenate([track[name] for track in tracks])
        known = values[np.isfinite(values)]
        if not len(known):
            continue
        values = np.clip(np.where(np.isfinite(values), values, known.mean()), -MAX_VALUE, MAX_VALUE)
        low, high = float(values.min()), float(values.max())
        high = high if high > low else low + 1.0
        scales.append(Scale(name, low, high))
        columns.append(np.rint(255 * (values - low) / (high - low)).astype(np.uint8))
    count = sum(len(next(iter(track.values()), ())) for track in tracks)
    return tuple(scales), np.stack(columns, axis=1) if columns else np.zeros((count, 0), np.uint8)
