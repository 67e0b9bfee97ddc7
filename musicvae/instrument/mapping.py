"""The map of a memory: its joints in a plane, alike ones near each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.memory import Memory
from musicvae.latents.memory.places import Places

#: Of the points, this share at each end lies on the border.
_ENDS = (1.0, 99.0)
_FULL = 65_535


def map_of(memory: Memory) -> bytes:
    """Each joint as four numbers: across, upwards, its place in the memory, number of its track.

    The plane are the two principal components of the latents that follow the joints. The first
    three numbers are shares, of which 65 535 is 1.

    Returns:
        uint16, little-endian, shape (J, 4), as bytes.
    """
    places = Places(memory)
    plane = _components(places.ahead.astype(np.float64))
    shares = places.steps / memory.steps
    numbers = np.column_stack([plane, shares]) * _FULL
    return np.column_stack([np.rint(numbers), places.parts]).astype("<u2").tobytes()


def _components(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two principal components, each from 0 to 1; float64 (J, 2)."""
    centred = rows - rows.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]
    found = np.zeros((len(rows), 2))
    found[:, : axes.shape[1]] = centred @ axes  # a single latent has one
    # The sign of a component means nothing; it is chosen so that it is the same everywhere.
    found *= np.where((found**3).sum(axis=0) < 0, -1, 1)
    low, high = np.percentile(found, _ENDS, axis=0)
    shares: NDArray[np.float64] = np.clip((found - low) / np.maximum(high - low, 1e-9), 0, 1)
    return shares
