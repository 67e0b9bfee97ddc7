"""The mapping: all bindings, found by the control that moves."""

from __future__ import annotations

from collections.abc import Iterable

from musicvae.midi.bindings import Binding
from musicvae.midi.controls import Control

#: Bindings of one mapping.
MAX_BINDINGS = 1024


class Mapping:
    """Bindings that can be looked up and changed.

    Args:
        bindings: in any order; of more than ``MAX_BINDINGS`` the first.

    Attributes:
        given: those that nobody made: a control that is learnt loses them.
    """

    def __init__(self, bindings: Iterable[Binding] = (), given: Iterable[Binding] = ()) -> None:
        self._bindings = [*bindings][:MAX_BINDINGS]
        self.given = [*given]
        self._index()

    def __len__(self) -> int:
        return len(self._bindings) + len(self.given)

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """All of them: those that somebody made first."""
        return (*self._bindings, *self.given)

    def of(self, control: Control) -> list[Binding]:
        """The bindings that a control moves."""
        return [found for one in control.meanings() for found in self._by_control.get(one, ())]

    def learn(self, binding: Binding) -> bool:
        """Add a binding in the place of all for its address; whether there was room.

        What the control was given is gone; what it was taught for other addresses stays.
        """
        kept = [one for one in self._bindings if one.address != binding.address]
        if len(kept) >= MAX_BINDINGS:
            return False
        meanings = set(binding.control.meanings())
        self._bindings = [*kept, binding]
        self.given = [
            one
            for one in self.given
            if one.address != binding.address and one.control not in meanings
        ]
        self._index()
        return True

    def forget(self, address: str = "") -> int:
        """Remove the bindings of an address, or all of them; returns how many there were."""
        before = len(self)
        self._bindings = [one for one in self._bindings if address and one.address != address]
        self.given = [one for one in self.given if address and one.address != address]
        self._index()
        return before - len(self)

    def _index(self) -> None:
        self._by_control: dict[Control, list[Binding]] = {}
        for one in self.bindings:
            self._by_control.setdefault(one.control, []).append(one)
