"""Checks and converts the arguments of one OSC message.

Programs disagree about types: Pd sends floats for everything, SuperCollider sends integers for
booleans, JavaScript mixes them. So every number may arrive as any of ``i f d h T F``. NaN and
infinity are refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from musicvae.live.osc.packets import Argument

#: Longest text argument, in characters.
MAX_TEXT = 255
#: A larger number is no name.
_MOST_NAMED = 2**63
#: The reason that is sent when a command needs a model and none plays.
NO_MODEL = "no model plays on this deck; /model/load brings one"


class RefusedError(ValueError):
    """A message that cannot become a command; its text is the reason that the sender gets."""


class NoModelError(RefusedError):
    """A message for the model of a deck that has none."""

    def __init__(self) -> None:
        super().__init__(NO_MODEL)


@dataclass(frozen=True)
class Shape:
    """The facts about a deck's model that are needed to check commands.

    Attributes:
        latent_dim: number of latents D; 0 if no model plays.
        attributes: names of the model's attributes.
        latent_space: id of the latent space, 16 hex digits; empty if it is not known.
        kind: ``"stream"`` or ``"clip"``; empty if no model plays.
    """

    latent_dim: int = 0
    attributes: tuple[str, ...] = ()
    latent_space: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Arguments:
    """The arguments of one message, with what is needed to check them.

    Attributes:
        values: as received.
        shape: shape of the addressed deck.
        key: the number or name in the address, for ``/latent/<i>`` and ``/attr/<name>``.
    """

    values: tuple[Argument, ...]
    shape: Shape = field(default_factory=Shape)
    key: str = ""

    def numbers(self, least: int, most: int, low: float, high: float) -> tuple[float, ...]:
        """All arguments: ``least`` to ``most`` finite numbers from ``low`` to ``high``.

        Raises:
            RefusedError: one of them is something else, or their count is wrong.
        """
        if not least <= len(self.values) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            noun = "number" if most == 1 else "numbers"
            raise RefusedError(f"wants {count} {noun}, got {len(self.values)} arguments")
        if set(map(type, self.values)) == {float}:  # fast path for vectors of latents
            floats: tuple[float, ...] = self.values  # type: ignore[assignment]
            total = sum(floats)
            if total == total and low <= min(floats) and max(floats) <= high:  # NaN != NaN
                return floats
        return tuple(_number(value, low, high) for value in self.values)

    def latents(self, low: float, high: float, least: int = 1) -> tuple[float, ...]:
        """Numbers for the first latents: at most as many as the model has; see :meth:`numbers`."""
        if not self.shape.latent_dim:
            raise NoModelError
        return self.numbers(least, self.shape.latent_dim, low, high)

    def number(self, low: float, high: float) -> float:
        """Exactly one finite number from ``low`` to ``high``; see :meth:`numbers`."""
        return self.numbers(1, 1, low, high)[0]

    def whole(self, low: int, high: int) -> int:
        """Exactly one whole number from ``low`` to ``high``, which may arrive as a float.

        Raises:
            RefusedError: it is something else.
        """
        return as_whole(self.number(low, high))

    def switch(self) -> int:
        """0 or 1, as a number or a boolean."""
        return self.whole(0, 1)

    def word(self, *expected: str) -> str:
        """Exactly one text; if ``expected`` are given, one of these."""
        return self.words(1, *expected)[0]

    def words(self, count: int, *expected: str) -> tuple[str, ...]:
        """Exactly ``count`` texts, each printable and 1 to 255 characters long.

        A number stands for its text, since Max sends names as numbers: 1 and 1.0 for ``1``.

        Raises:
            RefusedError: one of them is something else, or their count is wrong.
        """
        if len(self.values) != count:
            raise RefusedError(f"wants {count} text(s), got {len(self.values)} arguments")
        return tuple(_text(value, expected) for value in self.values)

    def rest(self, start: int) -> Arguments:
        """The arguments from index ``start`` on."""
        return Arguments(self.values[start:], self.shape, self.key)


def as_whole(number: float) -> int:
    """The number as an integer.

    Raises:
        RefusedError: it is not whole.
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


def _named(number: float) -> str:
    """The name that a number stands for; empty if it is no name."""
    if not abs(number) < _MOST_NAMED:  # NaN is not
        return ""
    return str(int(number)) if number == int(number) else f"{number:.7g}"  # all digits of 32 bits


def _text(value: Argument, expected: tuple[str, ...]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _named(value)
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT:
        raise RefusedError(f"wants a text of 1 to {MAX_TEXT} characters")
    if not value.isprintable():
        raise RefusedError("wants a printable text")
    if expected and value not in expected:
        raise RefusedError(f"wants one of {', '.join(expected)}")
    return value
