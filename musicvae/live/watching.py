"""Tells watchers each value that changes, whoever changed it, and the latents that sound.

It runs on the housekeeping thread and reads what other threads write without waiting for them, as
the status does: a value may be a block old, and the next round tells the newer one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from musicvae.live.commands.address import Address, Target, Values, local_address
from musicvae.live.commands.table import AddressTable
from musicvae.live.engine.deck import Deck
from musicvae.live.engine.deck_addresses import MODEL_LOAD
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.voice import Voice
from musicvae.live.network.clients import Subscribers
from musicvae.live.network.peers import Peer

#: Watchers at the same time: each gets some thousand messages a second where everything moves.
MAX_WATCHERS = 4

#: Sends a message to one client: its address and its values.
Send = Callable[..., None]


class Watching:
    """Compares all described values with those that were told last.

    Args:
        engine: whose values are watched.
        table: the address table.
        watchers: who is told.
        send: sends a message to one of them.
    """

    def __init__(
        self, engine: Engine, table: AddressTable, watchers: Subscribers, send: Send
    ) -> None:
        self._engine = engine
        self._watchers = watchers
        self._send = send
        paths = {row.path for row in table.described}
        # The first row tells that everything that follows is about another model. The elements of
        # a vector that is told as a whole are left out.
        rows = [row for row in table.described if not (row.numbered and row.stem[:-1] in paths)]
        self._rows = sorted(rows, key=lambda row: row is not MODEL_LOAD)
        self._known: set[Peer] = set()
        self._voices: dict[str, Voice | None] = {}
        self._told: dict[str, Values] = {}

    def look(self) -> None:
        """Tell what has changed since the last time; everything to those who are new."""
        watchers = self._watchers.current(time.monotonic())
        if not watchers:
            self._known.clear()
            self._told.clear()
            return
        new = [peer for peer in watchers if peer not in self._known]
        self._known = set(watchers)
        old = [peer for peer in watchers if peer not in new]
        for name, deck in self._engine.decks.items():
            self._forget_model(name, deck)
        for address, values in self._values():
            changed = self._told.get(address) != values
            self._told[address] = values
            for peer in watchers if changed else new:
                self._tell(peer, address, values)
        for name, deck in self._engine.decks.items():
            self._tell_latents(name, deck, old, new)

    def _forget_model(self, name: str, deck: Deck) -> None:
        """Where another model plays now, tell everything of its deck again."""
        voice = deck.voice
        if self._voices.get(name) is not voice:
            self._voices[name] = voice
            for address in [told for told in self._told if told.startswith(f"/deck/{name}/")]:
                del self._told[address]

    def _values(self) -> Iterator[tuple[str, Values]]:
        for row in self._rows:
            if row.target is Target.ENGINE:
                yield from _described(row, self._engine, "")
                continue
            for name, deck in self._engine.decks.items():
                yield from _described(row, deck.target_of(row), f"/deck/{name}")

    def _tell(self, peer: Peer, address: str, values: Values) -> None:
        self._send(peer, "/get.reply", address, *values)

    def _tell_latents(self, name: str, deck: Deck, old: list[Peer], new: list[Peer]) -> None:
        voice = deck.voice
        values = () if voice is None else voice.controls.sounding()
        key = f"/deck/{name}/"  # no address of a row
        changed = self._told.get(key) != values
        self._told[key] = values
        for peer in [*old, *new] if changed else new:
            self._send(peer, "/sounding", name, *values)


def _described(row: Address, target: object, prefix: str) -> Iterator[tuple[str, Values]]:
    if target is not None and row.describe is not None:
        # Of several messages to one address, such as ``/tape/loop``, the last one counts.
        messages = {local_address(row, key): values for key, values in row.describe(target)}
        for address, values in messages.items():
            yield prefix + address, values
