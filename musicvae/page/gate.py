"""Checks what a client sends, before the daemon sees it: the same refusals as over OSC, at once.

All clients share one connection to the daemon, so each is also kept from using up what the daemon
answers to that connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from musicvae.errors import PacketError
from musicvae.live.commands.address import Command
from musicvae.live.commands.arguments import Shape
from musicvae.live.commands.table import AddressTable, Refusal
from musicvae.live.dispatcher import ERRORS_PER_SECOND, MAX_PATTERNS
from musicvae.live.network.budget import Budget
from musicvae.live.osc import packets
from musicvae.live.osc.patterns import is_pattern
from musicvae.live.osc.replies import message
from musicvae.live.requests import ALIAS, NOTIFY, QUIT, REPLY_PORT, SPECTRUM, WATCH
from musicvae.live.services import SERVICE_ADDRESSES

#: Packets of one client that are passed on in a second, and of all together: a hand sends 60.
PACKETS_PER_SECOND = 500
PACKETS_TOGETHER = 2000
#: Questions of one client that are passed on in a second, and of all together. The daemon answers
#: 200 of one connection, and some are our own.
QUESTIONS_PER_SECOND = 40
QUESTIONS_TOGETHER = 150
#: What concerns a connection, which clients share, or the whole daemon.
_NOT_FOR_CLIENTS = (NOTIFY, WATCH, SPECTRUM, REPLY_PORT, ALIAS, QUIT, *SERVICE_ADDRESSES)


class Passed(NamedTuple):
    """What becomes of a packet.

    Attributes:
        data: what the daemon is sent; ``None`` if the packet is refused.
        answer: what the client is sent: the reason; ``None`` for nothing.
    """

    data: bytes | None
    answer: bytes | None = None


class Shared:
    """What all clients together may send in a second."""

    def __init__(self) -> None:
        self.packets = Budget(PACKETS_TOGETHER)
        self.questions = Budget(QUESTIONS_TOGETHER)


class Gate:
    """Judges the packets of one client.

    Args:
        table: the address table.
        shared: the budgets of all clients.
    """

    def __init__(self, table: AddressTable, shared: Shared) -> None:
        self._table = table
        self._shared = shared
        self._packets = Budget(PACKETS_PER_SECOND)
        self._questions = Budget(QUESTIONS_PER_SECOND)
        self._errors = Budget(ERRORS_PER_SECOND)

    def judge(self, data: bytes, shapes: Mapping[str, Shape], now: float) -> Passed:
        """Pass a packet on, or refuse it as a whole.

        Args:
            data: as received.
            shapes: the shape of each deck.
            now: seconds of any steady clock.
        """
        if not (self._packets.spend(now) and self._shared.packets.spend(now)):
            return self._refused("packet", "too many packets a second", now)
        try:
            messages = packets.read(data)
        except PacketError as error:
            return self._refused("packet", error.what, now)
        patterns = sum(is_pattern(sent.address) for sent in messages)
        if patterns > MAX_PATTERNS:
            return self._refused("packet", f"more than {MAX_PATTERNS} patterns in one packet", now)
        for sent in messages:
            commands = self._table.parse(sent, shapes)
            if isinstance(commands, Refusal):
                return self._refused(sent.address, commands.reason, now)
            for command in commands:
                if reason := self._reason(command, now):
                    return self._refused(sent.address, reason, now)
        return Passed(data)

    def _reason(self, command: Command, now: float) -> str:
        """Why a command is not passed on; empty if it is."""
        row = command.row
        if row in _NOT_FOR_CLIENTS:
            return "only over OSC"
        asks = row.question or row.query is not None
        if asks and not (self._questions.spend(now) and self._shared.questions.spend(now)):
            return "too many questions a second"
        return ""

    def _refused(self, address: str, reason: str, now: float) -> Passed:
        return Passed(None, message("/error", address, reason) if self._errors.spend(now) else None)
