"""The OSC address space, one row for each address; the order is that of the documentation."""

from __future__ import annotations

from musicvae.live.osc.address import Address as Address
from musicvae.live.osc.deck_addresses import DECK_ADDRESSES
from musicvae.live.osc.desk_addresses import DESK_ADDRESSES

ADDRESSES: tuple[Address, ...] = (*DECK_ADDRESSES, *DESK_ADDRESSES)
