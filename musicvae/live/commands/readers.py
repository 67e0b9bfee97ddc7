"""Common readers for rows of the address table: each checks the arguments of one message.

A reader takes :class:`~musicvae.live.commands.arguments.Arguments` and returns the checked values.
It raises ``RefusedError`` with the reason that the sender gets.
"""

from __future__ import annotations

from musicvae.live.commands.address import Read
from musicvae.live.commands.arguments import Arguments

#: Whole numbers that OSC's type ``i`` can hold.
INT32 = (-(2**31), 2**31 - 1)


def nothing(arguments: Arguments) -> tuple[()]:
    """No values: for addresses that ignore their arguments."""
    return ()


def number(low: float, high: float) -> Read:
    """One number from ``low`` to ``high``."""
    return lambda a: (a.number(low, high),)


def whole(low: int, high: int) -> Read:
    """One whole number from ``low`` to ``high``."""
    return lambda a: (a.whole(low, high),)


def switch(a: Arguments) -> tuple[int]:
    """One switch: 0 or 1."""
    return (a.switch(),)


def word(*expected: str) -> Read:
    """One text; if ``expected`` are given, one of these."""
    return lambda a: (a.word(*expected),)


def optional_word(a: Arguments) -> tuple[str, ...]:
    """One text or nothing."""
    return (a.word(),) if a.values else ()


def latents(low: float, high: float) -> Read:
    """Numbers for the first latents of the deck's model, each from ``low`` to ``high``."""
    return lambda a: a.latents(low, high)
