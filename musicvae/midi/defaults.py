"""The mapping without a file: turning a knob does something. ``docs/midi.md`` has it as a table."""

from __future__ import annotations

from collections.abc import Iterable

from musicvae.live.commands.address import DECKS
from musicvae.midi.bindings import Binding
from musicvae.midi.controls import ANY, Control

#: The first controllers of the rows of knobs that many devices send, and how long the rows are:
#: the wheel and its neighbours, general-purpose and undefined ones, sound controllers, undefined.
_ROWS = ((1, 4), (16, 16), (70, 16), (102, 16))

_FIXED = (
    *(
        Binding(Control("cc", first + number), f"/latent/{number}")
        for first, count in _ROWS
        for number in range(count)
    ),
    Binding(Control("cc", 7), "/gain", low=-48, high=6),
    Binding(Control("cc", 8), "/crossfade"),
    Binding(Control("cc", 11), "/attr/loudness", low=-2, high=2),
    Binding(Control("bend"), "/latent/1", low=-2, high=2),
    Binding(Control("pressure"), "/latent/2", low=0, high=2),
    Binding(Control("touch", ANY), "/latent/2", low=0, high=2),
)


def defaults(decks: Iterable[str] = DECKS) -> tuple[Binding, ...]:
    """The bindings that nobody made, where there are these decks."""
    return (*_FIXED, *(Binding(Control("cc", 120), f"/deck/{deck}/panic") for deck in decks))
