"""Finds the known name that a mistyped one probably stands for, for the hint of an error."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

#: Letters of a name, and known names, that are compared: both may come from strangers.
_LETTERS, _NAMES = 100, 2_000


def nearest(name: object, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name that is most like ``name``; ``None`` where none is like it.

    Capitals do not count.

    Args:
        name: as a person typed it.
        known: the names that there are.
        likeness: least likeness of the two, 0 to 1, as :mod:`difflib` measures it.
    """
    plain = {each.casefold()[:_LETTERS]: each for each in islice(known, _NAMES)}
    found = get_close_matches(str(name)[:_LETTERS].casefold(), plain, 1, likeness)
    return plain[found[0]] if found else None


def did_you_mean(name: object, known: Iterable[str]) -> str | None:
    """The hint that proposes the :func:`nearest` name; ``None`` where none is like it.

    The name is shown as ``repr`` does, so that nothing in it steers a terminal.
    """
    found = nearest(name, known)
    return None if found is None else f"did you mean {found!r}?"
