"""Computes the latents of each frame from what a performer has set on one model.

    z = clamp(scale · (source + held) + bias + Σ attribute · direction)

``held`` is what ``/latent`` sets, ``source`` the movement of a tape or a walk. All but the source
glide: each change takes some frames, in a straight line. Everything here belongs to the rendering
thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Latents
from musicvae.latents.attributes import CONTRAST_GAIN, CONTRAST_SECONDS
from musicvae.live.commands.address import Address, Command, Target
from musicvae.live.engine.ramps import Ramps
from musicvae.live.sources import SOURCES, Source

DEFAULT_GLIDE_MS = 20.0
DEFAULT_BOUND = 8.0
#: Standardised latents lie within a few units of 0; far beyond, decoders overflow.
LATENT_RANGE = (-1000.0, 1000.0)
#: The name of no source: the latents are what is set, and nothing else moves them.
HELD = "held"


class Controls:
    """What a performer has set on one model.

    Args:
        info: of the model.
        frame_rate: frames per second.

    Attributes:
        frozen: whether the latents stand still.
        holding: whether changes wait.
        source: name of the source, or ``"held"``.
        sources: every source, by name, whether or not it is the current one.
        glide_ms: how long a change takes, in ms.
        once_ms: how long the next one does, if that was said, in ms.
        low: bound of all latents.
        high: likewise.
        held, scale, bias, attributes: what was set, and how far each has glided.
    """

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        width = info.latent_dim
        self.info = info
        self.frozen = self.holding = False
        self.source = HELD
        self.sources: dict[str, Source] = {
            name: kind(info, frame_rate) for name, kind in SOURCES.items()
        }
        self.glide_ms = DEFAULT_GLIDE_MS
        self.once_ms: float | None = None
        self.low, self.high = -DEFAULT_BOUND, DEFAULT_BOUND
        self.held = Ramps(width)
        self.scale = Ramps(width, 1.0)
        self.bias = Ramps(width)
        self.attributes = Ramps(len(info.attributes))
        self._ramps = (self.held, self.scale, self.bias, self.attributes)
        self._names = [attribute.name for attribute in info.attributes]
        self._lowest = np.array([latent.low for latent in info.latents], np.float32)
        self._highest = np.array([latent.high for latent in info.latents], np.float32)
        self._rate = frame_rate
        self._trajectory: list[Latents] = []
        self._row_frames = self._row_left = 0
        self._directions = np.array(
            [a.direction for a in info.attributes] or np.zeros((0, width)), np.float32
        )
        self._contrasts = [n for n, a in enumerate(info.attributes) if a.method == "contrast"]
        self._forget = np.float32(min(1.0, 1 / (CONTRAST_SECONDS * frame_rate)))
        self._mean = np.zeros(width, np.float32)
        self._z = np.zeros(width, np.float32)
        self._moved = np.zeros(width, np.float32)

    @property
    def sounding_source(self) -> str:
        """Name of the source that moves the latents now: one that is not ready does not."""
        current = self.sources.get(self.source)
        return self.source if current is not None and current.ready else HELD

    def target_of(self, row: Address) -> Controls | Source | None:
        """What a row of the address table changes: these controls, or a source if it is ready."""
        if row.target is Target.CONTROLS:
            return self
        source = self.sources[row.source]
        return source if source.ready or row.load is not None else None

    def do(self, command: Command, payload: Any = None) -> None:
        """Apply a command to the controls or to one of their sources.

        Args:
            command: that suits the model; see :meth:`Address.suits`.
            payload: what was loaded for it.
        """
        row, target = command.row, self.target_of(command.row)
        if target is None or row.apply is None:
            return
        row.apply(target, command, payload)
        if row.selects:
            self.select(row.source)

    def next(self) -> Latents:
        """The latents of the next frame, float32 (D,): overwritten by the next call."""
        if self.frozen:
            return self._z
        if not self.holding:
            self._follow_trajectory()
            for ramps in self._ramps:
                ramps.advance()
        z = self._z
        source = self.sources.get(self.source)
        if source is None or not source.ready:
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
        own, names = self._names, other._names
        both = [name for name in own if name in names]
        self.attributes.go_on(
            other.attributes, pace, [*map(own.index, both)], [*map(names.index, both)]
        )
        self.glide_ms, self.once_ms = other.glide_ms, other.once_ms
        self.low, self.high = other.low, other.high
        self._trajectory = other._trajectory.copy()
        self._row_frames = max(1, round(other._row_frames * pace))
        self._row_left = round(other._row_left * pace)
        self.source = other.source
        for name, source in self.sources.items():
            source.adopt(other.sources[name])
        self.frozen, self.holding = other.frozen, other.holding
        self._z[:], self._mean[:] = other._z, other._mean

    def panic(self) -> None:
        """Set all latents to 0 at once, and let nothing move them."""
        self._trajectory.clear()
        self.held.jump(0.0)
        self.source, self.frozen, self.holding = HELD, False, False

    def set_latents(self, first: int, values: Sequence[Any] | Latents) -> None:
        """Glide to these latents, from number ``first`` on."""
        self._trajectory.clear()
        self.held.to(values, self._glide(), slice(first, first + len(values)))

    def set_shares(self, first: int, shares: Sequence[Any]) -> None:
        """Likewise, where 0 is the 1st and 1 the 99th percentile of the training set."""
        where = slice(first, first + len(shares))
        low, high = self._lowest[where], self._highest[where]
        self.set_latents(first, low + (high - low) * np.array(shares, np.float32))

    def add_latents(self, values: Sequence[Any]) -> None:
        """Add to the first latents as they are set."""
        more = np.array(values, np.float32)
        self.set_latents(0, np.clip(self.held.target[: len(more)] + more, *LATENT_RANGE))

    def follow(self, values: Sequence[Any], ms: float) -> None:
        """Go through rows of latents, k · D numbers, one row every so many ms."""
        rows = np.array(values, np.float32).reshape(-1, len(self.held.value))
        self._trajectory = list(rows[::-1])
        self._row_frames, self._row_left = self._frames(ms), 0

    def glide_to(self, ramps: Ramps, values: Sequence[Any]) -> None:
        """Set the first of some numbers, one for each latent; a single value is for all."""
        where = slice(None) if len(values) == 1 else slice(len(values))
        ramps.to(values, self._glide(), where)

    def clamp(self, low: float, high: float) -> None:
        """Bound all latents."""
        self.low, self.high = low, high

    def set_glide(self, ms: float) -> None:
        """Let changes take so many ms."""
        self.glide_ms = ms

    def set_next_glide(self, ms: float) -> None:
        """Let the next change take so many ms."""
        self.once_ms = ms

    def set_attribute(self, name: str, amount: float) -> None:
        """Glide to an amount of an attribute, in its standard deviations."""
        self.attributes.to(amount, self._glide(), self._names.index(name))

    def attribute_amounts(self) -> dict[str, float]:
        """Each attribute as it is set, in its standard deviations."""
        return dict(zip(self._names, self.attributes.target.tolist(), strict=True))

    def select(self, source: str) -> None:
        """Let a source move the latents, or none (``"held"``)."""
        self.source = source

    def freeze(self, on: bool) -> None:
        """Let the latents stand still."""
        self.frozen = on

    def hold(self, on: bool) -> None:
        """Let changes wait."""
        self.holding = on

    def _frames(self, ms: float) -> int:
        """The number of frames in so many ms, at least 1."""
        return max(1, round(ms / 1000 * self._rate))

    def _glide(self) -> int:
        """The number of frames that a change takes; uses up what was asked for once."""
        ms, self.once_ms = (self.glide_ms if self.once_ms is None else self.once_ms), None
        return self._frames(ms)

    def _follow_trajectory(self) -> None:
        if not self._trajectory:
            return
        if self._row_left == 0:
            self.held.to(self._trajectory.pop(), self._row_frames)
            self._row_left = self._row_frames
        self._row_left -= 1

    def _sharpen(self, z: Latents) -> None:
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
