"""Checks messages as presets, journals and scores store them: ``["/latent", 0.5, ...]``.

The address may begin with ``/deck/<name>``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

#: An address (str) and its values (float, int or str). A list, because JSON has no tuples.
StoredMessage = list[Any]

MAX_ADDRESS = 256
MAX_VALUES = 4096
MAX_TEXT = 1024
#: OSC's type ``h`` holds whole numbers below this.
_WIDEST = 2**63


def checked(value: object) -> StoredMessage:
    """A copy of a message in which every value is a plain float, int or str.

    Args:
        value: from a file or from a caller; numpy's numbers become Python's, without rounding.

    Raises:
        ValueError: it is not a message; the text says why, without a capital and a full stop.
    """
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        raise ValueError(f"a message is a list that begins with an address, not {value!r:.40}")
    if not isinstance(value[0], str) or not _is_address(value[0]):
        raise ValueError(f"{value[0]!r:.40} is no address")
    if len(value) - 1 > MAX_VALUES:
        raise ValueError(f"{value[0]} has {len(value) - 1} values, more than {MAX_VALUES}")
    return [value[0], *(_plain(value[0], item) for item in value[1:])]


def without_deck(message: StoredMessage) -> StoredMessage:
    """The message without its deck: ``/deck/a/latent`` becomes ``/latent``."""
    parts = message[0].split("/", 3)
    if len(parts) == 4 and parts[1] == "deck":
        return [f"/{parts[3]}", *message[1:]]
    return message


def for_deck(message: StoredMessage, deck: str) -> StoredMessage:
    """The message for this deck, in place of any deck that it was for."""
    return [f"/deck/{deck}{without_deck(message)[0]}", *message[1:]]


def _is_address(text: str) -> bool:
    return text.startswith("/") and len(text) <= MAX_ADDRESS and text.isprintable()


def _plain(address: str, value: object) -> float | int | str:
    if isinstance(value, bool | np.bool_):
        raise ValueError(f"{address} has {value}, where 1 or 0 is meant")
    if isinstance(value, int | np.integer):
        if abs(int(value)) >= _WIDEST:
            raise ValueError(f"{address} has a whole number of more than 64 bits")
        return int(value)
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            raise ValueError(f"{address} has a number that is not finite")
        return float(value)
    if isinstance(value, str):
        if len(value) > MAX_TEXT or not value.isprintable():
            raise ValueError(f"{address} has a text that is no line of up to {MAX_TEXT} letters")
        return value
    raise ValueError(f"{address} has {value!r:.40}, which is neither a number nor a text")
