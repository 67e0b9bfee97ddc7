"""Fade curves, and values that move along them.

Every curve is a table that is read by position. So a fade gives the same samples in one block or in
many, and offline and live rendering are equal.
"""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples


def raised_cosine(frames: int) -> Samples:
    """A smooth rise from above 0 to exactly 1, float32 (sample frames,); slope 0 at both ends."""
    steps = np.arange(1, frames + 1, dtype=np.float64) / frames
    return (0.5 - 0.5 * np.cos(np.pi * steps)).astype(np.float32)


def equal_power(frames: int) -> tuple[Samples, Samples]:
    """A rising and a falling curve, float32 (sample frames,) each; their squares add to 1."""
    steps = (np.arange(frames, dtype=np.float64) + 0.5) / frames * (np.pi / 2)
    return np.sin(steps).astype(np.float32), np.cos(steps).astype(np.float32)


def amplitude(db: float) -> float:
    """The factor of a gain in dB."""
    return float(10.0 ** (db / 20))


def decibels(factor: float, floor: float = -120.0) -> float:
    """The gain in dB of a factor, at least ``floor``, which also stands for silence."""
    return max(floor, 20 * float(np.log10(factor))) if factor > 0 else floor


class Glide:
    """A value that moves to each new target along a raised cosine, never in a jump.

    Args:
        value: at the start.
        frames: length of each move, in sample frames.

    Attributes:
        target: the value at the end of the move; to be read only.
        remaining: sample frames until the end of the move; likewise.
    """

    def __init__(self, value: float, frames: int) -> None:
        self._curve, self._frames = raised_cosine(frames), frames
        self._start = self.target = float(value)
        self.remaining = 0

    def to(self, target: float) -> None:
        """Begin a move from the present value to ``target``."""
        if target == self.target:
            return
        if at := self._frames - self.remaining:
            self._start += (self.target - self._start) * float(self._curve[at - 1])
        self.target = float(target)
        self.remaining = self._frames

    def jump(self, value: float) -> None:
        """Take a value at once; only while it is inaudible."""
        self._start = self.target = float(value)
        self.remaining = 0

    def fill(self, out: Samples) -> None:
        """Write the next values to ``out``, float32 (sample frames,)."""
        moving, at = min(len(out), self.remaining), self._frames - self.remaining
        if moving:
            part = out[:moving]
            np.multiply(self._curve[at : at + moving], self.target - self._start, out=part)
            np.add(part, self._start, out=part)
            self.remaining -= moving
        out[moving:] = self.target

    def scale(self, block: Samples, buffer: Samples) -> None:
        """Multiply a block, float32 (sample frames, channels), in place by the next values.

        Args:
            block: to be changed.
            buffer: float32 (at least as many sample frames,), overwritten.
        """
        if self.remaining:
            factors = buffer[: len(block)]
            self.fill(factors)
            scale(block, factors)
        else:
            scale(block, np.float32(self.target))


def scale(block: Samples, factors: Samples | np.float32) -> None:
    """Multiply a block, float32 (sample frames, channels), in place.

    Args:
        block: to be changed.
        factors: float32 (sample frames,), or one for all.
    """
    if isinstance(factors, np.float32):
        if factors != 1:
            np.multiply(block, factors, out=block)
        return
    # A channel at a time: if shapes differ, numpy allocates a buffer at every call.
    for channel in range(block.shape[1]):
        column = block[:, channel]
        np.multiply(column, factors, out=column)
