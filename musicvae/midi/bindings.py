"""Bindings: which control moves which address, between which values.

A binding as JSON, where all but the first two may be left out::

    {"control": "cc 74", "address": "/latent/3", "low": -2, "high": 2, "curve": "exp"}
    {"control": "cc 20", "address": "/glide", "encoder": "twos", "step": 0.01}
    {"control": "note 36", "address": "/preset/load", "values": ["verse"]}
    {"control": "cc 1", "address": "/morph", "values": ["calm", "loud", null]}
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from musicvae.live.commands.address import DECK_NAMES, Address, Value, Values
from musicvae.live.commands.arguments import Arguments, RefusedError
from musicvae.live.commands.table import AddressTable, split_deck, unknown_deck
from musicvae.live.commands.wanted import Reader
from musicvae.live.requests import ALIAS, NOTIFY, QUIT, REPLY_PORT, WATCH
from musicvae.live.services import SERVICE_ADDRESSES
from musicvae.midi.controls import Control, control_of
from musicvae.midi.curves import CURVES, ENCODERS, TOGGLE

#: What concerns a connection, or the whole daemon.
_NOT_FOR_CONTROLS = (NOTIFY, WATCH, REPLY_PORT, ALIAS, QUIT, *SERVICE_ADDRESSES)
_NAMES = ("control", "address", "low", "high", "curve", "encoder", "step", "values", "note")
#: What an encoder moves with one step, as a share of the range.
STEP = 1 / 128
_MOST_VALUES, _MOST_TEXT, _MOST_NUMBER = 64, 255, 1e6


@dataclass(frozen=True)
class Binding:
    """One row of a mapping.

    Attributes:
        control: what is moved.
        address: the address that is sent, with or without a deck.
        low: the value at one end; ``None`` for the least that the address takes, of a latent its
            1st percentile in the music.
        high: the value at the other end.
        curve: between them: ``lin``, ``exp``, ``log`` or ``toggle``.
        encoder: how it sends steps (``twos``, ``offset``, ``signed``); empty for a place.
        step: what one of them moves, as a share of the range.
        values: what is sent, ``None`` standing for the number; empty for the number alone.
    """

    control: Control
    address: str
    low: float | None = None
    high: float | None = None
    curve: str = "lin"
    encoder: str = ""
    step: float = STEP
    values: tuple[Value | None, ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether a press sends these values, and no number of the control."""
        return bool(self.values) and None not in self.values

    @property
    def place(self) -> int:
        """Where among the arguments the number stands."""
        return self.values.index(None) if None in self.values else 0

    def filled(self, number: tuple[Value, ...]) -> Values:
        """The arguments, with the number in its place."""
        if not self.values:
            return number
        filled: list[Value] = []
        for value in self.values:
            filled += number if value is None else (value,)
        return tuple(filled)

    def to_json(self) -> dict[str, Any]:
        """What :func:`binding_of` reads again."""
        row: dict[str, Any] = {"control": str(self.control), "address": self.address}
        if self.low is not None:
            row["low"] = self.low
        if self.high is not None:
            row["high"] = self.high
        if self.curve != "lin":
            row["curve"] = self.curve
        if self.encoder:
            row |= {"encoder": self.encoder, "step": self.step}
        if self.values:
            row["values"] = list(self.values)
        return row


def binding_of(row: object, table: AddressTable) -> Binding:
    """The binding of a row of a file, which somebody may have written by hand.

    Args:
        row: as it was read from JSON.
        table: the addresses there are.

    Raises:
        ValueError: it is none; says what is wrong, and what would do.
    """
    if not isinstance(row, Mapping):
        raise ValueError('wants an object such as {"control": "cc 74", "address": "/gain"}')
    for name in row:
        if name not in _NAMES:
            raise ValueError(f"has no {name!r:.40}; there are {', '.join(_NAMES)}")
    values = _values(row)
    address = checked_address(_text(row, "address"), table)
    if not values and needs_values(address, table):
        raise ValueError(f'{address!r:.80} wants texts, as in "values": ["verse"]')
    return Binding(
        control_of(_text(row, "control")),
        address,
        _number(row, "low", -_MOST_NUMBER, _MOST_NUMBER),
        _number(row, "high", -_MOST_NUMBER, _MOST_NUMBER),
        _word(row, "curve", (*CURVES, TOGGLE), "lin"),
        _word(row, "encoder", tuple(ENCODERS), ""),
        _number(row, "step", 1e-5, 1.0) or STEP,
        values,
    )


def checked_address(address: str, table: AddressTable, decks: Collection[str] = DECK_NAMES) -> str:
    """An address that a control may move.

    Args:
        address: with or without a deck.
        table: the addresses there are.
        decks: that there are; a file may be for a daemon that has more of them than another.

    Raises:
        ValueError: there is none, or it is not for controls; says why.
    """
    deck, local = split_deck(address)
    if local != address and deck not in decks:
        raise ValueError(f"there is no address {address!r:.80}: {unknown_deck(decks)}")
    row = table.row_of(local)
    if row is None or (local != address and not row.deck):
        raise ValueError(f"there is no address {address!r:.80}; docs/osc.md lists them")
    if row.internal or row in _NOT_FOR_CONTROLS:
        raise ValueError(f"{address!r:.80} is not for controls")
    return address


def needs_values(address: str, table: AddressTable) -> bool:
    """Whether an address wants texts, which no control has by itself."""
    row = table.row_of(address)
    if row is None or not isinstance(row.read, Reader):
        return False
    if not row.read.wants or row.read.wants[0].tag != "s":
        return False
    try:
        row.read(Arguments(()))
    except RefusedError:
        return True
    return False


def key_of(row: Address, address: str) -> str:
    """The number or name that stands in an address for ``<i>`` or ``<name>``."""
    return split_deck(address)[1].removeprefix(row.stem) if row.stem else ""


def _text(row: Mapping[Any, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value or len(value) > _MOST_TEXT:
        raise ValueError(f"wants {name!r} as a text")
    return value


def _number(row: Mapping[Any, Any], name: str, low: float, high: float) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"wants {name!r} as a number, got {value!r:.40}")
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"wants {name!r} from {low:g} to {high:g}, got {value!r:.40}")
    return float(value)


def _word(row: Mapping[Any, Any], name: str, words: tuple[str, ...], default: str) -> str:
    value = row.get(name, default)
    if value != default and value not in words:
        raise ValueError(f"wants {name!r} as one of {', '.join(words)}, got {value!r:.40}")
    return str(value)


def _values(row: Mapping[Any, Any]) -> tuple[Value | None, ...]:
    values = row.get("values", [])
    if not isinstance(values, list) or len(values) > _MOST_VALUES:
        raise ValueError(f"wants 'values' as a list of up to {_MOST_VALUES}")
    for value in values:
        if isinstance(value, str) and len(value) > _MOST_TEXT:
            raise ValueError(f"wants texts of up to {_MOST_TEXT} characters in 'values'")
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise ValueError(f"wants numbers, texts and null in 'values', got {value!r:.40}")
    if sum(value is None for value in values) > 1:
        raise ValueError("wants null in 'values' once at most: it stands for the number")
    return tuple(values)
