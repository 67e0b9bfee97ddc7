"""What a memory's file says in plain text: sizes, latent space, tracks, licence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from musicvae.errors import MemoryBankError
from musicvae.text import printable

#: Steps · D at most: what an unpacked memory takes, in bytes.
MAX_NUMBERS = 2**25
MAX_PARTS = 2_000
#: Attributes that are measured, at most, and the largest magnitude of one.
MAX_ATTRIBUTES, MAX_VALUE = 16, 1e6
#: Letters of a track's or style's name, and of the licence and the source.
MAX_NAME, MAX_TEXT = 80, 1_000
#: Marks a missing neighbour, so that there may be as many joints.
NONE = 0xFFFF
#: The steps before a moment that are compared: about a fifth of a second.
WINDOW = 8

#: Lowest and highest value of each whole number of the header.
_RANGES = {
    "steps": (4 * WINDOW, 2**24),
    "latent_dim": (1, 4_096),
    "joints": (2, NONE),
    "neighbours": (1, 64),
    "sample_rate": (1_000, 192_000),
    "hop": (1, 2**16),
    "stride": (1, 64),
}
_SCALES = (2**-10, 1.0)


@dataclass(frozen=True)
class Part:
    """One encoded track of a memory, or an excerpt of it.

    Attributes:
        name: of the track, at most 80 characters.
        style: what kind of music it is, such as ``"jazz"``; at most 80 characters.
        steps: how many rows it has.
    """

    name: str
    style: str
    steps: int


@dataclass(frozen=True)
class Scale:
    """What the bytes of an attribute mean.

    Attributes:
        name: of the attribute, such as ``"brightness"``; at most 80 characters.
        low: what 0 means, in the attribute's unit.
        high: what 255 means; above ``low``.
    """

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class MemoryHeader:
    """Everything that a memory's file says in plain text.

    Attributes:
        steps: rows of all parts together.
        latent_dim: D, latents in a row.
        joints: places at which one may leave or enter.
        neighbours: K, neighbours of a joint at most.
        scale: what 1 means in the rows, in standard deviations of a latent.
        sample_rate: sample rate of the decoder, in Hz.
        hop: samples per decoder frame.
        stride: decoder frames that each row lasts.
        latent_space: 16 hex digits that name the encoder and the basis, or empty.
        parts: the encoded tracks, in order.
        licence: of the music that it holds, as its owner states it; at most 1000 characters.
        source: where the music came from, for people; at most 1000 characters.
        attributes: what was measured of the sound after each joint; at most 16.

    Raises:
        MemoryBankError: a value is out of range or of the wrong type.
    """

    steps: int
    latent_dim: int
    joints: int
    neighbours: int
    scale: float
    sample_rate: int
    hop: int
    stride: int
    latent_space: str
    parts: tuple[Part, ...]
    licence: str = "unstated"
    source: str = ""
    attributes: tuple[Scale, ...] = ()

    def __post_init__(self) -> None:
        for name, limits in _RANGES.items():
            _check_range(name, getattr(self, name), *limits)
        _check_range("scale", self.scale, *_SCALES, whole=False)
        if self.steps * self.latent_dim > MAX_NUMBERS:
            raise refused("it is too large", f"{MAX_NUMBERS} numbers", self.steps)
        if not isinstance(self.latent_space, str) or not re.fullmatch(
            r"(?:[0-9a-f]{16})?", self.latent_space
        ):
            raise refused("latent_space is not an id", "16 hex digits, or nothing", "another")
        check_words(self.licence, self.source)
        if not 1 <= len(self.parts) <= MAX_PARTS:
            raise refused("it has no parts, or too many", f"1 to {MAX_PARTS}", len(self.parts))
        for part in self.parts:
            _check_range("the length of a part", part.steps, WINDOW, 2**24)
            _check_text("the name of a part", part.name, MAX_NAME)
            _check_text("the style of a part", part.style, MAX_NAME)
        if sum(part.steps for part in self.parts) != self.steps:
            raise refused("its parts do not fit its length", f"{self.steps} steps", "others")
        names = [scale.name for scale in self.attributes]
        if len(names) > MAX_ATTRIBUTES or len(set(map(str, names))) < len(names):
            raise refused("its attributes are too many, or the same", f"{MAX_ATTRIBUTES}", names)
        for scale in self.attributes:
            _check_text("the name of an attribute", scale.name, MAX_NAME)
            _check_range("an attribute", scale.low, -MAX_VALUE, MAX_VALUE, whole=False)
            _check_range("an attribute", scale.high, -MAX_VALUE, MAX_VALUE, whole=False)
            if scale.low >= scale.high:
                raise refused("an attribute has no range", "low below high", scale.name)

    @property
    def seconds(self) -> float:
        """How long all parts last together."""
        return self.steps * self.hop * self.stride / self.sample_rate

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles of its parts, each once, in order."""
        return tuple(dict.fromkeys(part.style for part in self.parts))


def check_words(licence: object, source: object) -> None:
    """Refuse what cannot stand in a header.

    Raises:
        MemoryBankError: one is no text, is too long, or has characters that steer a terminal.
    """
    _check_text("licence", licence, MAX_TEXT)
    _check_text("source", source, MAX_TEXT)


def _check_range(
    name: str, value: object, lowest: float, highest: float, *, whole: bool = True
) -> None:
    kinds = int if whole else (int, float)
    if not isinstance(value, kinds) or isinstance(value, bool) or not lowest <= value <= highest:
        raise refused(f"{name} is out of range", f"{lowest:g} to {highest:g}", f"{value!r:.40}")


def _check_text(name: str, value: object, most: int) -> None:
    if not isinstance(value, str) or len(value) > most or printable(value) != value:
        raise refused(
            f"{name} is not a short text", f"up to {most} printable characters", f"{value!a:.40}"
        )


def refused(what: str, expected: str, received: object) -> MemoryBankError:
    """The error of a memory that cannot be one."""
    return MemoryBankError(what, expected=expected, received=received)
