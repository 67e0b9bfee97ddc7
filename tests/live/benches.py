"""A dispatcher without sockets, clock or threads, whose commands and replies are recorded."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicvae.live.commands.table import AddressTable
from musicvae.live.dispatcher import Clients, Dispatcher
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import Engine
from musicvae.live.jobs.worker import Task
from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.peers import AllowList, Peer
from musicvae.live.osc import packets
from musicvae.live.requests import Requests
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES

ME = Peer("127.0.0.1", 50_000)
RATE = 8000


class Bench:
    """A dispatcher whose decks both play the same kind of model; rendered by hand.

    Args:
        decoder: of both decks.
        quit: called for ``/quit``.
        due: the sample frame of a time tag.
        table: the address table.
    """

    def __init__(
        self, decoder: Any, quit: Any = None, due: Any = None, table: AddressTable = ADDRESSES
    ) -> None:
        self.engine = Engine(RATE)
        self.happened: list[tuple[int, list[Any]]] = []
        self.engine.journal = lambda frame, batch: self.happened.append(
            (frame, [command.message() for command in batch])
        )
        loader = Loader(Library([]), RATE, 2, InlineClips(), decoders={"test": decoder})
        self.handle = EngineHandle(self.engine, loader, table)
        for deck in ("a", "b"):
            load = table.command("/model/load", deck, "", ("test",))
            self.engine.post(load, payloads=(self.handle.payload(load),))
        self.tasks: list[Task] = []
        self.later: list[tuple[bytes, Peer]] = []
        self.subscribers, addressees = Subscribers(), Addressees()
        self.dispatcher = Dispatcher(
            self.handle,
            Requests(addressees, self.subscribers, lambda: ["level", -3.5], quit, table.beginnings),
            Clients(AllowList(["192.168.1.0/24"]), addressees, self.subscribers),
            work=self.tasks.append,
            later=lambda data, peer: self.later.append((data, peer)),
            due=due,
        )
        self.render()
        self.happened.clear()

    def render(self, frames: int = 100) -> Any:
        """Render the next sample frames."""
        out = np.zeros((frames, 2), np.float32)
        self.engine.render(out)
        return out

    def answered(self, data: bytes, sender: Peer = ME, now: float = 0.0) -> list[Any]:
        """Handle a packet; the (address, arguments, peer) of each reply, the engine's included."""
        self.later.clear()
        answers = self.dispatcher.handle(data, sender, now)
        self.render()
        return [read(*answer) for answer in [*answers, *self.later]]


def read(data: bytes, peer: Peer) -> tuple[str, list[Any], Peer]:
    (message,) = packets.read(data)
    return message.address, list(message.arguments), peer
