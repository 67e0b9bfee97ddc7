"""One datagram in, the answers out. Without sockets and clock, so that it can be fuzzed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import musicvae
from musicvae.errors import PacketError
from musicvae.live.osc import packets
from musicvae.live.osc.commands import (
    Command,
    Ping,
    Quit,
    Refusal,
    ReplyPort,
    Status,
    Version,
    parse,
)
from musicvae.live.osc.network import AllowList, is_loopback
from musicvae.live.osc.replies import Budget, Value, message
from musicvae.live.player import Player

#: Host and port of a sender.
Peer = tuple[str, int]
#: Bytes and whom to send them to.
Answer = tuple[bytes, Peer]

ERRORS_PER_SECOND = 5
#: Senders whose reply port is remembered; beyond, the oldest is forgotten.
MAX_REPLY_PORTS = 64


@dataclass
class Counts:
    """What has arrived so far.

    Attributes:
        packets_received: datagrams, all of them.
        packets_refused: those that were not well-formed, or came from a host that is not allowed.
        messages_refused: well-formed messages that asked for nothing that can be done.
        last_packet: when the last good one came, in seconds of the caller's clock.
    """

    packets_received: int = 0
    packets_refused: int = 0
    messages_refused: int = 0
    last_packet: float | None = None


class Desk:
    """Validates datagrams, hands commands on, and answers.

    Args:
        player: receives commands that concern the sound.
        latent_dim: D of the model.
        allowed: hosts; others are counted, never answered.
        status: gives the pairs of ``/status.reply``, flat.
        quit: called for ``/quit``; ``None`` forbids it.
    """

    def __init__(
        self,
        player: Player,
        latent_dim: int,
        allowed: AllowList,
        status: Callable[[], Iterable[Value]],
        quit: Callable[[], None] | None = None,
    ) -> None:
        self.counts = Counts()
        self._player = player
        self._latent_dim = latent_dim
        self._allowed = allowed
        self._status = status
        self._quit = quit
        self._ports: dict[Peer, int] = {}
        self._errors = Budget(ERRORS_PER_SECOND)

    def handle(self, data: bytes, sender: Peer, now: float) -> list[Answer]:
        """Act on one datagram.

        Args:
            data: as received.
            sender: where it came from; nobody else is ever answered.
            now: in seconds of any steady clock.

        Returns:
            What to send, and where to.
        """
        self.counts.packets_received += 1
        if sender[0] not in self._allowed:
            self.counts.packets_refused += 1
            return []
        try:
            messages = packets.read(data)
        except PacketError as error:
            self.counts.packets_refused += 1
            return self._refuse("packet", error.what, sender, now)
        commands: list[Command] = []
        answers: list[Answer] = []
        for asked in messages:
            result = parse(asked, self._latent_dim)
            if isinstance(result, Refusal):
                self.counts.messages_refused += 1
                answers += self._refuse(result.address, result.reason, sender, now)
            else:
                commands += result
        self._player.apply(commands)
        for command in commands:
            answers += self._answer(command, sender, now)
        self.counts.last_packet = now
        return answers

    def _answer(self, command: Command, sender: Peer, now: float) -> list[Answer]:
        match command:
            case Ping(token=token):
                return [self._to(sender, "/pong", *([] if token is None else [token]))]
            case Status():
                return [self._to(sender, "/status.reply", *self._status())]
            case Version():
                return [self._to(sender, "/version.reply", musicvae.__version__)]
            case ReplyPort(port=port):
                self._ports.pop(sender, None)
                self._ports[sender] = port
                if len(self._ports) > MAX_REPLY_PORTS:
                    del self._ports[next(iter(self._ports))]
            case Quit():
                if self._quit is None or not is_loopback(sender[0]):
                    self.counts.messages_refused += 1
                    reason = "only from this machine, and only with --allow-quit"
                    return self._refuse("/quit", reason, sender, now)
                self._quit()
        return []

    def _refuse(self, address: str, reason: str, sender: Peer, now: float) -> list[Answer]:
        if not self._errors.spend(now):
            return []
        return [self._to(sender, "/error", address, reason)]

    def _to(self, sender: Peer, address: str, *values: Value) -> Answer:
        return message(address, *values), (sender[0], self._ports.get(sender, sender[1]))
