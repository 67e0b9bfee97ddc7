"""Learning: the next control that moves is bound to an address.

The first move opens a short window, in which is seen what the hand really moves: one turn of a knob
with 14 bits is two controllers, a key of an MPE keyboard moves half a dozen things.
"""

from __future__ import annotations

from dataclasses import dataclass

from musicvae.midi.bindings import Binding
from musicvae.midi.controls import ANY, Control, Move
from musicvae.midi.curves import TOGGLE, encoder_of

#: Seconds from the first move to the choice.
WINDOW = 0.25
#: What a struck key counts against something that moves over a part of its way.
_KEY = 0.3
#: What follows from a note, and is bound by writing a mapping.
_NOT_LEARNT = ("key", "velocity")


@dataclass(frozen=True)
class Wish:
    """An address that waits for its control.

    Attributes:
        address: as it was asked for.
        low: of the binding.
        high: of the binding.
        switch: whether the address takes 0 or 1 alone, so that a press is to change it.
        question: the number under which the one who asked is answered.
    """

    address: str
    low: float | None
    high: float | None
    switch: bool
    question: int


class Learner:
    """Collects the moves of one window.

    Args:
        wish: what is to be bound.
    """

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self._moves: dict[Control, list[Move]] = {}

    def hear(self, moves: list[Move]) -> bool:
        """Take in moves; whether these are the first, so that the window begins."""
        first = not self._moves
        for move in moves:
            if move.control.kind not in _NOT_LEARNT:
                self._moves.setdefault(move.control, []).append(move)
        return first and bool(self._moves)

    def choose(self) -> Binding:
        """The binding to what moved furthest."""
        there = dict(self._moves)
        for control in self._moves:
            if control.kind == "cc14":
                halves = [
                    Control("cc", number, control.channel)
                    for number in (control.number, control.number + 32)
                ]
                both = all(half in self._moves for half in halves)
                for one in halves if both else [control]:
                    there.pop(one, None)
        chosen = max(there, key=lambda control: _weight(control, there[control]))
        moves = there[chosen]
        alike = [one for one in there if (one.kind, one.number) == (chosen.kind, chosen.number)]
        encoder = encoder_of([move.raw for move in moves]) if chosen.kind == "cc" else ""
        pressed = chosen.kind == "note" or all(move.place in (0.0, 1.0) for move in moves)
        if len(alike) > 1:  # each finger has a channel of its own
            chosen = chosen._replace(channel=ANY)
        if chosen.kind == "touch":
            chosen = chosen._replace(number=ANY)
        wish = self.wish
        curve = TOGGLE if wish.switch and pressed and not encoder else "lin"
        return Binding(chosen, wish.address, wish.low, wish.high, curve, encoder)


def _weight(control: Control, moves: list[Move]) -> float:
    if control.kind in ("note", "program"):
        return _KEY
    places = [move.place for move in moves]
    return max(places) - min(places)
