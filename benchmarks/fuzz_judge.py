"""Tries one input of ``fuzz.py``, and decides whether the outcome is allowed."""

from __future__ import annotations

import heapq
import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from musicvae.errors import PacketError
from musicvae.live.commands.address import Command
from musicvae.live.commands.arguments import Shape
from musicvae.live.dispatcher import Clients, Dispatcher
from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.peers import AllowList, Peer
from musicvae.live.osc import packets
from musicvae.live.osc.framing import Deframer
from musicvae.live.osc.replies import MAX_BYTES
from musicvae.live.requests import Requests
from musicvae.live.table import ADDRESSES

#: A large model and an empty deck.
SHAPES = {"a": Shape(64, ("loudness", "brightness")), "b": Shape()}
PEER = Peer("127.0.0.1", 9000)
#: The slowest inputs that are kept for the daemon.
WORST = 64
#: Inputs that one dispatcher hears, which remembers aliases and reply ports.
_ONE_DESK = 1000
#: Commands of one input that are read back; patterns make thousands of the same kind.
_READ_BACK = 4


class WrongError(Exception):
    """An outcome that is not allowed."""


class FakeEngine:
    """Stands for the engine and its handle: keeps the commands that it gets."""

    def __init__(self) -> None:
        self.shapes = SHAPES
        self.table = ADDRESSES
        self.engine = self
        self.backlog = self.scheduled = 0
        self.commands: list[Command] = []

    def post(self, *commands: Command, **_: Any) -> None:
        """Keep the commands; the same arguments as ``Engine.post``."""
        self.commands += commands


class Judge:
    """Tries inputs and keeps count.

    Attributes:
        outcomes: what became of packets, messages and streams.
        failures: input and error, the first of each kind.
        slowest: (seconds, input), a heap of the slowest.
    """

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.failures: dict[str, tuple[bytes, str]] = {}
        self.slowest: list[tuple[float, bytes]] = []
        self._inputs = 0
        self._engine = FakeEngine()

    def consider(self, data: bytes) -> None:
        """Try one input and never raise."""
        begin = time.thread_time()
        try:
            self.hear(data)
            self.frame(data)
        except Exception as error:  # noqa: BLE001 - exactly what we are looking for
            self.outcomes["FAILED"] += 1
            where = f"{type(error).__name__}: {error}"
            self.failures.setdefault(where[:80], (data, where))
        entry = (time.thread_time() - begin, data)
        if len(self.slowest) < WORST:
            heapq.heappush(self.slowest, entry)
        elif entry > self.slowest[0]:
            heapq.heapreplace(self.slowest, entry)

    def hear(self, data: bytes) -> None:
        """Handle a packet, and check its commands and answers; raises ``WrongError``."""
        if self._inputs % _ONE_DESK == 0:
            self._dispatcher = self._new_dispatcher()
        self._inputs += 1
        counts = self._dispatcher.counts
        refused, messages = counts.packets_refused, counts.messages_refused
        self._engine.commands.clear()
        answers = self._dispatcher.handle(data, PEER, self._inputs / 100)
        self.outcomes[f"packets {'refused' if counts.packets_refused > refused else 'read'}"] += 1
        self.outcomes["messages refused"] += counts.messages_refused - messages
        self.outcomes["commands"] += len(self._engine.commands)
        self.outcomes["answers"] += len(answers)
        for answer, peer in answers:
            (read,) = packets.read(answer)
            if len(answer) > MAX_BYTES or peer[0] != PEER.host or peer[2] != PEER.transport:
                raise WrongError(f"answer {read} to {peer}")
        for command in self._engine.commands[:_READ_BACK]:
            again = ADDRESSES.restore(json.loads(json.dumps(command.message())), "b", SHAPES)
            if again != command:
                sent, read_back = ((c.address, c.values) for c in (command, again))
                raise WrongError(f"{sent} reads back as {read_back}")

    def frame(self, data: bytes) -> None:
        """The same bytes as a TCP stream in two pieces, which must be what they are in one."""
        middle = len(data) // 2
        found = [_framed([data]), _framed([data[:middle], data[middle:]])]
        if found[0] != found[1]:
            raise WrongError("a stream that depends on how it is cut")
        self.outcomes[f"streams {'refused' if found[0][1] else 'read'}"] += 1

    def report(self) -> Iterator[str]:
        """The results, as lines."""
        for outcome, count in sorted(self.outcomes.items()):
            yield f"  - {outcome}: {count:,}"
        slowest = max(self.slowest, default=(0.0, b""))
        yield f"  - slowest: {slowest[0] * 1000:.2f} ms ({len(slowest[1])} bytes)"
        for data, error in self.failures.values():
            yield f"FAILED {error}\n  {data.hex()}"

    def _new_dispatcher(self) -> Dispatcher:
        def work(task: Any) -> None:
            self._engine.commands.append(task.command)

        def later(data: bytes, peer: Peer) -> None:
            raise WrongError("the engine never answers here")

        engine: Any = self._engine  # it renders nothing, but has all that the dispatcher uses
        addressees, subscribers = Addressees(), Subscribers()
        requests = Requests(
            addressees,
            subscribers,
            lambda: ["level", -3.5],
            quit=lambda: None,
            beginnings=ADDRESSES.beginnings,
        )
        clients = Clients(AllowList(), addressees, subscribers)
        return Dispatcher(engine, requests, clients, work, later, due=lambda when: when)


def _framed(pieces: list[bytes]) -> tuple[list[bytes], str]:
    frames, found = Deframer(), []
    try:
        for piece in pieces:
            for packet in frames.feed(piece):
                found.append(packet)
    except PacketError as error:
        return found, error.what
    return found, ""
