"""Handles one OSC packet: passes its commands to the engine or the worker, and returns replies.

It uses neither sockets nor a clock, so that it can be fuzzed. It runs on the receiving thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from musicvae.errors import PacketError
from musicvae.live.commands.address import Command, Value
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.commands.table import Refusal
from musicvae.live.engine.agenda import MOST_BACKLOG
from musicvae.live.engine.deck_addresses import PANIC
from musicvae.live.jobs.worker import Task
from musicvae.live.network.budget import PeerBudgets
from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.peers import AllowList, Answer, Peer
from musicvae.live.osc import packets
from musicvae.live.osc.patterns import is_pattern
from musicvae.live.osc.replies import message
from musicvae.live.requests import Requests
from musicvae.live.stage.engine_handle import EngineHandle

#: Errors of one sender that are told in a second, and of all senders together.
ERRORS_PER_SECOND = 5
ERRORS_TOGETHER = 50
#: Questions of one sender that are answered in a second, and of all senders together: queries, and
#: requests and jobs that only ask.
QUERIES_PER_SECOND = 200
QUERIES_TOGETHER = 1000
#: Most address patterns in one packet, since each is compared with thousands of addresses.
MAX_PATTERNS = 16


@dataclass
class Counts:
    """Statistics of the packets received so far.

    Attributes:
        packets_received: number of all packets.
        packets_refused: of these, malformed ones, those from a host that is not allowed, and those
            beyond what may wait of one sender.
        messages_refused: number of well-formed messages that could not be carried out.
        last_packet: arrival of the last well-formed packet, in seconds of the caller's clock.
        last_message: address of the last message that was accepted.
    """

    packets_received: int = 0
    packets_refused: int = 0
    messages_refused: int = 0
    last_packet: float | None = None
    last_message: str = ""


@dataclass
class Clients:
    """Facts about the clients: which may send, where their replies go, which have subscribed.

    Attributes:
        allowed: hosts that may send; packets of others are counted and get no reply.
        addressees: where the replies to each sender go.
        subscribers: subscribers of ``/notify``.
    """

    allowed: AllowList
    addressees: Addressees
    subscribers: Subscribers


class Dispatcher:
    """Validates packets, passes commands on, and returns replies.

    Args:
        handle: the engine and the address table.
        requests: answers requests immediately.
        clients: the facts about the clients.
        work: queues a job for the worker; never blocks.
        later: queues a reply from any thread; never blocks.
        due: gives the sample frame of a time tag, or ``None`` for now; ``None`` ignores time tags.
        refused: told the address and the reason of each refusal; never blocks.

    Attributes:
        counts: statistics of the packets.
        requests: as given.
    """

    def __init__(
        self,
        handle: EngineHandle,
        requests: Requests,
        clients: Clients,
        work: Callable[[Task], None],
        later: Callable[[bytes, Peer], None],
        due: Callable[[int], int | None] | None = None,
        refused: Callable[[str, str], None] = lambda address, reason: None,
    ) -> None:
        self.counts = Counts()
        self._handle = handle
        self.requests = requests
        self._clients = clients
        self._work = work
        self._later = later
        self._due = due
        self._refused = refused
        self._errors = PeerBudgets(ERRORS_PER_SECOND, ERRORS_TOGETHER)
        self._questions = PeerBudgets(QUERIES_PER_SECOND, QUERIES_TOGETHER)

    def handle(self, data: bytes, sender: Peer, now: float) -> list[Answer]:
        """Handle one packet.

        Args:
            data: as received.
            sender: sender of the packet; only it gets replies.
            now: time in seconds of any monotonic clock.

        Returns:
            The replies to send now, each with its destination.
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

    def refuse(self, reason: str, sender: Peer, now: float) -> list[Answer]:
        """What is answered to a packet that the front has refused, for this reason."""
        return self._error("packet", reason, sender, now)

    def count(self, refused: int) -> None:
        """Add packets that the front has refused."""
        self.counts.packets_received += refused
        self.counts.packets_refused += refused

    def _act_on(
        self, messages: Sequence[packets.Message], sender: Peer, now: float
    ) -> list[Answer]:
        """Carry out the messages of one packet; those for the engine are applied together."""
        answers: list[Answer] = []
        batch: list[Command] = []
        patterns, when = 0, messages[0].when if messages else 0
        crowded = self._is_crowded(when)
        for sent in messages:
            if sent.when != when:
                self._post(batch, when)
                when = sent.when
                crowded = self._is_crowded(when)
            resolved = self.requests.aliases.resolve(sent)
            patterns += is_pattern(resolved.address)
            if patterns > MAX_PATTERNS and is_pattern(resolved.address):
                reason = f"more than {MAX_PATTERNS} patterns in one packet"
                answers += self._refuse(sent.address, reason, sender, now)
                continue
            result = self._handle.table.parse(resolved, self._handle.shapes)
            if isinstance(result, Refusal):
                answers += self._refuse(sent.address, result.reason, sender, now)
                continue
            result, objection = self._possible(result, when)
            if not result:
                answers += self._refuse(sent.address, objection, sender, now)
                continue
            if crowded and any(_waits(command) for command in result):
                answers += self._refuse(sent.address, "too many changes wait", sender, now)
                continue
            self.counts.last_message = sent.address
            for command in result:
                if command.row.apply is not None and not command.row.is_job:
                    batch.append(command)
                else:
                    self._post(batch, when)  # earlier messages must be applied first
                    answers += self._answer(command, sent, sender, now)
        self._post(batch, when)
        return answers

    def _possible(
        self, commands: tuple[Command, ...], when: int
    ) -> tuple[tuple[Command, ...], str]:
        """Those commands of a message that can be done now, and why another one cannot.

        What is scheduled may be possible by then.
        """
        if self._due is not None and self._due(when) is not None:
            return commands, ""
        objections = [self._handle.objection(command) for command in commands]
        pairs = zip(commands, objections, strict=True)
        possible = tuple(command for command, objection in pairs if not objection)
        return possible, next(filter(None, objections), "")

    def _is_crowded(self, when: int) -> bool:
        """Whether so much waits that changes with this time tag are refused.

        What is scheduled by one sender, perhaps for a minute, must not lock out those who play now.
        """
        engine = self._handle.engine
        if engine.backlog > MOST_BACKLOG:
            return True
        scheduled = self._due is not None and self._due(when) is not None
        return scheduled and engine.scheduled > MOST_BACKLOG

    def _post(self, batch: list[Command], when: int) -> None:
        """Post commands to the engine that are applied together, and empty the list."""
        if batch:
            due = None if self._due is None else self._due(when)
            self._handle.engine.post(*batch, due=due)
            batch.clear()

    def _answer(
        self, command: Command, sent: packets.Message, sender: Peer, now: float
    ) -> list[Answer]:
        """Carry out a job, a query or a request, which is a part of what was sent."""
        row = command.row
        asks = row.question or row.query is not None
        if asks and not self._questions.spend(sender, now):
            return self._error(command.address, "too many questions a second", sender, now)
        if row.is_job:
            self._work(Task(command, sender, sent.address))
            return []
        if row.query is not None:
            return self._query(command, sender, sent.when)
        if row.request is None:
            return []
        try:
            replies = row.request(self.requests, command, sender, now)
        except RefusedError as error:
            return self._refuse(command.address, str(error), sender, now)
        return [self._to(sender, *reply) for reply in replies]

    def _query(self, command: Command, sender: Peer, when: int) -> list[Answer]:
        """Let the engine answer a query when it has applied the commands sent before."""
        handle, query = self._handle, command.row.query

        def then(frame: int) -> None:
            for address, *values in query(handle, command) if query is not None else ():
                self._later(*self._to(sender, address, *values))

        handle.engine.post(then=then, due=None if self._due is None else self._due(when))
        return []

    def _refuse(self, address: str, reason: str, sender: Peer, now: float) -> list[Answer]:
        self.counts.messages_refused += 1
        return self._error(address, reason, sender, now)

    def _error(self, address: str, reason: str, sender: Peer, now: float) -> list[Answer]:
        self._refused(address, reason)
        if not self._errors.spend(sender, now):
            return []
        return [self._to(sender, "/error", address, reason)]

    def _to(self, sender: Peer, address: str, *values: Value) -> Answer:
        return message(address, *values), self._clients.addressees.of(sender)


def _waits(command: Command) -> bool:
    """Whether a command waits for the engine, and may be refused if very many do."""
    row = command.row
    for_engine = row.query is not None or (row.apply is not None and not row.is_job)
    return for_engine and row is not PANIC
