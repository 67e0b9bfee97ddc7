"""Computes the latents of each frame from the settings that a performer makes on one model.

    z = clamp(scale · (source + manual) + bias + Σ attribute · direction)

``manual`` are the latents that ``/latent`` sets, ``source`` is the movement of a tape or a random
walk. What a source makes of an attribute itself is not added. All of them but the source follow
linear ramps, so that no change makes a jump. A frame is one step of the decoder. Everything here
runs on the rendering thread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.latents.adapting import Ground
from musicvae.latents.arrays import Latents
from musicvae.live.commands.address import Address, Command, Target
from musicvae.live.engine.ramps import MOST, Ramps, bounded, keep_bounded
from musicvae.live.engine.sharpening import Sharpening
from musicvae.live.engine.trajectory import Trajectory
from musicvae.live.hearing.ear import Ear
from musicvae.live.sources import SOURCES, Source
from musicvae.live.sources.guidance import Guidance

DEFAULT_GLIDE_MS = 20.0
DEFAULT_BOUND = 8.0
LATENT_RANGE = (-MOST, MOST)
#: The word for no source: only the performer moves the latents.
NO_SOURCE = "held"


class Controls:
    """The settings that a performer makes on one model.

    Args:
        info: description of the model, whose number of latents is D.
        frame_rate: frames per second.

    Attributes:
        frozen: whether the latents stand still (``/freeze``).
        holding: whether changes wait (``/hold``).
        source: name of the current source, or ``"held"`` for none.
        sources: every source by its name, current or not.
        guidance: the settings that all sources share, and what was played.
        glide_ms: duration of a change, in ms.
        once_ms: duration of the next change in ms, if it was set for that one alone.
        low: lower bound of all latents.
        high: upper bound of all latents.
        manual: latents that were set, ramps of D elements; ``docs/osc.md`` calls them *set*.
        scale: factors, ramps of D elements.
        bias: addends, ramps of D elements.
        attributes: amounts of the attributes in their standard deviations, an element for each.
        ramps: these four.
    """

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        width = info.latent_dim
        self.info = info
        self.frozen = self.holding = False
        self.source = NO_SOURCE
        self.sources: dict[str, Source] = {
            name: kind(info, frame_rate) for name, kind in SOURCES.items()
        }
        self.guidance = Guidance(width, info.stride, len(info.attributes))
        self.guidance.ground = Ground(info) if info.kind == "stream" else None
        for each in self.sources.values():
            each.attend(self.guidance)
        self.glide_ms = DEFAULT_GLIDE_MS
        self.once_ms: float | None = None
        self.low, self.high = -DEFAULT_BOUND, DEFAULT_BOUND
        self.manual = Ramps(width)
        self.scale = Ramps(width, 1.0)
        self.bias = Ramps(width)
        self.attributes = Ramps(len(info.attributes))
        self.ramps = (self.manual, self.scale, self.bias, self.attributes)
        self._names = [attribute.name for attribute in info.attributes]
        self._lowest = bounded([latent.low for latent in info.latents])
        self._highest = bounded([latent.high for latent in info.latents])
        self._rate = frame_rate
        self._trajectory = Trajectory(np.zeros((0, width), np.float32))
        self._directions = bounded([a.direction for a in info.attributes] or np.zeros((0, width)))
        self._sharpening = Sharpening(info, frame_rate)
        self._z = np.zeros(width, np.float32)
        self._moved = np.zeros(width, np.float32)

    @property
    def active_source(self) -> str:
        """Name of the source that moves the latents now; ``"held"`` if none is ready to."""
        current = self.sources.get(self.source)
        return self.source if current is not None and current.ready else NO_SOURCE

    @property
    def ear(self) -> Ear | None:
        """Through which the present source hears the input; ``None`` where it does not."""
        current = self.sources.get(self.source)
        return current.ear if current is not None and current.ready else None

    def target_of(self, row: Address) -> Controls | Source | None:
        """The object that a row changes: these controls, or a source; ``None`` if it is not ready.

        A source that is not ready accepts only the row that loads something into it.
        """
        if row.target is Target.CONTROLS:
            return self
        source = self.sources[row.source]
        return source if source.ready or row.load is not None else None

    def do(self, command: Command, payload: object = None) -> None:
        """Apply a command to the controls or to one of their sources.

        Args:
            command: that suits the model; see ``Row.suits``.
            payload: what was loaded for it.
        """
        row, target = command.row, self.target_of(command.row)
        if target is None or row.apply is None:
            return
        row.apply(target, command, payload)
        if row.selects:
            self.select(row.source)

    def sounding(self) -> tuple[float, ...]:
        """The latents of the last frame, D numbers; from any thread."""
        return tuple(self._z.tolist())

    def stand(self, latents: Latents) -> None:
        """Take these latents, float32 (D,), for those of the last frame."""
        self._z[:] = latents
        keep_bounded(self._z)

    def next(self) -> Latents:
        """The latents of the next frame, float32, shape (D,): overwritten by the next call."""
        if self.frozen:
            return self._z
        if not self.holding:
            self._trajectory.advance(self.manual)
            for ramps in self.ramps:
                ramps.advance()
        z, moved, amounts = self._z, self._moved, self.attributes.value
        # What rests where it was at first would change no latent, and most of it does.
        steered = not self.attributes.neutral
        if steered:
            np.matmul(amounts, self._directions, out=moved)
        source = self.sources.get(self.source)
        if source is None or not source.ready:
            z[:] = self.manual.value
        elif source.guided:
            self.guidance.lead_by(self.manual.value, amounts, moved if steered else None)
            source.next(z)
            keep_bounded(z)
            np.add(z, self.guidance.push, out=z)
            amounts = self.guidance.unheeded
            if steered:
                np.matmul(amounts, self._directions, out=moved)
        else:
            source.next(z)
            keep_bounded(z)
            if not self.manual.neutral:
                np.add(z, self.manual.value, out=z)
        self._sharpening.sharpen(z, amounts)
        if not self.scale.neutral:
            np.multiply(z, self.scale.value, out=z)
        if not self.bias.neutral:
            np.add(z, self.bias.value, out=z)
        if steered:
            np.add(z, moved, out=z)
        np.maximum(z, self.low, out=z)
        np.minimum(z, self.high, out=z)
        self.guidance.note(z)
        return z

    def adopt(self, other: Controls) -> None:
        """Continue from the state of another model of the same latent space.

        Ramps in progress keep their remaining time, converted to the frame rate of this model.
        """
        pace = self._rate / other._rate
        for mine, theirs in zip(self.ramps[:3], other.ramps[:3], strict=True):
            mine.go_on(theirs, pace)
        own, names = self._names, other._names
        both = [name for name in own if name in names]
        self.attributes.go_on(
            other.attributes, pace, [*map(own.index, both)], [*map(names.index, both)]
        )
        self.glide_ms, self.once_ms = other.glide_ms, other.once_ms
        self.low, self.high = other.low, other.high
        self._trajectory = other._trajectory.at_pace(pace)
        self.source = other.source
        self.guidance.adopt(other.guidance)
        for name, source in self.sources.items():
            source.adopt(other.sources[name])
        self.frozen, self.holding = other.frozen, other.holding
        self._sharpening.adopt(other._sharpening)
        self._z[:] = other._z
        keep_bounded(self._z)

    def panic(self) -> None:
        """Set all latents to 0 without a ramp, and stop everything that moves them."""
        self._trajectory.end()
        self.manual.jump(0.0)
        self.source, self.frozen, self.holding = NO_SOURCE, False, False

    def set_latents(self, first: int, values: Sequence[float] | Latents) -> None:
        """Ramp latents to new values.

        Args:
            first: index of the first latent to set.
            values: numbers of shape (n,), stored as float32, for latents ``first`` to
                ``first + n - 1``.
        """
        self._trajectory.end()
        self.manual.to(values, self._glide(), slice(first, first + len(values)))

    def set_shares(self, first: int, shares: Sequence[float]) -> None:
        """Ramp latents to places within the range that the training set has.

        Args:
            first: index of the first latent to set.
            shares: 0 is the 1st and 1 the 99th percentile of that latent in the training set.
        """
        where = slice(first, first + len(shares))
        low, high = self._lowest[where], self._highest[where]
        self.set_latents(first, low + (high - low) * np.array(shares, np.float32))

    def add_latents(self, values: Sequence[float]) -> None:
        """Ramp the first latents to their targets plus these values."""
        more = np.array(values, np.float32)
        self.set_latents(0, np.clip(self.manual.target[: len(more)] + more, *LATENT_RANGE))

    def follow(self, values: Sequence[float], ms: float) -> None:
        """Ramp through a trajectory of latents.

        Args:
            values: k · D numbers, row by row.
            ms: duration from one row to the next, in ms.
        """
        rows = np.array(values, np.float32).reshape(-1, len(self.manual.value))
        self._trajectory = Trajectory(rows, self._frames(ms))

    def glide_to(self, ramps: Ramps, values: Sequence[float]) -> None:
        """Ramp the first elements to new values; a single value is for all elements."""
        where = slice(None) if len(values) == 1 else slice(len(values))
        ramps.to(values, self._glide(), where)

    def clamp(self, low: float, high: float) -> None:
        """Set the bounds of all latents."""
        self.low, self.high = low, high

    def set_glide(self, ms: float) -> None:
        """Set the duration of changes, in ms."""
        self.glide_ms = ms

    def set_next_glide(self, ms: float) -> None:
        """Set the duration of the next change alone, in ms."""
        self.once_ms = ms

    def set_attribute(self, name: str, amount: float) -> None:
        """Ramp an attribute to an amount, in its standard deviations."""
        self.attributes.to(amount, self._glide(), self._names.index(name))

    def attribute_amounts(self) -> dict[str, float]:
        """The targets of all attributes by name, in their standard deviations."""
        return dict(zip(self._names, self.attributes.target.tolist(), strict=True))

    def select(self, source: str) -> None:
        """Choose the source that moves the latents; ``"held"`` is none."""
        if source != self.source and source in self.sources:
            self.sources[source].begin()
        self.source = source

    def lacks(self, source: str) -> str:
        """Why a source cannot move the latents now; empty where it can."""
        found = self.sources.get(source)
        return "" if found is None or found.ready else found.wants

    def reseed(self, seed: int) -> None:
        """Let every source that draws random numbers begin again."""
        self.guidance.seed = seed
        for source in self.sources.values():
            source.restart(seed)

    def freeze(self, on: bool) -> None:
        """Let the latents stand still, or release them."""
        self.frozen = on

    def hold(self, on: bool) -> None:
        """Let all changes wait, or release them together."""
        self.holding = on

    def _frames(self, ms: float) -> int:
        """The number of frames in a duration in ms, at least 1."""
        return max(1, round(ms / 1000 * self._rate))

    def _glide(self) -> int:
        """Duration of this change in frames; uses up :attr:`once_ms`."""
        ms, self.once_ms = (self.glide_ms if self.once_ms is None else self.once_ms), None
        return self._frames(ms)
