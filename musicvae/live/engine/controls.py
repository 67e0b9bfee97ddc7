"""What a performer has set on one model, and the latents that follow from it, frame by frame.

    z = clamp(scale · (source + held) + bias + Σ attribute · direction)

``held`` is what ``/latent`` sets, ``source`` the movement of a tape or a walk. All but the source
glide: each change takes some frames, in a straight line. Belongs to the thread that renders.
"""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo
from musicvae.latents.attributes import CONTRAST_GAIN, CONTRAST_SECONDS
from musicvae.live.engine.ramps import Ramps
from musicvae.live.engine.sources import Source, TapeSource, WalkSource

Array = NDArray[np.float32]

DEFAULT_GLIDE_MS = 20.0
DEFAULT_BOUND = 8.0


class Controls:
    """Turns commands into latents.

    Args:
        info: of the model.
        frame_rate: frames per second.

    Attributes:
        frozen: whether the latents stand still.
        holding: whether changes wait.
        source: ``"held"``, ``"tape"`` or ``"walk"``.
        tape: as loaded, or ``None``.
        walk: always there, whether or not it is the source.
        glide_ms: how long a change takes.
        once_ms: how long the next one does, if that was said.
        low: bound of all latents.
        high: likewise.
        held, scale, bias, attributes: what was set, and how far each has glided.
    """

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        width = info.latent_dim
        self.info = info
        self.frozen = self.holding = False
        self.source = "held"
        self.tape: TapeSource | None = None
        self.walk = WalkSource(info, frame_rate)
        self.glide_ms = DEFAULT_GLIDE_MS
        self.low, self.high = -DEFAULT_BOUND, DEFAULT_BOUND
        self.held = Ramps(width)
        self.scale = Ramps(width, 1.0)
        self.bias = Ramps(width)
        self.attributes = Ramps(len(info.attributes))
        self._ramps = (self.held, self.scale, self.bias, self.attributes)
        self._rate = frame_rate
        self.once_ms: float | None = None
        self._trajectory: list[Array] = []
        self._row_frames = self._row_left = 0
        self._directions = np.array(
            [a.direction for a in info.attributes] or np.zeros((0, width)), np.float32
        )
        self._contrasts = [n for n, a in enumerate(info.attributes) if a.method == "contrast"]
        self._forget = np.float32(min(1.0, 1 / (CONTRAST_SECONDS * frame_rate)))
        self._mean = np.zeros(width, np.float32)
        self._z = np.zeros(width, np.float32)
        self._moved = np.zeros(width, np.float32)

    def next(self) -> Array:
        """The latents of the next frame, float32 (D,): overwritten by the next call."""
        if self.frozen:
            return self._z
        if not self.holding:
            self._follow_trajectory()
            for ramps in self._ramps:
                ramps.advance()
        z = self._z
        sources: dict[str, Source | None] = {"tape": self.tape, "walk": self.walk}
        source = sources.get(self.source)
        if source is None:
            z[:] = self.held.value
        else:
            source.next(z)
            np.add(z, self.held.value, out=z)
        self._sharpen(z)
        np.multiply(z, self.scale.value, out=z)
        np.add(z, self.bias.value, out=z)
        if len(self._directions):
            np.matmul(self.attributes.value, self._directions, out=self._moved)
            np.add(z, self._moved, out=z)
        np.clip(z, self.low, self.high, out=z)
        return z

    def adopt(self, other: Controls) -> None:
        """Go on just where another model of the same latent space is, at this one's pace."""
        pace = self._rate / other._rate
        for mine, theirs in zip(self._ramps[:3], other._ramps[:3], strict=True):
            mine.go_on(theirs, pace)
        own, names = ([a.name for a in each.info.attributes] for each in (self, other))
        both = [name for name in own if name in names]
        self.attributes.go_on(
            other.attributes, pace, [*map(own.index, both)], [*map(names.index, both)]
        )
        self.glide_ms, self.once_ms = other.glide_ms, other.once_ms
        self.low, self.high = other.low, other.high
        self._trajectory = other._trajectory.copy()
        self._row_frames = max(1, round(other._row_frames * pace))
        self._row_left = round(other._row_left * pace)
        # The other one may sound on for a while, and must not wind this one's tape.
        self.source, self.tape = other.source, copy(other.tape)
        self.walk.go_on(other.walk)
        self.frozen, self.holding = other.frozen, other.holding
        self._z[:], self._mean[:] = other._z, other._mean

    def panic(self) -> None:
        """All latents to 0, and nothing that moves them."""
        self._trajectory.clear()
        self.held.jump(0.0)
        self.source, self.frozen, self.holding = "held", False, False

    def frames(self, ms: float) -> int:
        """Frames of so many ms, at least 1."""
        return max(1, round(ms / 1000 * self._rate))

    def glide(self) -> int:
        """Frames that the change in hand takes; what was asked for once is used up."""
        ms, self.once_ms = (self.glide_ms if self.once_ms is None else self.once_ms), None
        return self.frames(ms)

    def follow(self, rows: list[Array], frames: int) -> None:
        """Go through these latents, float32 (D,) each, one every so many frames."""
        self._trajectory = rows[::-1]
        self._row_frames, self._row_left = frames, 0

    def _follow_trajectory(self) -> None:
        if not self._trajectory:
            return
        if self._row_left == 0:
            self.held.to(self._trajectory.pop(), self._row_frames)
            self._row_left = self._row_frames
        self._row_left -= 1

    def _sharpen(self, z: Array) -> None:
        """Let latents deviate more, or less, from their moving mean.

        As :func:`musicvae.latents.attributes.contrast`, but the mean knows only what has been, and
        forgets it exponentially.
        """
        if not self._contrasts:
            return
        np.subtract(z, self._mean, out=self._moved)
        np.multiply(self._moved, self._forget, out=self._moved)
        np.add(self._mean, self._moved, out=self._mean)
        for index in self._contrasts:
            amount = float(self.attributes.value[index])
            if amount:
                np.subtract(z, self._mean, out=self._moved)
                gain = max(-1.0, CONTRAST_GAIN * amount)
                np.multiply(self._moved, np.float32(gain), out=self._moved)
                np.add(z, self._moved, out=z)
