"""The address table: finds the row of an OSC address and parses messages into commands.

This module uses no sockets, engine or clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from musicvae.live.commands.address import DECK_NAMES, Address, Command, Morph, Target, Values
from musicvae.live.commands.arguments import Arguments, NoModelError, RefusedError, Shape
from musicvae.live.osc.packets import Argument, Message
from musicvae.live.osc.patterns import Pattern, PatternError, is_pattern

#: The shape of each deck's model, by the name of the deck. No other decks can be addressed.
Shapes = Mapping[str, Shape]

_NO_SHAPE = Shape()
#: Patterns whose addresses are remembered: a fader sends the same one again and again.
_MOST_REMEMBERED = 64


class Refusal(NamedTuple):
    """The answer to a well-formed message that cannot be carried out.

    Attributes:
        address: as it was sent.
        reason: a short sentence.
    """

    address: str
    reason: str


class _Meant(NamedTuple):
    """The meaning of an address: its row, its deck or ``""``, and the number or name in it."""

    row: Address
    deck: str
    key: str


class AddressTable:
    """All rows of an address space, in the order of the documentation.

    Args:
        rows: each with a path of its own.

    Attributes:
        rows: all of them.
        described: rows that can be asked for with ``/get``.
        kept: rows that presets keep, in the order in which their messages are applied.
    """

    def __init__(self, rows: Iterable[Address]) -> None:
        self.rows = tuple(rows)
        self.described = tuple(row for row in self.rows if row.describe is not None)
        kept = (row for row in self.described if row.kept)
        self.kept = tuple(sorted(kept, key=lambda row: row.order))
        self._by_path = {row.path: row for row in self.rows}
        #: The addresses that patterns match as long as the decks have these shapes.
        self._remembered: tuple[list[Shape], dict[str, tuple[_Meant, ...]]] = ([], {})
        #: Rows whose last part is a number or a name, by the part before it; longest first.
        self._keyed = sorted(
            ((row.stem, row) for row in self.rows if row.stem), key=lambda pair: -len(pair[0])
        )

    def __iter__(self) -> Iterator[Address]:
        return iter(self.rows)

    def command(self, path: str, deck: str = "", key: str = "", values: Values = ()) -> Command:
        """A command whose values are not checked, since they are the daemon's own.

        Raises:
            KeyError: no row has this path.
        """
        return Command(self._by_path[path], deck, key, values)

    def parse(self, message: Message, shapes: Shapes) -> tuple[Command, ...] | Refusal:
        """The commands of one message: all of them, or none if one of them is refused.

        Args:
            message: its address may be a pattern, which may match several addresses. Those of decks
                without a model are left out, where there are others.
            shapes: shapes of each deck.

        Returns:
            One or more commands, or the refusal.
        """
        try:
            if not is_pattern(message.address):
                meant = self._find(message.address, shapes)
                return (_sent(meant, message.arguments, shapes),)
            found = self._expanded(message.address, shapes)
            if not found:
                return Refusal(message.address, "the pattern matches no address")
            return _on_decks_with_models(found, message.arguments, shapes)
        except (RefusedError, PatternError) as error:
            return Refusal(message.address, str(error))

    def restore(self, message: Sequence[object], deck: str, shapes: Shapes) -> Command:
        """The command of a stored message, as :meth:`Command.message` writes it.

        Args:
            message: address and arguments, from a file that is not trusted.
            deck: used if the address has no ``/deck/...``.
            shapes: shapes of each deck.

        Raises:
            RefusedError: it is not such a message; says why.
        """
        if not message or not isinstance(message[0], str):
            raise RefusedError("wants an address and its arguments")
        if not all(isinstance(value, int | float | str) for value in message[1:]):
            raise RefusedError("wants numbers and texts")
        meant = self._find(message[0], shapes, internal=True)
        if meant.row.deck and not message[0].startswith("/deck/"):
            meant = meant._replace(deck=deck)
        values: tuple[Argument, ...] = tuple(message[1:])  # type: ignore[arg-type]
        return _command(meant, values, shapes)

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The first parts of all addresses, such as ``"latent"``, which no alias may hide.

        Those that are aliases themselves, because other programs send them, may be hidden.
        """
        ours = (row.path.split("/")[1] for row in self.rows if row.alias is None)
        return frozenset(["deck", *ours])

    def row_of(self, address: str) -> Address | None:
        """The row of an address with or without a deck; ``None`` if the address is unknown."""
        return self._local(split_deck(address)[1])[0]

    def morph_of(self, address: str) -> Morph:
        """The morph rule of an address; linear if the address is unknown."""
        row = self.row_of(address)
        return Morph.LINEAR if row is None else row.morph

    def _local(self, address: str) -> tuple[Address | None, str]:
        """The row of an address without a deck, and its key."""
        found = None if "<" in address else self._by_path.get(address)
        return (found, "") if found is not None else self._with_key(address)

    def _find(self, address: str, decks: Collection[str], internal: bool = False) -> _Meant:
        deck, local = split_deck(address)
        if local != address and deck not in decks:
            raise RefusedError(unknown_deck(decks))
        row, key = self._local(local)
        if row is None or (local != address and not row.deck):
            raise RefusedError("unknown address")
        if row.internal and not internal:
            raise RefusedError("is written by the daemon alone")
        return _Meant(row, deck if row.deck else "", key)

    def _with_key(self, local: str) -> tuple[Address | None, str]:
        for stem, row in self._keyed:
            key = local.removeprefix(stem)
            if key == local or not key:
                continue
            if not row.numbered or (key.isascii() and key.isdigit() and len(key) < 7):
                return row, str(int(key)) if row.numbered else key
        return None, ""

    def _expanded(self, text: str, shapes: Shapes) -> tuple[_Meant, ...]:
        """The addresses that a pattern matches, remembered until a deck's shape changes."""
        now = [*shapes.values()]
        before, known = self._remembered
        if len(known) >= _MOST_REMEMBERED or list(map(id, now)) != list(map(id, before)):
            known = {}
            self._remembered = (now, known)
        found = known.get(text)
        if found is None:
            found = known[text] = tuple(self._matching(text, shapes))
        return found

    def _matching(self, text: str, shapes: Shapes) -> Iterator[_Meant]:
        """The addresses that a pattern matches.

        ``/latent/*`` matches all latents, but not ``/latent/scale`` and the other words there: a
        pattern that matches numbers matches no words in the same place.
        """
        pattern = Pattern(text)
        numbered: set[str] = set()  # places where the pattern matches numbers
        for row in self.rows:
            if not row.by_pattern:
                continue
            prefixes = [("", DECK_NAMES[0])]
            if row.deck:
                prefixes += [(f"/deck/{name}", name) for name in shapes]
            for prefix, deck in prefixes:
                place = prefix + row.path[: row.path.rindex("/") + 1]
                if place in numbered:
                    continue
                if row.stem and not pattern.begins(prefix + row.stem):
                    continue  # saves trying its many latents one by one
                if row.numbered and pattern.matches(f"{place}0"):
                    numbered.add(place)  # even if no model plays there
                if not row.stem:
                    if pattern.matches(prefix + row.path):
                        yield _Meant(row, deck if row.deck else "", "")
                    continue
                for key in row.valid_keys(shapes.get(deck, _NO_SHAPE)):
                    if "/" not in key and pattern.ends(key):
                        if row.numbered:
                            numbered.add(place)
                        yield _Meant(row, deck if row.deck else "", key)


def unknown_deck(decks: Collection[str]) -> str:
    """The reason that is sent for ``/deck/<name>/...`` with a name that none of these has."""
    return f"no such deck; there {'is' if len(decks) == 1 else 'are'} {', '.join(decks)}"


def split_deck(address: str) -> tuple[str, str]:
    """The deck of an address, and the address without it: ``/deck/b/gain`` is ``b``, ``/gain``.

    An address without a deck is for the first one.
    """
    if not address.startswith("/deck/"):
        return DECK_NAMES[0], address
    deck, _, rest = address.removeprefix("/deck/").partition("/")
    return deck, f"/{rest}"


def _command(meant: _Meant, values: tuple[Argument, ...], shapes: Shapes) -> Command:
    row, deck, key = meant
    shape = shapes.get(deck, _NO_SHAPE)
    if row.stem:
        row.check_key(key, shape)
    if row.alias is not None:  # /chan3 is /latent/2
        row, shift = row.alias
        key = str(int(key) - shift) if key else ""
    return Command(row, deck, key, row.read(Arguments(values, shape, key)))


def _sent(meant: _Meant, values: tuple[Argument, ...], shapes: Shapes) -> Command:
    """The command of a message that a client sent."""
    row, deck, _ = meant
    settings = row.target in (Target.CONTROLS, Target.SOURCE) and not row.is_job
    if settings and not shapes.get(deck, _NO_SHAPE).latent_dim:
        raise NoModelError  # it would set nothing
    return _command(meant, values, shapes)


def _on_decks_with_models(
    found: Iterable[_Meant], values: tuple[Argument, ...], shapes: Shapes
) -> tuple[Command, ...]:
    """The commands of what a pattern matched.

    Raises:
        RefusedError: one of them is refused, or no deck of these has a model, which they need.
    """
    commands, missing = [], None
    for meant in found:
        try:
            commands.append(_sent(meant, values, shapes))
        except NoModelError as error:
            missing = error
    if missing is not None and not commands:
        raise missing
    return tuple(commands)
