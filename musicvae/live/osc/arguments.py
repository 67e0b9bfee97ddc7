"""The arguments of one message, read as the numbers a command needs.

Hosts disagree about types: Pd sends floats for everything, SuperCollider integers for booleans,
JavaScript mixes. So every number may arrive as ``i f d h T F``, and what is not finite is refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from musicvae.live.osc.packets import Argument


class RefusedError(ValueError):
    """A command cannot be made; the message is the reason that the sender reads."""


@dataclass(frozen=True)
class Arguments:
    """What a command is built from.

    Attributes:
        values: as they came.
        latent_dim: D of the model that plays.
        index: the number in the address, for ``/latent/<i>``.
        deck: the deck that was addressed.
    """

    values: tuple[Argument, ...]
    latent_dim: int
    index: int
    deck: str

    def numbers(self, most: int, low: float, high: float) -> tuple[float, ...]:
        """One to ``most`` finite numbers from ``low`` to ``high``.

        Raises:
            RefusedError: any of them is not, or their count is wrong.
        """
        if not 1 <= len(self.values) <= most:
            wanted = "1 number" if most == 1 else f"1 to {most} numbers"
            raise RefusedError(f"wants {wanted}, got {len(self.values)} arguments")
        return tuple(_number(value, low, high) for value in self.values)

    def number(self, low: float, high: float) -> float:
        """Exactly one finite number from ``low`` to ``high``; see :meth:`numbers`."""
        return self.numbers(1, low, high)[0]

    def whole(self, low: int, high: int) -> int:
        """Exactly one whole number from ``low`` to ``high``, though it may arrive as a float.

        Raises:
            RefusedError: it is not one.
        """
        number = self.number(low, high)
        if number != int(number):
            raise RefusedError("wants a whole number")
        return int(number)


def _number(value: Argument, low: float, high: float) -> float:
    if not isinstance(value, int | float):  # bool is an int
        raise RefusedError("wants numbers only")
    number = float(value)
    if not math.isfinite(number):
        raise RefusedError("not a finite number")
    if not low <= number <= high:
        raise RefusedError(f"out of range {low:g} to {high:g}")
    return number
