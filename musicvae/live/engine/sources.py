"""What moves the latents of a deck by itself: a tape, or a random walk.

A source adds its movement to what a performer sets. Each knows frames, not time.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.tape import Tape
from musicvae.latents.walk import IndependentWalker, Walker

Array = NDArray[np.float32]

#: How alike two steps of a walk are where the artifact does not say; clips have no dynamics.
_ALIKE = 0.8
#: Places of a tape are counted in frames divided by this.
_GRID = 2**20


class Source(Protocol):
    """Writes one frame of movement after another."""

    def next(self, out: Array) -> None:
        """Write this frame's movement into ``out``, float32 (D,), and go on to the next."""


class TapeSource:
    """Plays the rows of a tape at any speed, forwards or backwards, whole or in part.

    A row is held for ``stride`` frames, as training held it, at normal speed and above; below it,
    and while the tape is only scrubbed, neighbouring rows are mixed, so that nothing steps.

    Args:
        tape: of the deck's latent space.

    Attributes:
        name: of the tape.
        position: in frames.
        rate: frames for each frame; negative runs backwards.
        playing: whether it runs.
        looping: whether it repeats the part between ``start`` and ``end``.
        start: of that part, in frames.
        end: likewise.
        scale: of the movement.
    """

    def __init__(self, tape: Tape, name: str = "") -> None:
        self.name = name
        self.position = 0.0
        self.rate = 1.0
        self.playing = True
        self.looping = True
        self.scale = 1.0
        self._rows = tape.latents
        self._stride = tape.stride
        self.frames = tape.steps * tape.stride
        self.start, self.end = 0.0, float(self.frames)

    def scrub(self, place: float) -> None:
        """Go to a place from 0, the beginning, to 1, the end."""
        self.position = self._place(place)

    def loop_between(self, start: float, end: float) -> None:
        """Repeat the part between two places from 0 to 1; it is at least one row long."""
        self.looping = True
        self.start = min(self._place(start), self.frames - float(self._stride))
        self.end = max(self._place(end), self.start + self._stride)

    def next(self, out: Array) -> None:
        """See :class:`Source`."""
        last = len(self._rows) - 1
        step = min(max(self.position / self._stride, 0.0), float(last))
        row = int(step)
        out[:] = self._rows[row]
        if row < last and not (self.playing and abs(self.rate) >= 1):
            out += (self._rows[row + 1] - out) * np.float32(step - row)
        out *= np.float32(self.scale)
        if self.playing:
            self._advance()

    def _place(self, share: float) -> float:
        return _on_grid(share * self.frames)

    def _advance(self) -> None:
        self.position += _on_grid(self.rate)
        if self.looping:
            beyond = self.rate > 0 and self.position >= self.end
            if beyond or (self.rate < 0 and self.position < self.start):
                # Python's remainder is never negative, so this is right on both sides.
                self.position = self.start + (self.position - self.start) % (self.end - self.start)
        elif not 0 <= self.position < self.frames:
            self.position = min(max(self.position, 0.0), float(self.frames))
            self.playing = False


def _on_grid(frames: float) -> float:
    """The nearest multiple of 2⁻²⁰ frames.

    Sums of such numbers are exact, and a place that is written down as a share of the longest tape
    is found again to the bit.
    """
    return round(frames * _GRID) / _GRID


class WalkSource:
    """A random walk in the prior, as the artifact's dynamics say music moves.

    Without dynamics, as in a clip, it draws anew for each clip (or latent step), each latent by
    itself, and holds it as long as that lasts.

    Args:
        info: of the deck's artifact.
        frame_rate: frames per second.

    Attributes:
        speed: 1 is the music's own.
        radius: of the movement about the latents' mean.
        seed: it began with.
    """

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        self.speed = self.radius = 1.0
        self.seed = 0
        width = info.latent_dim
        self._mean = np.array([latent.mean for latent in info.latents] or [0.0] * width)
        self._steps = 1 / info.stride if info.kind == "stream" else 1 / (info.seconds * frame_rate)
        self._walker: Walker | IndependentWalker
        if info.dynamics is not None:
            self._walker = Walker(LinearDynamics.from_info(info.dynamics), self.seed)
        else:
            self._walker = IndependentWalker(width, _ALIKE, self.seed)
        self._share = 0.0

    def restart(self, seed: int) -> None:
        """Begin anew; the same seed walks the same way."""
        self.seed = seed
        self._walker.restart(seed % 2**32)  # numpy takes no negative seeds
        self._share = 0.0

    def go_on(self, other: WalkSource) -> None:
        """Be where another one of the same latent space is, and go on as it would."""
        self.speed, self.radius, self.seed = other.speed, other.radius, other.seed
        self._walker = other._walker.twin()
        self._share = other._share

    def next(self, out: Array) -> None:
        """See :class:`Source`."""
        out[:] = self._mean + self.radius * self._walker.row()
        if isinstance(self._walker, Walker):
            self._walker.advance(self.speed * self._steps)
            return
        self._share += self.speed * self._steps
        self._walker.advance(int(self._share))
        self._share %= 1
