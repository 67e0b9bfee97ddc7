"""Describes the state of a deck, as messages that give another deck the same state.

Presets and scores store these messages, and ``/get`` answers with them. The rows of the address
table say what is described.
"""

from __future__ import annotations

from collections.abc import Iterator

from musicvae.live.commands.address import Address, Target, local_address
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.commands.table import AddressTable
from musicvae.live.engine.deck import Deck
from musicvae.live.engine.engine import Engine


def describe(deck: Deck, table: AddressTable) -> list[StoredMessage]:
    """Messages without a deck, in the order in which they must be applied.

    Ramps are described by their targets. The numbers are the exact float32 values, so that
    restoring them is exact to the bit.
    """
    return [message for row in table.kept for message in _messages(row, deck.target_of(row))]


def value_of(engine: Engine, deck: str, address: str, table: AddressTable) -> StoredMessage | None:
    """The message that sets an address to its present value; ``None`` if it has no value.

    Args:
        engine: whose decks and mixer are meant.
        deck: name of the deck, if the address is for one.
        address: without a deck.
        table: the address table.
    """
    for row in table.described:
        if row.path == address or (row.stem and address.startswith(row.stem)):
            mixer = row.target is Target.ENGINE
            target = engine if mixer else engine.decks[deck].target_of(row)
            if target is not None and row.describe is not None:
                wanted = address.removeprefix(row.stem) if row.stem else ""
                for key, values in row.describe(target):  # hundreds, on the rendering thread
                    if key == wanted:
                        return [address, *values]
    return None


def _messages(row: Address, target: object) -> Iterator[StoredMessage]:
    if target is not None and row.describe is not None:
        for key, values in row.describe(target):
            yield [local_address(row, key), *values]
