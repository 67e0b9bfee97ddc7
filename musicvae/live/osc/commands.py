"""The OSC address space as a table of typed commands. Pure: no sockets, no engine, no clock.

``parse`` turns a message into commands or into a refusal with its reason; ``ADDRESSES`` is the
table itself, from which ``musicvae.live.osc.reference`` writes ``docs/osc.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from musicvae.live.osc.arguments import Arguments, RefusedError
from musicvae.live.osc.packets import Message
from musicvae.live.osc.patterns import Pattern, PatternError, is_pattern

#: Decks that can be addressed as ``/deck/<name>/...``; without a prefix the first is meant.
DECKS = ("a",)

GAIN_RANGE = (-96.0, 12.0)
#: Standardised latents lie within a few units of 0; far beyond, decoders overflow.
LATENT_RANGE = (-1000.0, 1000.0)
DEFAULT_REPLY_PORT = 7701


@dataclass(frozen=True)
class Command:
    """What a message asks for."""


@dataclass(frozen=True)
class DeckCommand(Command):
    """A command to one deck."""

    deck: str


@dataclass(frozen=True)
class Latent(DeckCommand):
    """Set the first ``len(values)`` latents."""

    values: tuple[float, ...]


@dataclass(frozen=True)
class LatentAt(DeckCommand):
    """Set one latent."""

    index: int
    value: float


@dataclass(frozen=True)
class Gain(DeckCommand):
    """Glide to a gain in dB."""

    db: float


@dataclass(frozen=True)
class Play(DeckCommand):
    """Fade in and go on, or fade out and pause."""

    on: bool


@dataclass(frozen=True)
class Panic(DeckCommand):
    """Fade to silence at once, stop, and forget buffers and latents."""


@dataclass(frozen=True)
class Ping(Command):
    """Answer ``/pong``, with the same number where one was given."""

    token: int | None


@dataclass(frozen=True)
class Status(Command):
    """Answer ``/status.reply``."""


@dataclass(frozen=True)
class ReplyPort(Command):
    """Answer this sender at another UDP port of its host."""

    port: int


@dataclass(frozen=True)
class Version(Command):
    """Answer ``/version.reply``."""


@dataclass(frozen=True)
class Quit(Command):
    """Fade out and end the daemon."""


@dataclass(frozen=True)
class Refusal:
    """A message that was well-formed but asks for nothing that can be done.

    Attributes:
        address: as it was sent.
        reason: a short sentence.
    """

    address: str
    reason: str


@dataclass(frozen=True)
class Address:
    """One line of the address space.

    Attributes:
        path: ``<i>`` stands for the number of a latent.
        arguments: OSC types and what they mean, for people.
        doc: one line, for people.
        build: makes the command from the arguments; raises ``RefusedError``.
        deck: whether it may follow ``/deck/<name>``.
        by_pattern: whether an address pattern may stand for it.
    """

    path: str
    arguments: str
    doc: str
    build: Callable[[Arguments], Command]
    deck: bool = False
    by_pattern: bool = True


ADDRESSES = (
    Address(
        "/latent",
        "f × 1..D",
        "Set the latents; fewer than D values set the first ones and leave the rest.",
        lambda a: Latent(a.deck, a.numbers(a.latent_dim, *LATENT_RANGE)),
        deck=True,
    ),
    Address(
        "/latent/<i>",
        "f",
        "Set latent number i, counted from 0.",
        lambda a: LatentAt(a.deck, a.index, a.number(*LATENT_RANGE)),
        deck=True,
    ),
    Address(
        "/gain",
        "f, in dB, -96 to 12",
        "Glide to this gain; -96 is silence.",
        lambda a: Gain(a.deck, a.number(*GAIN_RANGE)),
        deck=True,
    ),
    Address(
        "/play",
        "i, 0 or 1",
        "1 fades in and goes on where it stopped; 0 fades out and pauses.",
        lambda a: Play(a.deck, a.whole(0, 1) == 1),
        deck=True,
    ),
    Address(
        "/panic",
        "ignored",
        "Fade to silence at once, stop, and set all latents to 0; `/play 1` starts again.",
        lambda a: Panic(a.deck),
        deck=True,
    ),
    Address(
        "/ping",
        "none, or i",
        "Answers `/pong` with the same argument.",
        lambda a: Ping(a.whole(-(2**31), 2**31 - 1) if a.values else None),
    ),
    Address("/status", "ignored", "Answers `/status.reply`.", lambda a: Status()),
    Address(
        "/replyport",
        "none, or i, 1 to 65535",
        f"Answer this sender (its host and source port) at another port; {DEFAULT_REPLY_PORT} "
        "without an argument.",
        lambda a: ReplyPort(a.whole(1, 65535) if a.values else DEFAULT_REPLY_PORT),
    ),
    Address("/version", "ignored", "Answers `/version.reply`.", lambda a: Version()),
    Address(
        "/quit",
        "ignored",
        "Fade out and end. Only from this machine, and only with `--allow-quit`.",
        lambda a: Quit(),
        by_pattern=False,
    ),
)

_BY_PATH = {address.path: address for address in ADDRESSES}


def parse(message: Message, latent_dim: int) -> tuple[Command, ...] | Refusal:
    """The commands of one message, all of them or none.

    Args:
        message: its address may be a pattern, which can stand for several commands.
        latent_dim: D of the model that plays.

    Returns:
        At least one command, or the refusal.
    """
    try:
        if is_pattern(message.address):
            targets = list(_matching(message.address, latent_dim))
            if not targets:
                return Refusal(message.address, "the pattern matches no address")
        else:
            targets = [_named(message.address, latent_dim)]
        return tuple(
            address.build(Arguments(message.arguments, latent_dim, index, deck))
            for address, index, deck in targets
        )
    except (RefusedError, PatternError) as error:
        return Refusal(message.address, str(error))


def _named(address: str, latent_dim: int) -> tuple[Address, int, str]:
    path, deck, prefixed = address, DECKS[0], False
    if address.startswith("/deck/"):
        deck, _, rest = address.removeprefix("/deck/").partition("/")
        if deck not in DECKS:
            raise RefusedError(f"no such deck; there is {', '.join(DECKS)}")
        path, prefixed = f"/{rest}", True
    number = path.removeprefix("/latent/")
    if number != path and number.isascii() and number.isdigit() and len(number) < 10:
        if int(number) >= latent_dim:
            raise RefusedError(f"this model has latents 0 to {latent_dim - 1}")
        return _BY_PATH["/latent/<i>"], int(number), deck
    found = _BY_PATH.get(path)
    if found is None or "<" in path or (prefixed and not found.deck):
        raise RefusedError("unknown address")
    return found, 0, deck


def _matching(text: str, latent_dim: int) -> Iterator[tuple[Address, int, str]]:
    pattern = Pattern(text)
    for address in ADDRESSES:
        if not address.by_pattern:
            continue
        prefixes = [("", DECKS[0])]
        if address.deck:
            prefixes += [(f"/deck/{name}", name) for name in DECKS]
        for index in range(latent_dim if "<i>" in address.path else 1):
            path = address.path.replace("<i>", str(index))
            for prefix, deck in prefixes:
                if pattern.matches(prefix + path):
                    yield address, index, deck
