"""Defines what a grammar is, and a case: a file that is right, and a few changes to it.

A case is written ``kind:base:change,change``: all numbers are seeds. So it can be made again from
its name, and made smaller by leaving changes out.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

#: The files of a case: paths within its folder, and what is in them.
Files = Mapping[str, bytes]

#: Seeds that make different right files; few, so that the same one is changed in many ways.
BASES = 64
_CHANGES = (0, 1, 1, 1, 1, 2, 2, 3, 5)


class Grammar(Protocol):
    """Makes files of one kind that are right, and changes them."""

    def valid(self, rng: random.Random) -> Any:
        """What a right file says, in a form that can be changed."""

    def change(self, rng: random.Random, value: Any) -> Any:
        """The same with one thing changed; ``value`` may be changed in place."""

    def files(self, value: Any) -> Files:
        """The files that say so."""


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        kind: of the grammar.
        base: seed of the right file.
        changes: a seed for each change.
    """

    kind: str
    base: int
    changes: tuple[int, ...] = ()

    @classmethod
    def drawn(cls, kind: str, rng: random.Random) -> Case:
        """A random case."""
        count = rng.choice(_CHANGES)
        return cls(kind, rng.randrange(BASES), tuple(rng.getrandbits(32) for _ in range(count)))

    @classmethod
    def parsed(cls, text: str) -> Case:
        """The case of a name."""
        kind, base, changes = text.split(":")
        return cls(kind, int(base), tuple(int(each) for each in changes.split(",") if each))

    def __str__(self) -> str:
        return f"{self.kind}:{self.base}:{','.join(map(str, self.changes))}"

    def files(self, grammar: Grammar) -> Files:
        """Make its files."""
        value = grammar.valid(random.Random(self.base))
        for seed in self.changes:
            value = grammar.change(random.Random(seed), value)
        return grammar.files(value)

    def smaller(self) -> list[Case]:
        """The same with one change less, in every way."""
        return [
            replace(self, changes=self.changes[:index] + self.changes[index + 1 :])
            for index in range(len(self.changes))
        ]
