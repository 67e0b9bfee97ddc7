"""Controls: what a message moves, and how far, from 0 to 1.

Pairs of controllers with 14 bits (CC 0 to 31 with CC 32 to 63, and NRPNs, MIDI 1.0 Detailed
Specification) are put together here. One message may move several controls: which of them means
something is for the mapping to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from musicvae.midi import parser
from musicvae.midi.parser import Message

#: Each kind of control -> how many of it there are on a channel; 1 for those without a number.
KINDS = {
    "cc": 128,
    "cc14": 32,
    "nrpn": 2**14,
    "note": 128,
    "touch": 128,
    "program": 128,
    "key": 1,
    "velocity": 1,
    "pressure": 1,
    "bend": 1,
}
#: Kinds that also mean any of their controls where they are written without a number.
_NUMBER_OPTIONAL = ("touch", "program")
#: The number of a control that means any, and of kinds that have none; the channel that means any.
ANY = -1
_MIDDLE, _MOST_7, _MOST_14 = 2**13, 2**7 - 1, 2**14 - 1
_NRPN_LOW, _NRPN_HIGH, _RPN_LOW, _RPN_HIGH, _DATA, _DATA_LOW = 98, 99, 100, 101, 6, 38
_FORM = re.compile(r"([a-z]+(?:14)?)(?: (\d{1,5}))?(?: channel (\d{1,2}))?")


class Control(NamedTuple):
    """Something that a hand moves.

    Attributes:
        kind: one of :data:`KINDS`: ``touch`` is the pressure on one key, ``key`` the number of the
            newest note, ``velocity`` how hard that was struck.
        number: counted from 0 as in the messages, but of ``program`` from 1 as on all devices;
            ``ANY`` for any, and of kinds without a number.
        channel: 1 to 16; ``ANY`` for any.
    """

    kind: str
    number: int = ANY
    channel: int = ANY

    def __str__(self) -> str:
        number = "" if self.number == ANY else f" {self.number}"
        return f"{self.kind}{number}{'' if self.channel == ANY else f' channel {self.channel}'}"

    def meanings(self) -> Iterator[Control]:
        """The controls under which this one may stand in a mapping, itself first."""
        for channel in (self.channel, ANY):
            yield self._replace(channel=channel)
            if self.kind in _NUMBER_OPTIONAL:
                yield self._replace(number=ANY, channel=channel)


def control_of(text: str) -> Control:
    """The control of a text such as ``"cc 74"``, ``"note 36 channel 10"`` or ``"bend"``.

    Raises:
        ValueError: it is none; says what is wrong.
    """
    found = _FORM.fullmatch(" ".join(text.split()))
    if found is None or (kind := found[1]) not in KINDS:
        raise ValueError(
            f"wants a control such as 'cc 74' or 'note 36 channel 10', got {text!r:.40}"
        )
    first = 1 if kind == "program" else 0
    count = KINDS[kind]
    if count == 1 and found[2] is not None:
        raise ValueError(f"{kind!r} has no number")
    if count > 1 and found[2] is None and kind not in _NUMBER_OPTIONAL:
        raise ValueError(f"{kind!r} wants a number from {first} to {first + count - 1}")
    number = ANY if found[2] is None else int(found[2])
    if number != ANY and not first <= number < first + count:
        raise ValueError(f"{kind!r} goes from {first} to {first + count - 1}, got {number}")
    channel = ANY if found[3] is None else int(found[3])
    if channel != ANY and not 1 <= channel <= 16:
        raise ValueError(f"channels go from 1 to 16, got {channel}")
    return Control(kind, number, channel)


class Move(NamedTuple):
    """A control was moved.

    Attributes:
        control: which, with its number and channel.
        place: 0 to 1, where it is now.
        raw: of ``cc`` the value, 0 to 127, which means steps where an encoder sends them; else 0.
    """

    control: Control
    place: float
    raw: int = 0


class Controls:
    """Makes moves of messages; remembers what pairs of controllers need."""

    def __init__(self) -> None:
        #: The upper and the lower 7 bits of controls with 14 bits, of which a lower half has come.
        self._high: dict[Control, int] = {}
        self._fine: set[Control] = set()
        #: Upper halves whose lower half may follow.
        self._waiting: dict[Control, int] = {}
        self._selected: dict[int, list[int]] = {}

    @property
    def waits(self) -> bool:
        """Whether :meth:`settle` has something to tell."""
        return bool(self._waiting)

    def hear(self, message: Message) -> list[Move]:
        """What a message moves."""
        kind, channel, number, value = message
        if kind == parser.CC:
            return self._hear_cc(channel, number, value)
        if kind == parser.NOTE_ON and value:
            return [
                Move(Control("note", number, channel), value / _MOST_7),
                Move(Control("key", ANY, channel), number / _MOST_7),
                Move(Control("velocity", ANY, channel), value / _MOST_7),
            ]
        if kind in (parser.NOTE_ON, parser.NOTE_OFF):
            return [Move(Control("note", number, channel), 0.0)]
        if kind == parser.POLY_PRESSURE:
            return [Move(Control("touch", number, channel), value / _MOST_7)]
        if kind == parser.PRESSURE:
            return [Move(Control("pressure", ANY, channel), number / _MOST_7)]
        if kind == parser.PROGRAM:
            return [Move(Control("program", number + 1, channel), 1.0)]
        return [Move(Control("bend", ANY, channel), _bend(value << 7 | number))]

    def settle(self) -> list[Move]:
        """The moves of upper halves that no lower half followed; to be called a little later."""
        moves = [_move_14(control, high << 7) for control, high in self._waiting.items()]
        self._waiting.clear()
        return moves

    def _hear_cc(self, channel: int, number: int, value: int) -> list[Move]:
        selected = self._selected.get(channel)
        if number in (_NRPN_HIGH, _NRPN_LOW):
            self._selected.setdefault(channel, [0, 0])[number == _NRPN_LOW] = value
            return []
        if number in (_RPN_HIGH, _RPN_LOW):  # what is entered now is for something else
            self._selected.pop(channel, None)
            return []
        if number in (_DATA, _DATA_LOW) and selected is not None:
            nrpn = Control("nrpn", selected[0] << 7 | selected[1], channel)
            return self._half(nrpn, value, number == _DATA, alone=True)
        moves = [Move(Control("cc", number, channel), value / _MOST_7, value)]
        if number < 64:
            pair = Control("cc14", number % 32, channel)
            moves += self._half(pair, value, number < 32, alone=False)
        return moves

    def _half(self, control: Control, value: int, upper: bool, alone: bool) -> list[Move]:
        """Take in one half of a value of 14 bits; ``alone`` tells upper halves without lower ones.

        Once a lower half has come, an upper one waits for it: together they are one move.
        """
        if not upper:
            self._fine.add(control)
            self._waiting.pop(control, None)
            return [_move_14(control, self._high.get(control, 0) << 7 | value)]
        self._high[control] = value
        if control in self._fine:
            self._waiting[control] = value
            return []
        return [Move(control, value / _MOST_7)] if alone else []


def _move_14(control: Control, value: int) -> Move:
    return Move(control, value / _MOST_14)


def _bend(value: int) -> float:
    """The place of a pitch bend: exactly 0.5 where the wheel rests."""
    if value <= _MIDDLE:
        return value / (2 * _MIDDLE)
    return 0.5 + (value - _MIDDLE) / (2 * (_MOST_14 - _MIDDLE))
