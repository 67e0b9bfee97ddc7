"""Passes what the daemon says to the clients, and what they send to the daemon."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from musicvae.beside.mirror import Mirror
from musicvae.live.commands.address import Values
from musicvae.live.commands.table import AddressTable
from musicvae.live.limits import DEFAULT_DECKS
from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.page.client import Client
from musicvae.page.gate import Shared
from musicvae.page.space import Space, changed_path, elements

#: Clients at the same time.
MAX_CLIENTS = 16
#: Characters of one command.
_MOST_TEXT = 1024
#: Messages that say how things are at the moment.
_MOMENTARY = ("/sounding", "/status.reply", "/peak", "/spectrum.reply")


class Hub:
    """Everything between the link and the clients; no sockets of its own.

    Args:
        table: the address table.
        send: sends a packet to the daemon; returns whether it was sent.
        decks: how many there are.

    Attributes:
        mirror: what the daemon has said.
        space: the addresses there are now.
        shared: the budgets of all clients together.
        clients: those that are connected.
        there: whether the daemon can be reached.
    """

    def __init__(
        self, table: AddressTable, send: Callable[[bytes], bool], decks: int = DEFAULT_DECKS
    ) -> None:
        self.table = table
        self.mirror = Mirror(self._value_changed, self._model_changed, decks)
        self.space = Space(table, self.mirror.models)
        self.shared = Shared()
        self.clients: set[Client] = set()
        self.there = False
        self._send = send
        #: The newest of those packets that say how things are at the moment.
        self._newest: dict[str, bytes] = {}

    def hear(self, packet: bytes) -> None:
        """Take in a packet of the daemon."""
        for heard in packets.read(packet):
            for question in self.mirror.hear(heard):
                self._send(message(question))
            key = _key(heard)
            if heard.address in _MOMENTARY:
                self._newest[key] = packet
            for client in self._followers():
                if key:
                    client.put_value(key, packet)
                else:
                    client.put(packet)

    def connected(self, on: bool) -> None:
        """Tell the clients whether the daemon is there."""
        self.there = on
        said = json.dumps({"COMMAND": "DAEMON", "DATA": on})
        for client in self._followers():
            client.put(said)

    def pass_on(self, client: Client, data: bytes) -> None:
        """Pass a packet of a client to the daemon, or tell it why not."""
        data_or_none, answer = client.gate.judge(data, self.mirror.shapes, time.monotonic())
        if data_or_none is not None and not self._send(data_or_none):
            answer = message("/error", "packet", "musicvae live cannot be reached")
        if answer is not None:
            client.put(answer)

    def obey(self, client: Client, text: str) -> None:
        """Obey a command of a client; one that is no command is ignored, as others are."""
        try:
            said = json.loads(text) if len(text) <= _MOST_TEXT else None
        except (ValueError, RecursionError):
            return
        if not isinstance(said, dict):
            return
        command, data = said.get("COMMAND"), said.get("DATA")
        if command == "FOLLOW":
            client.follows = True
            if not self.there:
                client.put(json.dumps({"COMMAND": "DAEMON", "DATA": False}))
            for key, packet in self._newest.items():
                client.put_value(key, packet)
            for address, values in self.mirror.values.items():
                client.put_value(f"/get.reply {address}", message("/get.reply", address, *values))
        elif command in ("LISTEN", "IGNORE") and isinstance(data, str):
            home = self.space.home(data)
            if home is None:
                return
            if command == "IGNORE":
                client.ignore(data, home)
            elif not client.listen(data, home):
                client.put(message("/error", data, "too many addresses are listened to"))

    def _followers(self) -> list[Client]:
        return [client for client in self.clients if client.follows]

    def _value_changed(self, address: str, values: Values, before: Values) -> None:
        for client in self.clients:
            client.tell(address, values)
            for element, value in elements(address, values, before):
                client.tell(element, value)

    def _model_changed(self, deck: str) -> None:
        self.space = Space(self.table, self.mirror.models)
        said = json.dumps({"COMMAND": "PATH_CHANGED", "DATA": changed_path(deck)})
        for client in self.clients:
            client.put(said)


def _key(heard: packets.Message) -> str:
    """What a newer message must share with this one to replace it; empty if none does."""
    if heard.address in ("/get.reply", "/sounding") and heard.arguments:
        return f"{heard.address} {heard.arguments[0]!s}"
    return heard.address if heard.address in _MOMENTARY else ""
