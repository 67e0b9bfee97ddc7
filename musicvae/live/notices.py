"""Sends replies and messages to clients, and shows lines to people on the console."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import Peer
from musicvae.live.osc.replies import Value, message
from musicvae.live.refusals import Refusals
from musicvae.text import printable

#: Texts that are kept for whoever shows them.
_UNSHOWN = 16


class Notices:
    """Passes texts for people to the console: a lost sound card, a full disk. From any thread.

    Attributes:
        last: the newest text; empty before the first.
    """

    def __init__(self) -> None:
        self.last = ""
        self._unshown: deque[str] = deque(maxlen=_UNSHOWN)
        self._show: Callable[[str], None] | None = None

    def show_with(self, show: Callable[[str], None] | None) -> None:
        """Pass each text to ``show`` from now on, also what was said before anybody showed it.

        ``None`` only keeps the newest.
        """
        self._show = show
        while show is not None and self._unshown:
            self.say(self._unshown.popleft())

    def say(self, text: str) -> None:
        """Show a text, made printable; a failure to show it concerns nobody else.

        Raises nothing.
        """
        self.last = text = printable(text)
        if self._show is None:
            self._unshown.append(text)
            return
        with suppress(Exception):
            self._show(text)

    def insist(self, text: str) -> None:
        """Show a text that must not be lost: on standard error, where nobody shows it."""
        if self._show is not None:
            self.say(text)
            return
        self.last = text = printable(text)
        with suppress(Exception):
            sys.stderr.write(f"musicvae: {text}\n")


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

    @cached_property
    def refusals(self) -> Refusals:
        """What was refused, which people are shown as well."""
        return Refusals(self.notices.say)

    def reply(self, peer: Peer, address: str, *values: Value) -> None:
        """Send a message to one client."""
        self.outbox.put(message(address, *values), self.addressees.of(peer))

    def answer(self, peer: Peer, address: str, *values: Value) -> None:
        """Send the result of a job to who asked for it; people are shown a failure, too."""
        self.reply(peer, address, *values)
        if address == "/fail":
            self.refusals.note(str(values[0]), ": ".join(map(str, values[1:])))

    def tell(self, address: str, *values: Value) -> None:
        """Send a message to all subscribers; ``/fail`` and ``/error`` are then shown to people."""
        for peer in self.subscribers.current(time.monotonic()):
            self.reply(peer, address, *values)
        if address in ("/fail", "/error"):
            self.notices.say(": ".join(map(str, values)))

    def output_changed(self, state: str) -> None:
        """Tell people and subscribers that the sound card was lost, or is back."""
        self.tell("/output", state)
        self.notices.say(f"sound: {state}")

    def input_changed(self, state: str) -> None:
        """Tell people and subscribers that the microphone was lost, or is back."""
        self.tell("/input", state)
        self.notices.say(f"input: {state}")


class Troubles:
    """Tells subscribers and people what went wrong in the daemon itself, at most once a second.

    Args:
        tell: sends a message to the subscribers.
        problems: the newest trouble of each part of the daemon, always in the same order; empty
            for none.
    """

    #: Seconds between two messages.
    EVERY = 1.0

    def __init__(
        self, tell: Callable[..., None], problems: Callable[[], Iterable[str]] = lambda: ()
    ) -> None:
        self._tell = tell
        self._problems = problems
        self._told: dict[int, str] = {}
        self._last = float("-inf")

    def tell(self, now: float) -> None:
        """Tell what is new.

        Args:
            now: time in seconds of any monotonic clock; infinity tells all of it at once.
        """
        for part, problem in enumerate(self._problems()):
            if problem == self._told.get(part, "") or now - self._last < self.EVERY:
                continue
            self._told[part], self._last = problem, now
            if problem:
                self._tell("/error", "musicvae", problem)
