"""What a person should be told though nobody asked: a sound card that is gone, a full disk."""

from __future__ import annotations

from collections.abc import Callable


class Notices:
    """Passes each text on to whoever shows them; from any thread.

    Attributes:
        last: the newest; empty before the first.
    """

    def __init__(self) -> None:
        self.last = ""
        self._show: Callable[[str], None] | None = None

    def show_with(self, show: Callable[[str], None] | None) -> None:
        """Give each text to this function from now on; ``None`` keeps only the newest."""
        self._show = show

    def say(self, text: str) -> None:
        """Something happened."""
        self.last = text
        if self._show is not None:
            self._show(text)
