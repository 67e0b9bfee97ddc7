"""The latent source ``tape``: plays the latents of an encoded sound at any speed."""

from __future__ import annotations

from functools import partial

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.latents.adapting import Heard
from musicvae.latents.arrays import Latents
from musicvae.latents.tape import Tape
from musicvae.live.commands import readers
from musicvae.live.commands.address import Command, Morph, Row, Target, Values, covers
from musicvae.live.commands.arguments import Arguments, RefusedError, Shape, as_whole
from musicvae.live.commands.wanted import Reader, floats
from musicvae.live.sources.adapting import Adapter
from musicvae.live.sources.guidance import Guidance
from musicvae.live.sources.source import Source

#: Positions on a tape are multiples of 1/_GRID frames.
_GRID = 2**20


def _read_loop(a: Arguments) -> tuple[float, ...]:
    values = a.numbers(1, 2, 0, 1)
    if len(values) == 1:
        return (as_whole(values[0]),)
    if values[0] >= values[1]:
        raise RefusedError("wants the start before the end")
    return values


def _fits(command: Command, shape: Shape, tape: Tape | None) -> bool:
    if tape is None:
        return True
    same = (tape.latent_space, tape.latent_dim) == (shape.latent_space, shape.latent_dim)
    return same and shape.kind == "stream"


_row = partial(Row["TapeSource"], deck=True, target=Target.SOURCE, source="tape", kept=True)


class TapeSource(Source):
    """Plays the rows of a tape at any speed, forwards or backwards, whole or in part.

    At normal speed and above, each row lasts ``stride`` frames, as in training. At lower speeds,
    and while the tape is stopped and only scrubbed, neighbouring rows are interpolated, so that
    the latents move without steps. Without a tape its addresses have no effect.

    Attributes:
        tape_name: name of the tape.
        position: on the tape, in frames.
        rate: frames of the tape per frame played; negative plays backwards.
        playing: whether it runs.
        looping: whether it repeats the part between ``start`` and ``end``.
        start: beginning of that part, in frames.
        end: end of that part, in frames.
        scale: factor of the movement.
        frames: length of the tape in frames; 0 without a tape.
    """

    name = "tape"
    meaning = "a tape"
    wants = "no tape is loaded: /tape/load NAME"
    tape_name: str
    playing: bool
    rate: float
    scale: float
    addresses = (
        _row(
            "/tape/load",
            "s",
            "Load a tape by name; it becomes the source and plays.",
            readers.word(),
            load=lambda loader, c, voice, digest: loader.tape(c.text, voice, digest),
            fits=_fits,
            apply=lambda source, c, tape: source.insert(tape, c.text),
            describe=lambda source: source.message(source.tape_name),
            selects=True,
            morph=Morph.SWITCH,
            restarts=True,
        ),
        _row(
            "/tape/play",
            "i, 0 or 1",
            "Run or stop the tape.",
            readers.switch,
            apply=lambda source, c, _: source.run(c.on),
            describe=lambda source: source.message(int(source.playing)),
            morph=Morph.SWITCH,
            replaced_by=covers,
        ),
        _row(
            "/tape/rate",
            "f, -4 to 4",
            "Speed of the tape; negative runs backwards.",
            readers.number(-4, 4),
            apply=lambda source, c, _: source.run_at(c.number),
            describe=lambda source: source.message(source.rate),
            replaced_by=covers,
        ),
        _row(
            "/tape/scrub",
            "f, 0 to 1",
            "Go to this place of the tape.",
            readers.number(0, 1),
            apply=lambda source, c, _: source.scrub(c.number),
            describe=lambda source: source.message(source.place),
            restarts=True,
            replaced_by=covers,
        ),
        _row(
            "/tape/loop",
            "i, 0 or 1; or f f, 0 to 1",
            "Whether the tape repeats; or the part of it that does.",
            Reader(_read_loop, floats(0, 1, 2)),
            apply=lambda source, c, _: source.loop(*c.numbers),
            describe=lambda source: source.loops,
            morph=Morph.SWITCH,
            replaced_by=covers,
        ),
        _row(
            "/tape/scale",
            "f, -4 to 4",
            "How far the tape moves the latents (at first 1).",
            readers.number(-4, 4),
            apply=lambda source, c, _: source.scale_by(c.number),
            describe=lambda source: source.message(source.scale),
            replaced_by=covers,
        ),
    )

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        self.tape_name = ""
        self.position = 0.0
        self.rate = self.scale = 1.0
        self.playing = self.looping = True
        self.frames = 0
        self.start = self.end = 0.0
        self._rows: Latents = np.zeros((0, info.latent_dim), np.float32)
        self._stride = 1
        self._adapter = Adapter(frame_rate)
        self._heard: Heard | None = None

    def attend(self, guidance: Guidance) -> None:
        """See :class:`Source`."""
        self._adapter.attend(guidance)

    @property
    def ready(self) -> bool:
        """Whether there is a tape."""
        return self.frames > 0

    @property
    def place(self) -> float:
        """The position as a share of the tape, from 0 (the beginning) to 1 (the end)."""
        return min(1.0, max(0.0, self.position / self.frames))

    @property
    def loops(self) -> list[tuple[str, Values]]:
        """The messages of ``/tape/loop``: the part that repeats, then 0 if it does not repeat."""
        if not self.ready:
            return []
        part = self.message(self.start / self.frames, self.end / self.frames)
        return part if self.looping else [*part, ("", (0,))]

    def message(self, *values: float | int | str) -> list[tuple[str, Values]]:
        """One message with these values, or no message if there is no tape."""
        return [("", values)] if self.ready else []

    def insert(self, tape: Tape, name: str) -> None:
        """Play this tape from its beginning.

        Args:
            tape: tape of the latent space of the deck's model.
            name: name of the tape.
        """
        self.tape_name = name
        self.position = 0.0
        self.rate = self.scale = 1.0
        self.playing = self.looping = True
        self._rows, self._stride = tape.latents, tape.stride
        self.frames = tape.steps * tape.stride
        self.start, self.end = 0.0, float(self.frames)
        self._heard = tape.heard
        self._adapter.aim(self._heard)

    def run(self, on: bool) -> None:
        """Run or stop the tape."""
        self.playing = on

    def run_at(self, rate: float) -> None:
        """Set the speed, in frames of the tape per frame; negative plays backwards."""
        self.rate = rate

    def scale_by(self, scale: float) -> None:
        """Set the factor of the movement."""
        self.scale = scale

    def scrub(self, place: float) -> None:
        """Go to a place of the tape: 0 is its beginning, 1 its end."""
        self.position = self._frames_to(place)

    def loop(self, start: float, end: float | None = None) -> None:
        """Repeat a part of the tape, at least one row long; or turn the repetition on or off.

        Args:
            start: beginning of the part, 0 to 1; without ``end`` 1 repeats, 0 stops at the end.
            end: end of the part, 0 to 1.
        """
        self.looping = True if end is not None else bool(start)
        if end is not None:
            self.start = min(self._frames_to(start), self.frames - float(self._stride))
            self.end = max(self._frames_to(end), self.start + self._stride)

    def adopt(self, other: TapeSource) -> None:
        """See :class:`Source`. The two share the rows, which are never changed."""
        own = self._adapter
        self.__dict__.update(other.__dict__)
        self._adapter = own
        own.adopt(other._adapter)
        if self._heard is not None:
            own.aim(self._heard)

    def next(self, out: Latents) -> None:
        """Write the movement of this frame into ``out``, float32 (D,); see :class:`Source`."""
        last = len(self._rows) - 1
        step = min(max(self.position / self._stride, 0.0), float(last))
        row = int(step)
        out[:] = self._rows[row]
        if row < last and not (self.playing and abs(self.rate) >= 1):
            out += (self._rows[row + 1] - out) * np.float32(step - row)
        self._adapter.adapt(out)
        out *= np.float32(self.scale)
        if self.playing:
            self._advance()

    def _frames_to(self, place: float) -> float:
        return _on_grid(place * self.frames)

    def _advance(self) -> None:
        self.position += _on_grid(self.rate)
        if self.looping:
            beyond = self.rate > 0 and self.position >= self.end
            if beyond or (self.rate < 0 and self.position < self.start):
                # Python's remainder is never negative, so this holds beyond both ends.
                self.position = self.start + (self.position - self.start) % (self.end - self.start)
        elif not 0 <= self.position < self.frames:
            self.position = min(max(self.position, 0.0), float(self.frames))
            self.playing = False


def _on_grid(frames: float) -> float:
    """The nearest multiple of 2⁻²⁰ frames.

    Sums of such numbers are exact in float64, and a position that a preset stores as a share of
    the tape is restored exactly, even on the longest tape.
    """
    return round(frames * _GRID) / _GRID
