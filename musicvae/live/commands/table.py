"""The OSC address space, one row for each address; the order is that of the documentation."""

from __future__ import annotations

from musicvae.live.commands.address import Address as Address
from musicvae.live.commands.daemon_table import DESK_ADDRESSES
from musicvae.live.commands.deck_table import DECK_ADDRESSES

ADDRESSES: tuple[Address, ...] = (*DECK_ADDRESSES, *DESK_ADDRESSES)
