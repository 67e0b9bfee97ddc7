"""Common readers for rows of the address table: each checks the arguments of one message.

A reader takes :class:`~musicvae.live.commands.arguments.Arguments` and returns the checked values.
It raises ``RefusedError`` with the reason that the sender gets, and says which arguments it wants.
"""

from __future__ import annotations

from musicvae.live.commands.wanted import TEXT, Reader, Wanted, floats

#: Whole numbers that OSC's type ``i`` can hold.
INT32 = (-(2**31), 2**31 - 1)

#: No values: for addresses that ignore their arguments.
nothing = Reader(lambda a: ())
#: One switch: 0 or 1.
switch = Reader(lambda a: (a.switch(),), (Wanted("i", 0, 1),))
#: One text or nothing.
optional_word = Reader(lambda a: (a.word(),) if a.values else (), (TEXT,))


def number(low: float, high: float, unit: str = "") -> Reader:
    """One number from ``low`` to ``high``."""
    return Reader(lambda a: (a.number(low, high),), floats(low, high, unit=unit))


def whole(low: int, high: int) -> Reader:
    """One whole number from ``low`` to ``high``."""
    return Reader(lambda a: (a.whole(low, high),), (Wanted("i", low, high),))


def word(*expected: str) -> Reader:
    """One text; if ``expected`` are given, one of these."""
    return Reader(lambda a: (a.word(*expected),), (Wanted("s", words=expected),))


def latent(low: float, high: float) -> Reader:
    """One number from ``low`` to ``high``, which is the value of a latent."""
    return Reader(lambda a: (a.number(low, high),), floats(low, high), in_latents=True)


def latents(low: float, high: float, *, values: bool = False) -> Reader:
    """Numbers for the first latents of the deck's model, each from ``low`` to ``high``.

    Args:
        low: the least.
        high: the greatest.
        values: whether they are the values of latents, and no factors or shares.
    """
    return Reader(
        lambda a: a.latents(low, high), floats(low, high), each_latent=True, in_latents=values
    )
