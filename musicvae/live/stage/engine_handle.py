"""The engine as other threads use it: apply commands, look at it, and load what commands need."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from musicvae.errors import LiveError
from musicvae.live.commands.address import Command
from musicvae.live.commands.arguments import RefusedError, Shape
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.commands.table import AddressTable
from musicvae.live.engine.deck import Deck
from musicvae.live.engine.engine import Engine
from musicvae.live.stage.loading import Loader

#: Seconds; a block takes some ms, so an engine that does not answer by then stands still.
PATIENCE = 5.0
#: Seconds between two questions whether it is rendered at all.
_LOOK = 0.05

Seen = TypeVar("Seen")


@dataclass
class EngineHandle:
    """The engine, what loads its models, and the addresses that it understands.

    Attributes:
        engine: rendered by another thread.
        loader: makes voices and tapes.
        table: the address table.
        rendering: whether the engine is still rendered, or soon will be.
    """

    engine: Engine
    loader: Loader
    table: AddressTable
    rendering: Callable[[], bool] = lambda: True

    @property
    def shapes(self) -> dict[str, Shape]:
        """Of each deck; read without waiting, so perhaps a block old."""
        return {name: deck.shape for name, deck in self.engine.decks.items()}

    def deck(self, name: str) -> Deck:
        """The deck of this name, which exists."""
        return self.engine.decks[name]

    def apply(self, *commands: Command, payloads: Sequence[Any] = ()) -> int:
        """Let commands happen, and wait until they have.

        Returns:
            The frame at which they did.

        Raises:
            LiveError: the engine stands still.
        """
        return self.look(lambda frame: frame, *commands, payloads=payloads)

    def look(
        self, see: Callable[[int], Seen], *commands: Command, payloads: Sequence[Any] = ()
    ) -> Seen:
        """Let commands happen, and then look at the engine between two blocks.

        Args:
            see: called with the frame, on the thread that renders; must be quick.
            *commands: as for :meth:`Engine.post`.
            payloads: likewise.

        Raises:
            LiveError: the engine stands still.
        """
        seen: list[Seen] = []
        done = threading.Event()

        def then(frame: int) -> None:
            seen.append(see(frame))
            done.set()

        self.engine.post(*commands, payloads=payloads, then=then)
        patience = time.monotonic() + PATIENCE
        while not done.wait(_LOOK):
            if time.monotonic() > patience or not (self.rendering() or seen):
                raise LiveError(
                    "nothing is rendered at the moment", hint="/status says what is wrong"
                )
        return seen[0]

    def recall(self, state: Iterable[StoredMessage], deck: str) -> int:
        """Set a deck to a state, all at once.

        Args:
            state: messages without a deck.
            deck: its name.

        Returns:
            The frame at which it was set.

        Raises:
            RefusedError: a message does not fit the deck's model, or sets nothing of a deck.
            MusicVAEError: a tape cannot be loaded; see :meth:`Loader.tape`.
            LiveError: the engine stands still.
        """
        commands = [self.restore(message, deck) for message in state]
        payloads = [self.payload(command) for command in commands]
        return self.apply(*commands, payloads=payloads)

    def restore(self, message: StoredMessage, deck: str) -> Command:
        """The command of a stored message, which the engine can apply.

        Args:
            message: from a preset or a score.
            deck: meant by an address without ``/deck/...``.

        Raises:
            RefusedError: it is not well-formed, does not fit the deck's model, or is none that the
                engine applies.
        """
        command = self.table.restore(message, deck, self.shapes)
        if command.row.apply is None:
            raise RefusedError(f"{command.address} sets nothing that a preset or a score can hold")
        return command

    def payload(self, command: Command, graph_sha256: str = "") -> Any:
        """What must be loaded for a command; ``None`` for most.

        Args:
            command: for the engine.
            graph_sha256: what a model's graph must be; empty takes what is there.
        """
        load = command.row.load
        if load is None:
            return None
        return load(self.loader, command, self.deck(command.deck).voice, graph_sha256)
