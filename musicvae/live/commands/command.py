"""Messages -> typed commands, or a refusal with its reason. Pure: no sockets, engine or clock.

The address space itself is the table in :mod:`musicvae.live.commands.table`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from musicvae.live.commands.arguments import Arguments, RefusedError, Shape
from musicvae.live.commands.table import ADDRESSES, Address
from musicvae.live.osc.packets import Argument, Message
from musicvae.live.osc.patterns import Pattern, PatternError, is_pattern

#: Decks that can be addressed as ``/deck/<name>/...``; without a prefix the first is meant.
DECKS = ("a", "b")

#: What a command holds after its arguments were checked.
Value = float | int | str
Shapes = Mapping[str, Shape]

_BY_PATH = {address.path: address for address in ADDRESSES}
#: Whose last part is a number or a name, by what comes before it; longest first.
_KEYED = sorted(
    ((address.stem, address) for address in ADDRESSES if address.stem),
    key=lambda pair: -len(pair[0]),
)
_NO_SHAPE = Shape()


@dataclass(frozen=True, slots=True)
class Command:
    """What a message asks for, checked.

    Attributes:
        path: of the table, such as ``"/latent"`` or ``"/attr/<name>"``.
        deck: the deck it is for; empty where it concerns none.
        key: what ``<i>`` or ``<name>`` stood for.
        values: the arguments, converted.
    """

    path: str
    deck: str = ""
    key: str = ""
    values: tuple[Value, ...] = ()

    @property
    def address(self) -> str:
        """Where to send it: with the number or name filled in, and the deck before it."""
        stem, _, placeholder = self.path.partition("<")
        prefix = f"/deck/{self.deck}" if self.deck else ""
        return f"{prefix}{stem}{self.key}" if placeholder else f"{prefix}{self.path}"

    def message(self) -> list[Value]:
        """Address and arguments in one list, fit for JSON; see :func:`command_of`."""
        return [self.address, *self.values]


@dataclass(frozen=True)
class Refusal:
    """A message that was well-formed but asks for nothing that can be done.

    Attributes:
        address: as it was sent.
        reason: a short sentence.
    """

    address: str
    reason: str


def parse(message: Message, shapes: Shapes) -> tuple[Command, ...] | Refusal:
    """The commands of one message, all of them or none.

    Args:
        message: its address may be a pattern, which can stand for several commands.
        shapes: of each deck.

    Returns:
        At least one command, or the refusal.
    """
    try:
        if is_pattern(message.address):
            targets = list(_matching(message.address, shapes))
            if not targets:
                return Refusal(message.address, "the pattern matches no address")
        else:
            targets = [_named(message.address, shapes)]
        return tuple(
            _built(address, deck, key, message.arguments, shapes) for address, deck, key in targets
        )
    except (RefusedError, PatternError) as error:
        return Refusal(message.address, str(error))


def command_of(message: Sequence[object], deck: str, shapes: Shapes) -> Command:
    """The command that :meth:`Command.message` wrote, perhaps for another deck.

    Args:
        message: address and arguments; nobody vouches for them.
        deck: meant by an address without ``/deck/...``.
        shapes: of each deck.

    Raises:
        RefusedError: it is none; says why.
    """
    if not message or not isinstance(message[0], str):
        raise RefusedError("wants an address and its arguments")
    if not all(isinstance(value, int | float | str) for value in message[1:]):
        raise RefusedError("wants numbers and texts")
    address, named, key = _named(message[0], shapes, internal=True)
    if address.deck and not message[0].startswith("/deck/"):
        named = deck
    values: tuple[Argument, ...] = tuple(message[1:])  # type: ignore[arg-type]
    return _built(address, named, key, values, shapes)


def fits(command: Command, shape: Shape) -> bool:
    """Whether a deck of this shape takes a command that was made for it or for another one.

    Between a message and its frame another model may come. Just what :func:`command_of` would
    refuse does not fit, but this looks at sizes only, and is quick.
    """
    width, count = shape.latent_dim, len(command.values)
    match command.path:
        case "/latent" | "/latent/norm" | "/latent/delta" | "/latent/scale" | "/latent/bias":
            return count <= width
        case "/latent/<i>" | "/latent/norm/<i>":
            return int(command.key) < width
        case "/latent/from":
            return int(command.values[0]) + count - 1 <= width
        case "/latent/traj":
            return width > 0 and (count - 1) % width == 0
        case "/attr/<name>":
            return command.key in shape.attributes
    return True


def _built(
    address: Address, deck: str, key: str, values: tuple[Argument, ...], shapes: Shapes
) -> Command:
    if address.means is not None:  # an alias: /chan3 is /latent/2
        means, shift = address.means
        address, key = _BY_PATH[means], str(int(key) - shift) if key else ""
    shape = shapes.get(deck, _NO_SHAPE)
    if "<i>" in address.path and not 0 <= int(key) < shape.latent_dim:
        raise RefusedError(
            f"this model has latents 0 to {shape.latent_dim - 1}"
            if shape.latent_dim
            else "no model plays on this deck; /model/load brings one"
        )
    if address.path == "/attr/<name>" and key not in shape.attributes:
        known = ", ".join(shape.attributes) or "none"
        raise RefusedError(f"this model's attributes are: {known}")
    return Command(address.path, deck, key, address.read(Arguments(values, shape, key)))


def _named(text: str, shapes: Shapes, internal: bool = False) -> tuple[Address, str, str]:
    """Row of the table, deck and key of an address."""
    path, deck, prefixed = text, DECKS[0], False
    if text.startswith("/deck/"):
        deck, _, rest = text.removeprefix("/deck/").partition("/")
        if deck not in DECKS:
            raise RefusedError(f"no such deck; there are {', '.join(DECKS)}")
        path, prefixed = f"/{rest}", True
    found, key = None if "<" in path else _BY_PATH.get(path), ""
    if found is None:
        found, key = _keyed(path)
    if found is None or (prefixed and not found.deck):
        raise RefusedError("unknown address")
    if found.internal and not internal:
        raise RefusedError("is written by the daemon alone")
    return found, deck if found.deck else "", key


def _keyed(path: str) -> tuple[Address | None, str]:
    for stem, address in _KEYED:
        key = path.removeprefix(stem)
        if key == path or not key:
            continue
        if not address.numbered or (key.isascii() and key.isdigit() and len(key) < 7):
            return address, str(int(key)) if address.numbered else key
    return None, ""


def _matching(text: str, shapes: Shapes) -> Iterator[tuple[Address, str, str]]:
    """Rows, decks and keys that a pattern stands for.

    ``/latent/*`` means all latents, and not ``/latent/scale`` and the other words beside them: what
    matches numbers matches no words at the same place.
    """
    pattern = Pattern(text)
    numbered: set[str] = set()  # places whose numbers are meant
    for address in ADDRESSES:
        if not address.by_pattern:
            continue
        prefixes = [("", DECKS[0])]
        if address.deck:
            prefixes += [(f"/deck/{name}", name) for name in DECKS]
        for prefix, deck in prefixes:
            place = prefix + address.path[: address.path.rindex("/") + 1]
            if place in numbered:
                continue
            if address.stem and not pattern.begins(prefix + address.stem):
                continue  # before its many latents are tried one by one
            if address.numbered and pattern.matches(f"{place}0"):
                numbered.add(place)  # though no model may play there
            for key in _keys(address, shapes.get(deck, _NO_SHAPE)):
                path = f"{address.stem}{key}" if address.stem else address.path
                if pattern.matches(prefix + path):
                    if address.numbered:
                        numbered.add(place)
                    yield address, deck if address.deck else "", key


def _keys(address: Address, shape: Shape) -> Sequence[str]:
    if not address.stem:
        return ("",)
    return [str(i) for i in range(shape.latent_dim)] if address.numbered else shape.attributes
