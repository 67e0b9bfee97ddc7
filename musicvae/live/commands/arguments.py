"""The arguments of one message, read as what a command needs.

Hosts disagree about types: Pd sends floats for everything, SuperCollider integers for booleans,
JavaScript mixes. So every number may arrive as ``i f d h T F``, and what is not finite is refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from musicvae.live.osc.packets import Argument

#: Characters of a name.
MAX_TEXT = 255


class RefusedError(ValueError):
    """A command cannot be made; the message is the reason that the sender reads."""


@dataclass(frozen=True)
class Shape:
    """What commands need to know of the model that plays on a deck.

    Attributes:
        latent_dim: D of the model; 0 where none plays.
        attributes: names of the model's attributes.
        latent_space: id of the latent space, 16 hex digits; empty where it is not known.
        kind: ``"stream"`` or ``"clip"``; empty where no model plays.
    """

    latent_dim: int = 0
    attributes: tuple[str, ...] = ()
    latent_space: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Arguments:
    """What a command is built from.

    Attributes:
        values: as they came.
        shape: of the deck that was addressed.
        key: the number or the name in the address, for ``/latent/<i>`` and ``/attr/<name>``.
    """

    values: tuple[Argument, ...]
    shape: Shape = field(default_factory=Shape)
    key: str = ""

    def numbers(self, least: int, most: int, low: float, high: float) -> tuple[float, ...]:
        """``least`` to ``most`` finite numbers from ``low`` to ``high``.

        Raises:
            RefusedError: any of them is not, or their count is wrong.
        """
        if not least <= len(self.values) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            noun = "number" if most == 1 else "numbers"
            raise RefusedError(f"wants {count} {noun}, got {len(self.values)} arguments")
        if set(map(type, self.values)) == {float}:  # vectors, which a performance consists of
            floats: tuple[float, ...] = self.values  # type: ignore[assignment]
            total = sum(floats)
            if total == total and low <= min(floats) and max(floats) <= high:  # NaN is not
                return floats
        return tuple(_number(value, low, high) for value in self.values)

    def latents(self, low: float, high: float, least: int = 1) -> tuple[float, ...]:
        """Numbers for the first latents; see :meth:`numbers`."""
        if not self.shape.latent_dim:
            raise RefusedError("no model plays on this deck; /model/load brings one")
        return self.numbers(least, self.shape.latent_dim, low, high)

    def number(self, low: float, high: float) -> float:
        """Exactly one finite number from ``low`` to ``high``; see :meth:`numbers`."""
        return self.numbers(1, 1, low, high)[0]

    def whole(self, low: int, high: int) -> int:
        """Exactly one whole number from ``low`` to ``high``, though it may arrive as a float.

        Raises:
            RefusedError: it is not one.
        """
        return as_whole(self.number(low, high))

    def switch(self) -> int:
        """0 or 1, as a number or a boolean."""
        return self.whole(0, 1)

    def word(self, *expected: str) -> str:
        """Exactly one text, with ``expected`` one of these."""
        return self.words(1, *expected)[0]

    def words(self, count: int, *expected: str) -> tuple[str, ...]:
        """Exactly ``count`` texts, not empty, printable, and at most 255 characters long.

        Raises:
            RefusedError: they are not.
        """
        if len(self.values) != count:
            raise RefusedError(f"wants {count} text(s), got {len(self.values)} arguments")
        return tuple(_text(value, expected) for value in self.values)

    def rest(self, start: int) -> Arguments:
        """The arguments from number ``start`` on, as arguments of their own."""
        return Arguments(self.values[start:], self.shape, self.key)


def as_whole(number: float) -> int:
    """The number, which must be whole.

    Raises:
        RefusedError: it is not.
    """
    if number != int(number):
        raise RefusedError("wants a whole number")
    return int(number)


def _number(value: Argument, low: float, high: float) -> float:
    if not isinstance(value, int | float):  # bool is an int
        raise RefusedError("wants numbers only")
    try:
        number = float(value)
    except OverflowError:  # an integer of hundreds of digits, as JSON may hold
        number = math.inf
    if not math.isfinite(number):
        raise RefusedError("not a finite number")
    if not low <= number <= high:
        raise RefusedError(f"out of range {low:g} to {high:g}")
    return number


def _text(value: Argument, expected: tuple[str, ...]) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT:
        raise RefusedError(f"wants a text of 1 to {MAX_TEXT} characters")
    if not value.isprintable():
        raise RefusedError("wants a printable text")
    if expected and value not in expected:
        raise RefusedError(f"wants one of {', '.join(expected)}")
    return value
