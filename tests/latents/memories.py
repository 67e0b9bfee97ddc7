"""Makes small memories without sounds: rows that wander, with joints at regular places."""

from __future__ import annotations

import numpy as np

from musicvae.latents.memory import Memory, Part
from musicvae.latents.memory.joints import joints_of
from musicvae.latents.memory.memory_format import Body
from musicvae.latents.memory.memory_header import MemoryHeader, Scale
from musicvae.latents.memory.neighbours import neighbours_of

SPACE = "0123456789abcdef"


def make_memory(
    parts: int = 4,
    steps: int = 400,
    width: int = 4,
    space: str = SPACE,
    seed: int = 0,
    hop: int = 64,
    stride: int = 2,
) -> Memory:
    """A memory of tracks in which each row is like the one before it; 62.5 steps a second."""
    draws = np.random.default_rng(seed)
    rows, joints, onsets, tracks = [], [], [], []
    for number in range(parts):
        walk = np.zeros((steps, width))
        for step in range(1, steps):
            walk[step] = 0.9 * walk[step - 1] + 0.4 * draws.standard_normal(width)
        weights = (np.arange(steps) % 20 == 10).astype(np.float64)
        found, kinds = joints_of(steps, weights)
        joints.append(found + number * steps)
        onsets.append(kinds)
        rows.append(walk)
        tracks.append(Part(f"track {number}", "even" if number % 2 == 0 else "odd", steps))
    codes = np.clip(np.rint(np.concatenate(rows) * 16), -127, 127).astype(np.int8)
    places, kinds = np.concatenate(joints).astype(np.int32), np.concatenate(onsets)
    near = neighbours_of(codes, places, kinds, tracks)
    header = MemoryHeader(
        len(codes), width, len(places), near.shape[1], 1 / 16, 8000, hop, stride, space,
        tuple(tracks), "CC0-1.0", "made up", (Scale("brightness", 0.0, 255.0),),
    )  # fmt: skip
    measured = np.arange(len(places))[:, None] * 255 // len(places)  # brighter and brighter
    phases = np.zeros(len(places), np.uint8)
    return Memory(header, Body(codes, places, kinds, phases, near, measured.astype(np.uint8)))
