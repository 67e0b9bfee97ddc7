"""The engine as other threads see it: what they may change, and what they may look at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from musicvae.errors import LiveError
from musicvae.live.commands.arguments import Shape
from musicvae.live.commands.command import Command, command_of
from musicvae.live.commands.messages import Message
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
    """Decks that play, and where their models come from.

    Attributes:
        engine: rendered by somebody else's thread.
        loader: makes voices and tapes.
        rendering: whether the engine is still rendered, or soon will be.
    """

    engine: Engine
    loader: Loader
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

    def recall(
        self, state: Iterable[Message], deck: str, keep: frozenset[str] = frozenset()
    ) -> int:
        """Set a deck to a state, all at once.

        Args:
            state: messages without a deck.
            deck: its name.
            keep: addresses to leave out.

        Raises:
            RefusedError: a message does not fit the deck's model.
            MusicVAEError: a tape cannot be loaded; see :meth:`Loader.tape`.
            LiveError: the engine stands still.
        """
        commands = [
            command_of(message, deck, self.shapes) for message in state if message[0] not in keep
        ]
        payloads = [self.payload(command) for command in commands]
        return self.apply(*commands, payloads=payloads)

    def payload(self, command: Command, graph_sha256: str = "") -> Any:
        """What must be loaded for a command; ``None`` for most."""
        if command.path == "/tape/load":
            return self.loader.tape(str(command.values[0]), self.deck(command.deck).voice)
        if command.path == "/model/load":
            return self.loader.voice(str(command.values[0]), command.deck, graph_sha256)
        return None
