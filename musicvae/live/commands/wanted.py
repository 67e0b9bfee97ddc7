"""Says which arguments an address wants: their types, ranges and units, one for each argument.

A row of the address table has a reader, which checks arguments; a :class:`Reader` also says what it
checks, so that other programs can be told (``musicvae/page/space.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from musicvae.live.commands.arguments import Arguments


@dataclass(frozen=True)
class Wanted:
    """One argument that an address wants.

    Attributes:
        tag: its OSC type: ``f``, ``i`` or ``s``.
        low: the least number; ``None`` for texts.
        high: the greatest number; ``None`` for texts.
        words: the only texts that are accepted; empty for any.
        unit: of a number, such as ``"ms"`` or ``"dB"``; empty for none.
    """

    tag: str
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Reader:
    """Checks the arguments of one message, and says what it wants.

    Attributes:
        check: converts the arguments; raises ``RefusedError``.
        wants: one for each argument.
        each_latent: whether the last of them is wanted once for each latent of the deck's model;
            fewer will do.
        in_latents: whether its numbers are values of latents, of which a model knows how far they
            usually go.
    """

    check: Callable[[Arguments], tuple[Any, ...]]
    wants: tuple[Wanted, ...] = ()
    each_latent: bool = False
    in_latents: bool = False

    def __call__(self, arguments: Arguments) -> tuple[Any, ...]:
        """The arguments, checked and converted."""
        return self.check(arguments)


def floats(low: float, high: float, count: int = 1, unit: str = "") -> tuple[Wanted, ...]:
    """So many numbers from ``low`` to ``high``."""
    return (Wanted("f", low, high, unit=unit),) * count


#: A text, such as a name.
TEXT = Wanted("s")
