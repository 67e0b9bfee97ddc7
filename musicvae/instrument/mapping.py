"""Writes the map of a memory for the page: each second of its music, alike near alike."""

from __future__ import annotations

import numpy as np

from musicvae.latents.memory import Memory
from musicvae.latents.memory.places import Places

_FULL = 65_535


def map_of(memory: Memory) -> bytes:
    """Each point of a map as four numbers: across, upwards, where it begins, number of its track.

    It is the map of ``musicvae live`` (:mod:`musicvae.latents.memory.music_map`). The first three
    numbers are shares, of which 65 535 is 1.

    Returns:
        uint16, little-endian, shape (points, 4), as bytes.
    """
    found = Places(memory).map
    shares = found.seconds.starts / memory.steps
    numbers = np.column_stack([found.points, shares]) * _FULL
    return np.column_stack([np.rint(numbers), found.seconds.parts]).astype("<u2").tobytes()
