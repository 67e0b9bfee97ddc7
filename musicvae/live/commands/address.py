"""What one row of the address table says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from musicvae.live.commands.arguments import Arguments

Read = Callable[[Arguments], tuple[float | int | str, ...]]


@dataclass(frozen=True)
class Address:
    """One line of the address space.

    Attributes:
        path: ``<i>`` and ``<n>`` stand for the number of a latent, ``<name>`` for a name.
        arguments: OSC types and what they mean, for people.
        doc: one line, for people.
        read: checks and converts the arguments; raises ``RefusedError``.
        deck: whether it is for a deck and may follow ``/deck/<name>``.
        job: whether it takes long, so that it answers ``/done`` or ``/fail`` when it is over.
        by_pattern: whether an address pattern may stand for it.
        means: for an alias, the path that it stands for, and what is taken from its number.
        internal: written by the daemon into its log, and refused from anybody else.
    """

    path: str
    arguments: str
    doc: str
    read: Read
    deck: bool = False
    job: bool = False
    by_pattern: bool = True
    means: tuple[str, int] | None = None
    internal: bool = False

    @property
    def stem(self) -> str:
        """What comes before the number or name; empty where there is none."""
        before, _, placeholder = self.path.partition("<")
        return before if placeholder else ""

    @property
    def numbered(self) -> bool:
        """Whether the address ends in a number."""
        return self.path.endswith(("<i>", "<n>"))


def nothing(arguments: Arguments) -> tuple[()]:
    """For addresses that ignore their arguments."""
    return ()
