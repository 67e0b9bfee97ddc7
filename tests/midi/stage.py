"""A conversation without a port and a daemon: bytes in, messages out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.live.table import ADDRESSES
from musicvae.midi.conversation import Conversation
from musicvae.midi.storing import Mappings
from tests.beside.told import load

SPACE = "0123456789abcdef"


class Stage:
    """A conversation whose packets and lines are kept, and whose clock the test moves.

    Attributes:
        sent: the messages for the daemon, each address with its arguments.
        said: the lines for people.
    """

    def __init__(self, folder: Path) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.said: list[str] = []
        self.port = "knobs"
        self._later: list[Callable[[], None]] = []
        self.talk = Conversation(
            ADDRESSES,
            self._send,
            Mappings(folder / "presets", ADDRESSES),
            self.said.append,
            lambda seconds, act: self._later.append(act),
            lambda: self.port,
        )
        load(self.talk._mirror, "a", "jazz", 4, "loudness", SPACE)
        load(self.talk._mirror, "b", "metal", 2)
        self.sent.clear()

    def _send(self, packet: bytes) -> bool:
        self.sent += [(one.address, *one.arguments) for one in packets.read(packet)]
        return True

    def play(self, data: str) -> list[tuple[Any, ...]]:
        """What these bytes make it send."""
        self.sent.clear()
        self.talk.feed(bytes.fromhex(data))
        return [*self.sent]

    def wait(self) -> None:
        """Let everything happen that was to happen later."""
        while self._later:
            self.wait_once()

    def wait_once(self) -> None:
        """Let the first of it happen."""
        self._later.pop(0)()

    def say(self, address: str, *values: Any) -> None:
        """What the daemon says."""
        self.talk.hear(message(address, *values))

    def ask(self, address: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a client is answered to a question, with number 5."""
        self.sent.clear()
        self.say("/service/ask", 5, address, *values)
        return self.answers()

    def answers(self) -> list[tuple[Any, ...]]:
        """The answers so far."""
        return [one[2:] for one in self.sent if one[:2] == ("/service/reply", 5)]
