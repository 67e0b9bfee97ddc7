"""Describes the state of a deck, as messages that give another deck the same state.

Presets and scores store these messages, and ``/get`` answers with them.
"""

from __future__ import annotations

from collections.abc import Iterator

from musicvae.live.commands.address import Address, local_address
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.engine.control_addresses import CONTROL_ADDRESSES
from musicvae.live.engine.deck import Deck
from musicvae.live.engine.deck_addresses import DECK_ADDRESSES

_DESCRIBED = tuple(row for row in (*DECK_ADDRESSES, *CONTROL_ADDRESSES) if row.describe is not None)
_KEPT = tuple(sorted((row for row in _DESCRIBED if row.kept), key=lambda row: row.order))


def describe(deck: Deck) -> list[StoredMessage]:
    """Messages without a deck, in the order in which they must be applied.

    Ramps are described by their targets. The numbers are the exact float32 values, so that
    restoring them is exact to the bit.
    """
    return [message for row in _KEPT for message in _messages(row, deck)]


def value_of(deck: Deck, address: str) -> StoredMessage | None:
    """The message that sets an address to its present value; ``None`` if it has no value.

    Args:
        deck: whose value it is.
        address: without a deck.
    """
    for row in _DESCRIBED:
        if row.path == address or (row.stem and address.startswith(row.stem)):
            for message in _messages(row, deck):
                if message[0] == address:
                    return message
    return None


def _messages(row: Address, deck: Deck) -> Iterator[StoredMessage]:
    target = deck.target_of(row)
    if target is not None and row.describe is not None:
        for key, values in row.describe(target):
            yield [local_address(row, key), *values]
