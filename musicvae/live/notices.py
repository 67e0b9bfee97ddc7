"""Sends replies and messages to clients, and shows lines to people on the console."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import Peer
from musicvae.live.osc.replies import Value, message


class Notices:
    """Passes texts for people to the console: a lost sound card, a full disk. From any thread.

    Attributes:
        last: the newest text; empty before the first.
    """

    def __init__(self) -> None:
        self.last = ""
        self._show: Callable[[str], None] | None = None

    def show_with(self, show: Callable[[str], None] | None) -> None:
        """Pass each text to ``show`` from now on; ``None`` only keeps the newest."""
        self._show = show

    def say(self, text: str) -> None:
        """Show a text."""
        self.last = text
        if self._show is not None:
            self._show(text)


@dataclass(frozen=True)
class Announcer:
    """Sends OSC messages to clients, through the outbox. From any thread; nothing here waits.

    Attributes:
        outbox: outbox of the thread that owns the sockets.
        addressees: the port to which the replies of each client go.
        subscribers: the clients that sent ``/notify 1``.
        notices: where failures are shown to people.
    """

    outbox: Outbox
    addressees: Addressees
    subscribers: Subscribers
    notices: Notices

    def reply(self, peer: Peer, address: str, *values: Value) -> None:
        """Send a message to one client."""
        self.outbox.put(message(address, *values), self.addressees.of(peer))

    def tell(self, address: str, *values: Value) -> None:
        """Send a message to all subscribers; a ``/fail`` is also shown to people."""
        if address == "/fail":
            self.notices.say(": ".join(map(str, values)))
        for peer in self.subscribers.current(time.monotonic()):
            self.reply(peer, address, *values)

    def output_changed(self, state: str) -> None:
        """Tell people and subscribers that the sound card was lost, or is back."""
        self.notices.say(f"sound: {state}")
        self.tell("/output", state)
