"""Makes any call raise at chosen moments, for tests of what must go on all the same."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any


class Raising:
    """A function that raises at chosen calls and is the given one at all others.

    Args:
        call: what is called otherwise.
        at: numbers of the calls that raise, from 1.
        error: what they raise.

    Attributes:
        calls: how many there were.
    """

    def __init__(
        self, call: Callable[..., Any], at: Container[int], error: BaseException | None = None
    ) -> None:
        self.calls = 0
        self._call = call
        self._at = at
        self._error = error or KeyError("injected")

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        if self.calls in self._at:
            raise self._error
        return self._call(*arguments, **named)


def inject(
    owner: Any, name: str, at: Container[int], error: BaseException | None = None
) -> Raising:
    """Let a method of one object raise at chosen calls; returns the function in its place."""
    raising = Raising(getattr(owner, name), at, error)
    setattr(owner, name, raising)
    return raising
