"""Requests that the receiving thread answers immediately, such as ``/ping`` and ``/status``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value, Values
from musicvae.live.commands.arguments import Arguments, RefusedError
from musicvae.live.commands.wanted import TEXT, Reader, Wanted
from musicvae.live.network.clients import MAX_SUBSCRIBERS, Addressees, Subscribers
from musicvae.live.network.peers import Peer, is_loopback
from musicvae.live.network.sockets import is_free
from musicvae.live.osc.aliases import MAX_ALIASES, Aliases
from musicvae.live.osc.patterns import is_pattern
from musicvae.live.services import Services
from musicvae.version import __version__

DEFAULT_REPLY_PORT = 7701

#: An address and its values, for the sender of the request.
Reply = tuple[str, *tuple[Value, ...]]


class Requests:
    """Answers requests; no method blocks.

    Args:
        addressees: where the replies to each sender go.
        subscribers: subscribers of ``/notify``.
        status: gives the values of ``/status.reply``: name, value, name, value and so on.
        quit: called for ``/quit``; ``None`` refuses it.
        beginnings: first parts of addresses that no alias may hide.
        watchers: those who sent ``/watch 1``.
        onlookers: those who sent ``/spectrum 1``.
        services: what other processes do.

    Attributes:
        aliases: set by ``/alias``.
        services: as given.
    """

    def __init__(
        self,
        addressees: Addressees,
        subscribers: Subscribers,
        status: Callable[[], list[Value]],
        quit: Callable[[], None] | None = None,
        beginnings: Collection[str] = (),
        watchers: Subscribers | None = None,
        onlookers: Subscribers | None = None,
        services: Services | None = None,
    ) -> None:
        self.aliases = Aliases()
        self.services = Services() if services is None else services
        self._beginnings = beginnings
        self._addressees = addressees
        self._subscribers = subscribers
        self._status = status
        self._quit = quit
        self._watchers = Subscribers() if watchers is None else watchers
        self._onlookers = Subscribers() if onlookers is None else onlookers

    def ping(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """Answer with the same argument."""
        return [("/pong", *command.values)]

    def status(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """Answer with all fields of the status."""
        return [("/status.reply", *self._status())]

    def version(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """Answer with the version of musicvae."""
        return [("/version.reply", __version__)]

    def notify(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """Subscribe the sender, or unsubscribe it."""
        return self._subscribe(self._subscribers, command, sender, now)

    def spectrum(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """Tell the sender the spectrum from now on, or no longer."""
        return self._subscribe(self._onlookers, command, sender, now)

    def _subscribe(
        self, subscribers: Subscribers, command: Command, sender: Peer, now: float
    ) -> list[Reply]:
        if not command.on:
            subscribers.remove(sender)
        elif not subscribers.add(sender, now, self._has_gone):
            return [("/fail", command.address, f"there are {subscribers.most} subscribers already")]
        return [("/done", command.address, int(command.on))]

    def watch(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """Tell the sender what changes, or no longer.

        Raises:
            RefusedError: it sent over UDP: nothing would tell us that it has gone.
        """
        if sender.transport != "tcp":
            raise RefusedError("only over TCP")
        if not command.on:
            self._watchers.remove(sender)
        elif not self._watchers.add(sender, now):
            return [("/fail", "/watch", f"there are {self._watchers.most} watchers already")]
        return [("/done", "/watch", int(command.on))]

    def _has_gone(self, subscriber: Peer) -> bool:
        """Whether surely nobody hears a subscriber's messages; of one elsewhere silence tells."""
        if subscriber.transport == "tcp" or not is_loopback(subscriber.host):
            return False
        return is_free(*self._addressees.of(subscriber)[:2])

    def reply_port(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """Send the replies to this sender to another port from now on."""
        self._addressees.choose(sender, int(command.number))
        return []

    def alias(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """Make one address an alias of another one.

        Raises:
            RefusedError: it would hide an address of ours, or there are too many.
        """
        name, target = command.text, str(command.values[1])
        if name.split("/")[1] in self._beginnings:
            raise RefusedError(f"an alias cannot hide what begins with /{name.split('/')[1]}")
        if not self.aliases.set(name, target):
            raise RefusedError(f"there are {MAX_ALIASES} aliases already")
        return []

    def remembered(self) -> dict[str, list[list[Any]]]:
        """What clients asked for that outlives this process, as lists for JSON.

        ``alias`` has names and targets, ``notify`` and ``spectrum`` hosts and ports of those who
        subscribed over UDP, ``replyport`` those and the ports that they chose.
        """
        subscribed = {"notify": self._subscribers, "spectrum": self._onlookers}
        known = {name: these.over_udp() for name, these in subscribed.items()}
        return {
            "alias": self.aliases.pairs(),
            **{name: [[*peer[:2]] for peer in peers] for name, peers in known.items()},
            "replyport": [[*peer[:2], port] for peer, port in self._addressees.chosen()],
        }

    def remember(self, known: dict[str, list[list[Any]]], now: float) -> None:
        """Go on as a process before this one was asked to; see :meth:`remembered`."""
        for name, target in known.get("alias", ()):
            self.aliases.set(name, target)
        for host, port, chosen in known.get("replyport", ()):
            self._addressees.choose(Peer(host, port), chosen)
        subscribed = {"notify": self._subscribers, "spectrum": self._onlookers}
        for name, subscribers in subscribed.items():
            for host, port in known.get(name, ()):
                subscribers.add(Peer(host, port), now)

    def quit(self, command: Command, sender: Peer, now: float) -> list[Reply]:
        """End the daemon.

        Raises:
            RefusedError: it is not allowed, or the sender is another machine.
        """
        if self._quit is None or not is_loopback(sender.host):
            raise RefusedError("only from this machine, and only with --allow-quit")
        self._quit()
        return []


def _read_alias(a: Arguments) -> Values:
    names = a.words(2)
    if not all(name.startswith("/") for name in names):
        raise RefusedError("wants two addresses")
    if is_pattern(names[0]):
        raise RefusedError("an alias is no pattern")
    return names


_row = partial(Address, owner=Requests)

ALIAS = _row(
    "/alias",
    "s s",
    "Make the first address mean the second, alone or at the beginning of a longer address. The "
    "first may not begin like one of these; the same twice ends it.",
    Reader(_read_alias, (TEXT, TEXT)),
    request=Requests.alias,
    by_pattern=False,
)
STATUS = _row(
    "/status",
    "ignored",
    "Answers `/status.reply`.",
    readers.nothing,
    request=Requests.status,
    question=True,
)
NOTIFY = _row(
    "/notify",
    "i, 0 or 1",
    "1 sends `/status.reply` and `/peak` unasked, 10 a second at most. Fails where there are "
    f"{MAX_SUBSCRIBERS} subscribers.",
    readers.switch,
    request=Requests.notify,
    question=True,
)
WATCH = _row(
    "/watch",
    "i, 0 or 1",
    "1 sends `/get.reply` for each value that changes, whoever changes it, and `/sounding`, 20 a "
    "second at most; at first for all values. Only over TCP.",
    readers.switch,
    request=Requests.watch,
    question=True,
    by_pattern=False,
)
SPECTRUM = _row(
    "/spectrum",
    "i, 0 or 1",
    "1 sends `/spectrum.reply`, the spectrum of what sounds, 20 times a second; 0 ends that. "
    "Over UDP from another machine, ask again at least once a minute.",
    readers.switch,
    request=Requests.spectrum,
    question=True,
    by_pattern=False,
)
REPLY_PORT = _row(
    "/replyport",
    "none, or i, 1 to 65535",
    f"Answer this sender (its host and source port) at another port; {DEFAULT_REPLY_PORT} "
    "without an argument.",
    Reader(
        lambda a: (a.whole(1, 65535) if a.values else DEFAULT_REPLY_PORT,),
        (Wanted("i", 1, 65535),),
    ),
    request=Requests.reply_port,
)
PING = _row(
    "/ping",
    "none, or i",
    "Answers `/pong` with the same argument.",
    Reader(
        lambda a: (a.whole(*readers.INT32),) if a.values else (),
        (Wanted("i", *readers.INT32),),
    ),
    request=Requests.ping,
    question=True,
)
VERSION = _row(
    "/version",
    "ignored",
    "Answers `/version.reply`.",
    readers.nothing,
    request=Requests.version,
    question=True,
)
QUIT = _row(
    "/quit",
    "ignored",
    "Fade out and end. Only from this machine, and only with `--allow-quit`.",
    readers.nothing,
    request=Requests.quit,
    by_pattern=False,
)
