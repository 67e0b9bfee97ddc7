"""A desk without sockets, clock or threads: packets in, commands and answers out."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicvae.live.desk import Desk, Doors
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import Engine
from musicvae.live.jobs.worker import Task
from musicvae.live.keeping.library import Library
from musicvae.live.loading import Loader
from musicvae.live.osc import packets
from musicvae.live.osc.addressees import Addressees
from musicvae.live.osc.commands import Command
from musicvae.live.osc.network import AllowList, Peer
from musicvae.live.osc.subscribers import Subscribers
from musicvae.live.stage import Stage

ME = Peer("127.0.0.1", 50_000)
RATE = 8000


class Bench:
    """A desk whose decks both play the same kind of model; rendered by hand."""

    def __init__(self, decoder: Any, **doors: Any) -> None:
        self.engine = Engine(RATE)
        self.happened: list[tuple[int, list[Any]]] = []
        self.engine.journal = lambda frame, batch: self.happened.append(
            (frame, [command.message() for command in batch])
        )
        loader = Loader(Library([]), RATE, 2, InlineClips(), decoders={"test": decoder})
        stage = Stage(self.engine, loader)
        for deck in ("a", "b"):
            load = Command("/model/load", deck, "", ("test",))
            self.engine.post(load, payloads=(stage.payload(load),))
        self.tasks: list[Task] = []
        self.later: list[tuple[bytes, Peer]] = []
        self.subscribers = Subscribers()
        self.desk = Desk(
            stage,
            Doors(
                self.tasks.append,
                lambda data, peer: self.later.append((data, peer)),
                lambda: ["level", -3.5],
                **doors,
            ),
            AllowList(["192.168.1.0/24"]),
            Addressees(),
            self.subscribers,
        )
        self.render()
        self.happened.clear()

    def render(self, frames: int = 100) -> Any:
        """The next frames."""
        out = np.zeros((frames, 2), np.float32)
        self.engine.render(out)
        return out

    def answered(self, data: bytes, sender: Peer = ME, now: float = 0.0) -> list[Any]:
        """(address, arguments, peer) of each answer, those of the engine included."""
        self.later.clear()
        answers = self.desk.handle(data, sender, now)
        self.render()
        return [read(*answer) for answer in [*answers, *self.later]]


def read(data: bytes, peer: Peer) -> tuple[str, list[Any], Peer]:
    (message,) = packets.read(data)
    return message.address, list(message.arguments), peer
