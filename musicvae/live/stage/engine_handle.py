"""Access to the engine from other threads: applies commands, reads its state, loads payloads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from musicvae.errors import LiveError, MusicVAEError
from musicvae.live.commands.address import Command
from musicvae.live.commands.arguments import RefusedError, Shape
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.commands.table import AddressTable
from musicvae.live.engine.deck import Deck
from musicvae.live.engine.engine import Engine
from musicvae.live.stage.loading import Loader

#: Seconds to wait for the next block, which normally takes some ms.
PATIENCE = 5.0
#: Seconds between two checks whether the engine is still rendered.
_LOOK = 0.05

Seen = TypeVar("Seen")


@dataclass
class EngineHandle:
    """The engine, the loader of its models and tapes, and its address table.

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
        """The shape of each deck; read without waiting, so perhaps a block old."""
        return {name: deck.shape for name, deck in self.engine.decks.items()}

    def deck(self, name: str) -> Deck:
        """The deck of this name, which exists."""
        return self.engine.decks[name]

    def objection(self, command: Command) -> str:
        """Why a command that a client sent cannot be done as things are; empty if it can."""
        objects = command.row.objects
        target = None if objects is None else self.deck(command.deck).target_of(command.row)
        return "" if objects is None or target is None else objects(target, command)

    def apply(self, *commands: Command, payloads: Sequence[object] = ()) -> int:
        """Apply commands together, and wait until they are applied.

        Args:
            *commands: for decks and the mixer.
            payloads: what was loaded for each; see :meth:`Engine.post`.

        Returns:
            The sample frame at which they were applied.

        Raises:
            LiveError: the engine is not rendered.
        """
        return self.look(lambda frame: frame, *commands, payloads=payloads)

    def look(
        self, see: Callable[[int], Seen], *commands: Command, payloads: Sequence[object] = ()
    ) -> Seen:
        """Apply commands, and read the engine's state between two blocks.

        Args:
            see: called with the sample frame on the rendering thread; must be quick.
            *commands: as for :meth:`apply`.
            payloads: as for :meth:`apply`.

        Returns:
            The result of ``see``.

        Raises:
            LiveError: the engine is not rendered, or a command cannot be applied.
            Exception: what ``see`` raised.
        """
        seen: list[Seen] = []
        failed: list[Exception] = []
        done = threading.Event()
        given_up = threading.Event()

        def then(frame: int) -> None:
            if given_up.is_set():  # the caller has been told that it was not seen
                return
            try:
                seen.append(see(frame))
            except Exception as error:  # noqa: BLE001 - raised again on the caller's thread
                failed.append(error)
            done.set()

        batch = self.engine.post(*commands, payloads=payloads, then=then)
        patience = time.monotonic() + PATIENCE
        while not done.wait(_LOOK):
            if time.monotonic() > patience or not (self.rendering() or done.is_set()):
                given_up.set()
                raise LiveError(
                    "nothing is rendered at the moment", hint="/status says what is wrong"
                )
        if batch.error is not None:
            raise LiveError("it could not be applied", received=repr(batch.error)) from batch.error
        if failed:
            raise failed[0]
        return seen[0]

    def recall(
        self,
        state: Iterable[StoredMessage],
        deck: str,
        without: Callable[[Command, MusicVAEError], bool] = lambda command, error: False,
    ) -> int:
        """Set a deck to a state, at one sample frame.

        Args:
            state: messages without a deck.
            deck: its name.
            without: whether to do without a command whose payload cannot be loaded, and why.

        Returns:
            The sample frame at which it was set.

        Raises:
            RefusedError: a message does not fit the deck's model, or sets nothing of a deck.
            MusicVAEError: a tape cannot be loaded; see :meth:`Loader.tape`.
            LiveError: the engine is not rendered.
        """
        commands, payloads = list[Command](), list[object]()
        for command in [self._restore_for(message, deck) for message in state]:
            try:
                payloads.append(self.payload(command))
            except MusicVAEError as error:
                if not without(command, error):
                    raise
            else:
                commands.append(command)
        return self.apply(*commands, payloads=payloads)

    def _restore_for(self, message: StoredMessage, deck: str) -> Command:
        command = self.restore(message, deck)
        if command.row.internal or not command.row.deck or command.deck != deck:
            raise RefusedError(f"{message[0]} sets nothing of this deck")
        return command

    def restore(self, message: StoredMessage, deck: str) -> Command:
        """The command of a stored message, which the engine can apply.

        Args:
            message: from a preset or a score.
            deck: used if the address has no ``/deck/...``.

        Raises:
            RefusedError: it is not well-formed, does not fit the deck's model, or the engine
                cannot apply it.
        """
        command = self.table.restore(message, deck, self.shapes)
        if command.row.apply is None:
            raise RefusedError(f"{command.address} sets nothing that a preset or a score can hold")
        return command

    def payload(self, command: Command, sha256: str = "") -> object:
        """Load what a command needs: a voice, a tape, or ``None`` for most commands.

        Args:
            command: for the engine.
            sha256: that a model's graph, or another file, must have; empty accepts any.

        Raises:
            MusicVAEError: it cannot be loaded; see :class:`Loader`.
        """
        load = command.row.load
        if load is None:
            return None
        return load(self.loader, command, self.deck(command.deck).voice, sha256)
