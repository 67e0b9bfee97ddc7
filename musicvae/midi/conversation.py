"""Everything between the bytes of a port and the packets of the daemon; no sockets, no library."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from musicvae.beside.mirror import Mirror
from musicvae.live.commands.address import DECK_NAMES, Values
from musicvae.live.commands.table import AddressTable
from musicvae.live.limits import DEFAULT_DECKS
from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.midi.controls import Controls, Move
from musicvae.midi.desk import Desk
from musicvae.midi.learning import WINDOW
from musicvae.midi.parser import Parser
from musicvae.midi.player import Player
from musicvae.midi.programs import Programs
from musicvae.midi.sender import Sender
from musicvae.midi.storing import Mappings

#: Seconds that an upper half of 14 bits waits for its lower one, and that a value which was too
#: much waits.
_SOON = 0.005
#: Refusals of the daemon that are told to people, each once.
_MOST_TOLD = 32


class Conversation:
    """Hears a port and a daemon.

    Args:
        table: the address table.
        send: sends a packet to the daemon; returns whether it was sent.
        mappings: the files.
        say: shows a line to people.
        later: calls a function after some seconds, on the same thread.
        port: the name of the open port; empty for none.
        decks: how many there are.

    Attributes:
        desk: answers what clients ask.
    """

    def __init__(
        self,
        table: AddressTable,
        send: Callable[[bytes], bool],
        mappings: Mappings,
        say: Callable[[str], None],
        later: Callable[[float, Callable[[], None]], object],
        port: Callable[[], str] = lambda: "",
        decks: int = DEFAULT_DECKS,
    ) -> None:
        self._mirror = Mirror(
            on_value=lambda home, *_: self._player.told(home),
            on_model=self._model_changed,
            decks=decks,
        )
        self._send_packet = send
        self._sender = Sender(send)
        self._player = Player(table, self._mirror, self._send)
        self._programs = Programs(self._send, say)
        self._parser, self._controls = Parser(), Controls()
        self._say = say
        self._later = later
        self._settling = False
        self._told: set[tuple[str, str]] = set()
        self.desk = Desk(self._player, mappings, self._mirror, table, self._reply, say, port)

    def connected(self, on: bool, token: str) -> None:
        """Note that the daemon can be reached, or no longer; the token is for the service."""
        self._programs.lost()
        if on:
            self._send_packet(message("/service", "midi", token))

    def feed(self, data: bytes) -> None:
        """Take in bytes of a port."""
        for heard in self._parser.feed(data):
            self._move(self._controls.hear(heard))
        self._settle_soon()

    def hear(self, packet: bytes) -> None:
        """Take in a packet of the daemon."""
        for heard in packets.read(packet):
            values = heard.arguments
            for question in self._mirror.hear(heard):
                self._send_packet(message(question))
            if heard.address == "/service/ask" and len(values) >= 2:
                number, address, *rest = (
                    one for one in values if isinstance(one, int | float | str)
                )
                self.desk.answer(int(number), str(address), tuple(rest))
            elif heard.address == "/error" and len(values) >= 2:
                self._refused(str(values[0]), str(values[1]))
            self._programs.hear(heard)

    def _move(self, moves: list[Move]) -> None:
        learner = self.desk.learner
        if learner is not None:
            if learner.hear(moves):
                self._later(WINDOW, partial(self.desk.learnt, learner))
            return
        for move in moves:
            if not self._player.play(move) and move.control.kind == "program":
                self._programs.change(move.control.number)

    def _settle_soon(self) -> None:
        if not self._settling and (self._controls.waits or self._sender.waits):
            self._settling = True
            self._later(_SOON, self._settle)

    def _settle(self) -> None:
        self._settling = False
        self._move(self._controls.settle())
        self._sender.settle(time.monotonic())
        self._settle_soon()

    def _send(self, address: str, values: Values) -> None:
        self._sender.put(address, values, time.monotonic())

    def _reply(self, number: int, address: str, *values: object) -> None:
        self._send_packet(message("/service/reply", number, address, *values))  # type: ignore[arg-type]

    def _refused(self, address: str, reason: str) -> None:
        if (address, reason) not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add((address, reason))
            self._say(f"MIDI: {address} is refused: {reason}")

    def _model_changed(self, deck: str) -> None:
        if deck == DECK_NAMES[0]:
            self.desk.model_changed()
