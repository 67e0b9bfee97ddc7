"""Acts on one OSC packet: hands its commands to the engine or the worker, and returns the replies.

It has neither sockets nor a clock, so that it can be fuzzed. It belongs to the receiving thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from musicvae.errors import PacketError
from musicvae.live.commands.address import Command, Value
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.commands.table import Refusal
from musicvae.live.jobs.worker import Task
from musicvae.live.network.budget import Budget
from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.peers import AllowList, Answer, Peer
from musicvae.live.osc import packets
from musicvae.live.osc.patterns import is_pattern
from musicvae.live.osc.replies import message
from musicvae.live.requests import Requests
from musicvae.live.stage.engine_handle import EngineHandle

ERRORS_PER_SECOND = 5
#: Questions to the engine, which it answers between two blocks.
QUERIES_PER_SECOND = 200
#: Address patterns of one packet: each is compared with thousands of addresses.
MAX_PATTERNS = 16


@dataclass
class Counts:
    """What has arrived so far.

    Attributes:
        packets_received: all of them.
        packets_refused: those that were not well-formed, or came from a host that is not allowed.
        messages_refused: well-formed messages that asked for nothing that can be done.
        last_packet: when the last good one came, in seconds of the caller's clock.
        last_message: the address of the last good message, and its sender.
    """

    packets_received: int = 0
    packets_refused: int = 0
    messages_refused: int = 0
    last_packet: float | None = None
    last_message: str = ""


@dataclass
class Clients:
    """The senders that are known: who may send, where their replies go, who subscribed.

    Attributes:
        allowed: hosts; others are counted, never answered.
        addressees: where replies go.
        subscribers: of ``/notify``.
    """

    allowed: AllowList
    addressees: Addressees
    subscribers: Subscribers


class Dispatcher:
    """Validates packets, hands commands on, and answers.

    Args:
        engine: takes commands and queries.
        requests: answers what is answered at once.
        clients: the senders that are known.
        work: takes a job; returns at once.
        later: takes an answer from any thread; returns at once.
        due: the sample frame that a time tag means, or ``None`` for now; ``None`` ignores time
            tags.
    """

    def __init__(
        self,
        engine: EngineHandle,
        requests: Requests,
        clients: Clients,
        work: Callable[[Task], None],
        later: Callable[[bytes, Peer], None],
        due: Callable[[int], int | None] | None = None,
    ) -> None:
        self.counts = Counts()
        self._handle = engine
        self._requests = requests
        self._clients = clients
        self._work = work
        self._later = later
        self._due = due
        self._errors = Budget(ERRORS_PER_SECOND)
        self._queries = Budget(QUERIES_PER_SECOND)

    def handle(self, data: bytes, sender: Peer, now: float) -> list[Answer]:
        """Act on one packet.

        Args:
            data: as received.
            sender: where it came from; nobody else is ever answered.
            now: in seconds of any steady clock.

        Returns:
            What to send, and where to.
        """
        self.counts.packets_received += 1
        if sender.host not in self._clients.allowed:
            self.counts.packets_refused += 1
            return []
        try:
            messages = packets.read(data)
        except PacketError as error:
            self.counts.packets_refused += 1
            return self._error("packet", error.what, sender, now)
        self._clients.subscribers.hear(sender, now)
        answers = self._act_on(messages, sender, now)
        self.counts.last_packet = now
        return answers

    def _act_on(
        self, messages: Sequence[packets.Message], sender: Peer, now: float
    ) -> list[Answer]:
        answers: list[Answer] = []
        together: list[Command] = []
        patterns = when = 0
        for asked in messages:
            if asked.when != when:
                self._post(together, when)
                when = asked.when
            meant = self._requests.aliases.resolve(asked)
            patterns += is_pattern(meant.address)
            result = self._parsed(meant, patterns)
            if isinstance(result, Refusal):
                answers += self._refuse(asked.address, result.reason, sender, now)
                continue
            self.counts.last_message = asked.address
            for command in result:
                if command.row.apply is not None and not command.row.is_job:
                    together.append(command)
                else:
                    self._post(together, when)  # what came before must be done before
                    answers += self._answer(command, asked.address, sender, now)
        self._post(together, when)
        return answers

    def _parsed(self, meant: packets.Message, patterns: int) -> tuple[Command, ...] | Refusal:
        """The commands of a message, which is one of so many patterns if it is one."""
        if patterns > MAX_PATTERNS and is_pattern(meant.address):
            return Refusal(meant.address, f"more than {MAX_PATTERNS} patterns in one packet")
        return self._handle.table.parse(meant, self._handle.shapes)

    def _post(self, together: list[Command], when: int) -> None:
        """Hand on what takes effect together, and begin a new batch."""
        if together:
            due = None if self._due is None else self._due(when)
            self._handle.engine.post(*together, due=due)
            together.clear()

    def _answer(self, command: Command, asked: str, sender: Peer, now: float) -> list[Answer]:
        """Act on a command that is not for the engine alone."""
        row = command.row
        if row.is_job:
            self._work(Task(command, sender, asked))
            return []
        if row.query is not None:
            return self._query(command, sender, now)
        if row.request is None:
            return []
        try:
            replies = row.request(self._requests, command, sender, now)
        except RefusedError as error:
            return self._refuse(command.address, str(error), sender, now)
        return [self._to(sender, *reply) for reply in replies]

    def _query(self, command: Command, sender: Peer, now: float) -> list[Answer]:
        """Let the engine answer when it has done what came before."""
        if not self._queries.spend(now):
            return self._error(command.address, "too many questions a second", sender, now)
        engine, query = self._handle.engine, command.row.query

        def then(frame: int) -> None:
            for address, *values in query(engine, command) if query is not None else ():
                self._later(*self._to(sender, str(address), *values))

        engine.post(then=then)
        return []

    def _refuse(self, address: str, reason: str, sender: Peer, now: float) -> list[Answer]:
        self.counts.messages_refused += 1
        return self._error(address, reason, sender, now)

    def _error(self, address: str, reason: str, sender: Peer, now: float) -> list[Answer]:
        if not self._errors.spend(now):
            return []
        return [self._to(sender, "/error", address, reason)]

    def _to(self, sender: Peer, address: str, *values: Value) -> Answer:
        return message(address, *values), self._clients.addressees.of(sender)
