"""One packet in, what it asks for handed on, and the answers out.

Without sockets and clock, so that it can be fuzzed. Belongs to the thread that receives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from musicvae.errors import PacketError
from musicvae.live.commands.command import Command, Refusal, parse
from musicvae.live.commands.table import ADDRESSES
from musicvae.live.jobs.worker import Task
from musicvae.live.network.budget import Budget
from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.peers import AllowList, Answer, Peer, is_loopback
from musicvae.live.osc import packets
from musicvae.live.osc.aliases import Aliases
from musicvae.live.osc.patterns import is_pattern
from musicvae.live.osc.replies import Value, message
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.queries import get, model_info
from musicvae.version import __version__

ERRORS_PER_SECOND = 5
#: Questions to the engine, which it answers between two blocks.
LOOKS_PER_SECOND = 200
#: Address patterns of one packet: each is compared with thousands of addresses.
MAX_PATTERNS = 16

_JOBS = frozenset(address.path for address in ADDRESSES if address.job)
_ENGINE = frozenset(
    address.path
    for address in ADDRESSES
    if (address.deck or address.path == "/crossfade") and not address.job
) - {"/model/info"}


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
class Callbacks:
    """What the dispatcher hands on to; all of it returns at once.

    Attributes:
        work: takes a job.
        later: takes an answer from any thread.
        status: gives the pairs of ``/status.reply``, flat.
        quit: called for ``/quit``; ``None`` forbids it.
        due: the frame that a time tag means, or ``None`` for now; ``None`` ignores time tags.
    """

    work: Callable[[Task], None]
    later: Callable[[bytes, Peer], None]
    status: Callable[[], list[Value]]
    quit: Callable[[], None] | None = None
    due: Callable[[int], int | None] | None = None


class Dispatcher:
    """Validates packets, hands commands on, and answers.

    Args:
        stage: plays.
        callbacks: what else is handed on to.
        allowed: hosts; others are counted, never answered.
        addressees: where answers go.
        subscribers: of ``/notify``.
    """

    def __init__(
        self,
        stage: EngineHandle,
        callbacks: Callbacks,
        allowed: AllowList,
        addressees: Addressees,
        subscribers: Subscribers,
    ) -> None:
        self.counts = Counts()
        self._stage = stage
        self._callbacks = callbacks
        self._allowed = allowed
        self._addressees = addressees
        self._subscribers = subscribers
        self._aliases = Aliases()
        self._errors = Budget(ERRORS_PER_SECOND)
        self._looks = Budget(LOOKS_PER_SECOND)

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
        if sender.host not in self._allowed:
            self.counts.packets_refused += 1
            return []
        try:
            messages = packets.read(data)
        except PacketError as error:
            self.counts.packets_refused += 1
            return self._refuse("packet", error.what, sender, now)
        self._subscribers.hear(sender, now)
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
            meant = self._aliases.resolve(asked)
            patterns += is_pattern(meant.address)
            result = self._understood(meant, patterns)
            if isinstance(result, Refusal):
                self.counts.messages_refused += 1
                answers += self._refuse(asked.address, result.reason, sender, now)
                continue
            self.counts.last_message = asked.address
            for command in result:
                if command.path in _ENGINE:
                    together.append(command)
                else:
                    self._post(together, when)  # what came before must be done before
                    answers += self._do(command, asked.address, sender, now)
        self._post(together, when)
        return answers

    def _understood(self, meant: packets.Message, patterns: int) -> tuple[Command, ...] | Refusal:
        """The commands of a message, which is one of so many patterns if it is one."""
        if patterns > MAX_PATTERNS and is_pattern(meant.address):
            return Refusal(meant.address, f"more than {MAX_PATTERNS} patterns in one packet")
        return parse(meant, self._stage.shapes)

    def _post(self, together: list[Command], when: int) -> None:
        """Hand on what takes effect together, and begin anew."""
        if together:
            due = None if self._callbacks.due is None else self._callbacks.due(when)
            self._stage.engine.post(*together, due=due)
            together.clear()

    def _do(self, command: Command, address: str, sender: Peer, now: float) -> list[Answer]:
        if command.path in _JOBS:
            self._callbacks.work(Task(command, sender, address))
            return []
        match command.path:
            case "/ping":
                return [self._to(sender, "/pong", *command.values)]
            case "/status":
                return [self._to(sender, "/status.reply", *self._callbacks.status())]
            case "/version":
                return [self._to(sender, "/version.reply", __version__)]
            case "/get" | "/model/info":
                return self._look(command, sender, now)
            case "/notify":
                return self._notify(bool(command.values[0]), sender, now)
            case "/replyport":
                self._addressees.choose(sender, int(command.values[0]))
            case "/alias":
                self._aliases.set(str(command.values[0]), str(command.values[1]))
            case "/quit":
                return self._quit(sender, now)
        return []

    def _look(self, command: Command, sender: Peer, now: float) -> list[Answer]:
        """Let the engine answer when it has done what came before."""
        if not self._looks.spend(now):
            return self._refuse(command.address, "too many questions a second", sender, now)
        stage, see = self._stage, get if command.path == "/get" else model_info

        def then(frame: int) -> None:
            for address, *values in see(stage.engine, command):
                self._callbacks.later(*self._to(sender, str(address), *values))

        stage.engine.post(then=then)
        return []

    def _notify(self, on: bool, sender: Peer, now: float) -> list[Answer]:
        if on:
            self._subscribers.add(sender, now)
        else:
            self._subscribers.remove(sender)
        return [self._to(sender, "/done", "/notify", int(on))]

    def _quit(self, sender: Peer, now: float) -> list[Answer]:
        if self._callbacks.quit is None or not is_loopback(sender.host):
            self.counts.messages_refused += 1
            reason = "only from this machine, and only with --allow-quit"
            return self._refuse("/quit", reason, sender, now)
        self._callbacks.quit()
        return []

    def _refuse(self, address: str, reason: str, sender: Peer, now: float) -> list[Answer]:
        if not self._errors.spend(now):
            return []
        return [self._to(sender, "/error", address, reason)]

    def _to(self, sender: Peer, address: str, *values: Value) -> Answer:
        return message(address, *values), self._addressees.of(sender)
