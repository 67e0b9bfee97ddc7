"""Makes of a window of music what music is not: its sounds stay, its course in time goes.

Every function takes and returns log-mel frames, float32 (frames, bands), in natural-log units.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from musicvae.runtime.embedding import Float32

Spoil = Callable[[Float32, np.random.Generator], Float32]


def backwards(frames: Float32, random: np.random.Generator) -> Float32:
    """Attacks become swellings."""
    return frames[::-1]


def shuffled(frames: Float32, random: np.random.Generator) -> Float32:
    """Pieces of 46 to 190 ms in another order."""
    length = int(random.integers(2, 9))
    pieces = [frames[at : at + length] for at in range(0, len(frames), length)]
    order = random.permutation(len(pieces))
    return np.concatenate([pieces[at] for at in order])


def smeared(frames: Float32, random: np.random.Generator) -> Float32:
    """A moving mean over 0.2 to 0.9 s."""
    length = int(random.integers(8, 40))
    window = np.hanning(length + 2)[1:-1]
    padded = np.pad(frames, ((length // 2, length - 1 - length // 2), (0, 0)), mode="edge")
    columns = [np.convolve(column, window / window.sum(), "valid") for column in padded.T]
    return np.stack(columns, axis=1).astype(np.float32)


def drifting(frames: Float32, random: np.random.Generator) -> Float32:
    """A straight way from one of its moments to another, a new one every 0.14 to 0.7 s."""
    every = int(random.integers(6, 30))
    moments = frames[random.integers(0, len(frames), len(frames) // every + 2)]
    time = np.arange(len(frames)) / every
    first = time.astype(int)
    share = (time - first)[:, None].astype(np.float32)
    return moments[first] * (1 - share) + moments[first + 1] * share


def as_noise(frames: Float32, random: np.random.Generator) -> Float32:
    """Noise of its mean spectrum, that fluctuates a fifth as much as it, up to as much."""
    noise = random.standard_normal(frames.shape).astype(np.float32)
    return frames.mean(axis=0) + noise * frames.std(axis=0) * np.float32(random.uniform(0.2, 1.0))


SPOILS: tuple[Spoil, ...] = (backwards, shuffled, smeared, drifting, as_noise)
