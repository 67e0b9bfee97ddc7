"""Defines the rows of the address table, each of which holds all that is known of one OSC address.

It also defines a command: a message that was matched to its row and checked.

A row is written beside the code that it calls: the rows of latents, decks and the mixer in
``engine/``, those of a latent source in its module, those of jobs in ``jobs/``, and those of
requests that are answered immediately in ``requests.py``. ``live/table.py`` lists all of them in
the order of ``docs/osc.md``. To add an address, write one row and one test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from string import ascii_lowercase
from typing import Any, Generic, TypeVar

from musicvae.live.commands.arguments import Arguments, NoModelError, RefusedError, Shape
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.limits import DECKS_RANGE, DEFAULT_DECKS

#: Names of all decks that there can be, in order, as in ``/deck/<name>/...``; an address without
#: it means the first one.
DECK_NAMES = tuple(ascii_lowercase[: DECKS_RANGE[1]])
#: The decks of an engine that was asked for no other number. The cross-fader lies between them.
DECKS = DECK_NAMES[:DEFAULT_DECKS]

#: One argument of a command, after it was checked and converted.
Value = float | int | str
Values = tuple[Value, ...]
#: The object that a row changes.
T = TypeVar("T")

#: Checks and converts the arguments; raises ``RefusedError``.
Read = Callable[[Arguments], Values]
#: Changes the target. Given the target, the command, and the payload that was loaded for it.
Apply = Callable[[T, "Command", Any], None]
#: Loads the payload of ``Apply``. Given a loader (``live/stage/loading.py``), the command, the
#: voice that plays on the deck or ``None``, and the SHA-256 that a model's graph, or another file,
#: must have, or ``""``.
Load = Callable[[Any, "Command", Any, str], object]
#: Describes the state of the target: for each message its key (see ``Command.key``) and values.
Describe = Callable[[T], Iterable[tuple[str, Values]]]


class Target(Enum):
    """The kind of object that a row changes and describes."""

    ENGINE = "the mixer"
    DECK = "a deck"
    VOICE = "the model that plays on a deck"
    CONTROLS = "the settings that a performer makes on that model"
    SOURCE = "one of the sources that move its latents; the row names which"


class Morph(Enum):
    """The rules by which an address morphs: its value between two saved values."""

    LINEAR = "each number is interpolated linearly"
    SPREAD = "linear, and a single number stands for the same number for every latent"
    SWITCH = "not interpolated: the first value below the middle, the second from there on"


@dataclass(frozen=True, eq=False, repr=False)
class Row(Generic[T]):
    """One row of the address table. Two rows are equal only if they are the same object.

    ``T`` is the class of the target, so that a type checker finds a row that calls a method which
    its target does not have: ``Row[Controls](..., target=Target.CONTROLS)``.

    Attributes:
        path: ``<i>`` and ``<n>`` stand for the number of a latent, ``<name>`` for a name.
        arguments: OSC types and their meaning, for the documentation.
        doc: one line for the documentation.
        read: checks and converts the arguments; a ``Reader`` also says what it wants.
        deck: whether the address is for a deck and may follow ``/deck/<name>``.
        by_pattern: whether an address pattern may match it.
        internal: whether only what the daemon itself writes may hold it; no client may send it.
        alias: the row that this one stands for, and the number to subtract from its key.
        keys: the names that ``<name>`` may be, given the shape of the deck.

        target: the kind of object that ``apply`` and ``describe`` are given.
        source: name of the source, if the target is a source.
        apply: changes the target, on the rendering thread.
        selects: whether this also makes its source the current one.
        load: loads the payload of ``apply`` (a model, a tape), on the worker thread.
        fits: whether a command still suits the model of its deck, which may have changed since the
            command was parsed. It must be quick.
        objects: why the target cannot do a command as things are, or nothing. It is asked of what
            clients send, by any thread.
        replaced_by: given two commands to the same address, whether the later one makes the
            earlier one inaudible, so that the earlier one can be dropped (coalesced).

        describe: describes the state of the target; also answers ``/get``.
        kept: whether presets and ``/render`` keep what ``describe`` returns.
        order: order of kept messages; those with lower numbers are applied first.
        morph: how two kept values are interpolated.
        restarts: whether applying the kept message restarts something; a morph leaves it out.

        job: done by the worker thread, because it takes longer than a block; a method of ``owner``.
        query: answered by the rendering thread between two blocks, as messages.
        request: answered immediately by the receiving thread; a method of ``owner``.
        question: whether it only asks, so that it counts as a question; queries always do.
        owner: class of the object that ``job`` or ``request`` is a method of.
    """

    path: str
    arguments: str
    doc: str
    read: Read
    deck: bool = False
    by_pattern: bool = True
    internal: bool = False
    alias: tuple[Row[Any], int] | None = None
    keys: Callable[[Shape], Iterable[str]] | None = None

    target: Target = Target.ENGINE
    source: str = ""
    apply: Apply[T] | None = None
    selects: bool = False
    load: Load | None = None
    fits: Callable[[Command, Shape, Any], bool] | None = None
    objects: Callable[[T, Command], str] | None = None
    replaced_by: Callable[[Command, Command], bool] | None = None

    describe: Describe[T] | None = None
    kept: bool = False
    order: int = 0
    morph: Morph = Morph.LINEAR
    restarts: bool = False

    job: Callable[..., Any] | None = None
    query: Callable[[Any, Command], Iterable[StoredMessage]] | None = None
    request: Callable[..., Any] | None = None
    question: bool = False
    owner: type | None = None

    def __repr__(self) -> str:
        return f"Address({self.path!r})"

    @cached_property
    def stem(self) -> str:
        """The part before the number or name; empty if the address has neither."""
        before, _, placeholder = self.path.partition("<")
        return before if placeholder else ""

    @cached_property
    def numbered(self) -> bool:
        """Whether the address ends in a number."""
        return self.path.endswith(("<i>", "<n>"))

    @cached_property
    def is_job(self) -> bool:
        """Whether the worker thread does it, which answers ``/done`` or ``/fail`` at its end."""
        return self.job is not None or self.load is not None

    def valid_keys(self, shape: Shape) -> Iterable[str]:
        """The numbers or names that may replace the placeholder on a deck of this shape."""
        if self.numbered:
            return (str(number) for number in range(shape.latent_dim))
        return () if self.keys is None else self.keys(shape)

    def check_key(self, key: str, shape: Shape) -> None:
        """Refuse a number or a name that the deck's model does not have.

        Raises:
            RefusedError: the model has no such latent or attribute; says which it has.
        """
        if self.numbered:
            if not shape.latent_dim:
                raise NoModelError
            first = 0 if self.alias is None else self.alias[1]
            last = first + shape.latent_dim - 1
            if not first <= int(key) <= last:
                what = f"{self.stem}{first} to {self.stem}" if first else "latents 0 to "
                raise RefusedError(f"this model has {what}{last}")
        elif self.keys is not None and key not in (known := list(self.keys(shape))):
            raise RefusedError(f"this model's attributes are: {', '.join(known) or 'none'}")

    def suits(self, command: Command, shape: Shape, payload: object = None) -> bool:
        """Whether a command, and what was loaded for it, can be applied to a deck of this shape.

        Another model may replace the one that the command was parsed for before it is applied.
        This compares sizes only, and is quick.
        """
        if self.numbered and int(command.key) >= shape.latent_dim:
            return False
        if self.keys is not None and command.key not in self.keys(shape):
            return False
        return self.fits is None or self.fits(command, shape, payload)


#: A row whose target may be of any class.
Address = Row[Any]


@dataclass(frozen=True, slots=True)
class Command:
    """A message whose address was found in the table and whose arguments were checked.

    Attributes:
        row: row of the address table.
        deck: name of the deck it is for; empty if it is for no deck.
        key: the number or name in place of ``<i>`` or ``<name>``.
        values: the arguments, converted.
    """

    row: Address
    deck: str = ""
    key: str = ""
    values: Values = ()

    @property
    def path(self) -> str:
        """The path of its row, such as ``"/latent"`` or ``"/attr/<name>"``."""
        return self.row.path

    @property
    def address(self) -> str:
        """The full OSC address, with the deck before it and the number or name filled in."""
        prefix = f"/deck/{self.deck}" if self.deck else ""
        return f"{prefix}{local_address(self.row, self.key)}"

    @property
    def place(self) -> tuple[Address, str, str]:
        """Its row, deck and key: what a newer command must share with it to replace it."""
        return self.row, self.deck, self.key

    @property
    def number(self) -> float:
        """The first value, which must be a number."""
        return float(self.values[0])

    @property
    def numbers(self) -> tuple[float, ...]:
        """All values, which must be numbers."""
        return self.values  # type: ignore[return-value]

    @property
    def text(self) -> str:
        """The first value as a text."""
        return str(self.values[0])

    @property
    def on(self) -> bool:
        """The first value as a switch."""
        return bool(self.values[0])

    def message(self) -> list[Value]:
        """Address and arguments in one list for JSON; ``AddressTable.restore`` reads it again."""
        return [self.address, *self.values]

    def is_replaced_by(self, later: Command) -> bool:
        """Whether this command is inaudible if ``later`` is applied at the same sample frame."""
        rule = self.row.replaced_by
        return rule is not None and self.place == later.place and rule(self, later)


def covers(earlier: Command, later: Command) -> bool:
    """Rule of :attr:`Row.replaced_by`: the later command sets at least as many values."""
    return len(later.values) >= len(earlier.values)


def local_address(row: Address, key: str) -> str:
    """The address of a row without a deck, with the number or name filled in."""
    return f"{row.stem}{key}" if row.stem else row.path
