"""A bar that shows how far a command is, on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Callable

_WIDTH = 30


def bar(rate: int, quiet: bool = False) -> Callable[[int, int | None], None]:
    """A function that shows how many sample frames are done, and of how many if that is known.

    Args:
        rate: sample rate in Hz.
        quiet: show nothing.
    """
    if quiet or not sys.stdout.isatty():
        return lambda done, frames: None

    def show(done: int, frames: int | None) -> None:
        share = min(1.0, done / frames) if frames else 0.0
        filled = "#" * round(share * _WIDTH)
        known = f"[{filled:<{_WIDTH}}] {share:6.1%}  " if frames else ""
        print(f"\r{known}{done / rate:8.1f} s", end="", flush=True)

    return show
