"""Services: what a process beside the daemon does for the daemon's clients, such as MIDI.

The process takes a service on with ``/service``, over TCP, with a token that only the processes of
this start are given. Then each command of a row of that service is sent to it as ``/service/ask
NUMBER ADDRESS …``; with ``/service/reply NUMBER ADDRESS …`` it answers the one who sent the
command, until it says ``/done`` or ``/fail``. All of it happens on the receiving thread.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value, Values
from musicvae.live.commands.arguments import Arguments, RefusedError
from musicvae.live.commands.wanted import TEXT, Reader, Wanted, floats
from musicvae.live.network.peers import Peer

#: Questions to a service that wait; for one more, the oldest is answered no longer.
MAX_OPEN = 64
#: What starts each service.
_STARTED_BY = {"midi": "--midi"}


class Services:
    """Which process does which service, and who waits for an answer.

    Args:
        send: sends a message, given as address and values, to a peer.

    Attributes:
        token: what a process must know to take on a service.
    """

    def __init__(self, send: Callable[..., None] = lambda *_: None) -> None:
        self.token = secrets.token_urlsafe(16)
        self._send = send
        self._servants: dict[str, Peer] = {}
        self._open: dict[int, Peer] = {}  # in the order of asking
        self._numbers = itertools.count(1)

    def take_on(self, command: Command, sender: Peer) -> None:
        """Let the sender do a service.

        Raises:
            RefusedError: it does not know the token, or may go unnoticed.
        """
        service, token = command.text, str(command.values[1])
        if sender.transport != "tcp" or not secrets.compare_digest(
            token.encode(), self.token.encode()
        ):
            raise RefusedError("is for the processes of musicvae live alone")
        self._servants[service] = sender

    def gone(self, peer: Peer) -> None:
        """Note that a connection has ended."""
        for service in [name for name, servant in self._servants.items() if servant == peer]:
            del self._servants[service]
        for number in [number for number, asking in self._open.items() if asking == peer]:
            del self._open[number]

    def ask(self, service: str, command: Command, sender: Peer) -> list[tuple[Any, ...]]:
        """Pass a command on; returns what is answered at once."""
        servant = self._servants.get(service)
        if servant is None:
            reason = f"nothing does this here: start musicvae live with {_STARTED_BY[service]}"
            return [("/fail", command.address, reason)]
        while len(self._open) >= MAX_OPEN:
            del self._open[next(iter(self._open))]
        number = next(self._numbers) % 2**31
        self._open[number] = sender
        self._send(servant, "/service/ask", number, command.address, *command.values)
        return []

    def reply(self, command: Command, sender: Peer) -> None:
        """Pass an answer on to the one who asked, if that one is known and there.

        Raises:
            RefusedError: the sender does no service.
        """
        if sender not in self._servants.values():
            raise RefusedError("is for the processes of musicvae live alone")
        number, address, *values = command.values
        asking = self._open.get(int(number))
        if asking is None:
            return
        if address in ("/done", "/fail"):
            del self._open[int(number)]
        self._send(asking, str(address), *values)


def _read_reply(a: Arguments) -> Values:
    if len(a.values) < 2:
        raise RefusedError("wants a number, an address and its values")
    number = Arguments(a.values[:1]).whole(0, 2**31 - 1)
    address = Arguments(a.values[1:2]).word()
    values: list[Value] = [one for one in a.values[2:] if isinstance(one, int | float | str)]
    return (number, address, *values)


def _read_learn(a: Arguments) -> Values:
    if not a.values:
        return ()
    if len(a.values) not in (1, 3):
        raise RefusedError("wants an address, and perhaps the values at both ends")
    address = Arguments(a.values[:1]).word()
    return (address, *(a.rest(1).numbers(2, 2, -1e6, 1e6) if a.rest(1).values else ()))


def _read_save(a: Arguments) -> Values:
    if len(a.values) not in (1, 2):
        raise RefusedError("wants a name, and perhaps 'model'")
    words = a.words(len(a.values))
    if words[1:] not in ((), ("model",)):
        raise RefusedError("wants 'model' or nothing after the name")
    return words


# ``owner`` is ``Requests``, which is above; it has the services.
_row = partial(Address, by_pattern=False)
_midi = partial(
    _row,
    request=lambda requests, command, sender, now: requests.services.ask("midi", command, sender),
    question=True,
)


def _take_on(requests: Any, command: Command, sender: Peer, now: float) -> list[Any]:
    requests.services.take_on(command, sender)
    return [("/done", "/service", command.text)]


def _reply(requests: Any, command: Command, sender: Peer, now: float) -> list[Any]:
    requests.services.reply(command, sender)
    return []


SERVICE_ADDRESSES = (
    _row(
        "/service",
        "s s",
        "A process of `musicvae live` takes on a service, with the token that it was given.",
        Reader(lambda a: a.words(2), (TEXT, TEXT)),
        request=_take_on,
        question=True,
    ),
    _row(
        "/service/reply",
        "i, s, values",
        "Its answer to `/service/ask`, for the client who asked.",
        Reader(_read_reply, (Wanted("i", 0, 2**31 - 1), TEXT)),
        request=_reply,
    ),
)
MIDI_ADDRESSES = (
    _midi(
        "/midi/learn",
        "none, s, or s f f",
        "Bind the next control that moves to this address, perhaps with the values at its two "
        "ends; answers `/done /midi/learn ADDRESS CONTROL` then, or `/fail`. Without an address: "
        "end learning.",
        Reader(_read_learn, (TEXT, *floats(-1e6, 1e6, 2))),
    ),
    _midi(
        "/midi/forget",
        "none, or s",
        "Unbind an address, or all.",
        readers.optional_word,
    ),
    _midi(
        "/midi/list",
        "ignored",
        "Answers `/midi/list.reply` for each binding, then `/done` with their number and the port.",
        readers.nothing,
    ),
    _midi(
        "/midi/save",
        "s, or s `model`",
        "Save the mapping under this name, or for the model of deck a alone; `default` is loaded "
        "by itself.",
        Reader(_read_save, (TEXT, Wanted("s", words=("model",)))),
    ),
    _midi(
        "/midi/load",
        "s",
        "Load a mapping; `/midi/error.reply` names each row that is wrong, and the others count.",
        readers.word(),
    ),
)
