"""Defines a row of the address table (all that is known about one OSC address) and its commands.

Rows are written beside the code that they call: those of latents, decks and the mixer in
``engine/``, those of a latent source in its module, those of jobs in ``jobs/``, those that are
answered at once in ``requests.py``. ``live/table.py`` lists all of them in the order of
``docs/osc.md``. To add an address, write one row and one test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from musicvae.live.commands.arguments import Arguments, RefusedError, Shape

#: Decks that can be addressed as ``/deck/<name>/...``; without a prefix the first is meant.
DECKS = ("a", "b")
#: The reason for refusing what needs a model.
NO_MODEL = "no model plays on this deck; /model/load brings one"

#: What a command holds after its arguments were checked.
Value = float | int | str
Values = tuple[Value, ...]

#: Checks and converts the arguments; raises ``RefusedError``.
Read = Callable[[Arguments], Values]
#: Changes what the row is about. Given that object, the command, and what was loaded for it.
Apply = Callable[[Any, "Command", Any], None]
#: Loads what ``Apply`` needs. Given a loader (``live/stage/loading.py``), the command, the voice
#: that plays on the deck or ``None``, and the digest that a model's graph must have, or ``""``.
Load = Callable[[Any, "Command", Any, str], Any]
#: Tells how that object is set: for each message its key (see ``Command.key``) and its values.
Describe = Callable[[Any], Iterable[tuple[str, Values]]]


class Target(Enum):
    """The object that a row changes, and describes."""

    ENGINE = "the mixer"
    DECK = "a deck"
    VOICE = "the model that plays on a deck"
    CONTROLS = "what a performer has set on that model"
    SOURCE = "one of the sources that move its latents; the row names it"


class Morph(Enum):
    """What lies between two values of an address."""

    LINEAR = "the numbers between"
    SPREAD = "likewise, where one number stands for the same number for every latent"
    SWITCH = "nothing: the first value below the middle, the second from there"


@dataclass(frozen=True, eq=False, repr=False)
class Address:
    """One row of the address table. Two rows are equal only if they are the same object.

    Attributes:
        path: ``<i>`` and ``<n>`` stand for the number of a latent, ``<name>`` for a name.
        arguments: OSC types and what they mean, for people.
        doc: one line, for people.
        read: checks and converts the arguments.
        deck: whether the address is for a deck and may follow ``/deck/<name>``.
        by_pattern: whether an address pattern may stand for it.
        internal: written by the daemon into its journal, and refused from anybody else.
        alias: the row that this one stands for, and the number to subtract from its key.
        keys: the names that ``<name>`` may be, from the shape of the deck.

        target: what ``apply`` and ``describe`` are given.
        source: name of the source, where the target is one.
        apply: changes the target, on the rendering thread.
        selects: whether this also makes its source the current one.
        load: loads what ``apply`` needs (a model, a tape), on the worker thread.
        fits: whether a command still suits the model of its deck, which may have changed since it
            was parsed. It must be quick.
        replaced_by: whether of two commands to the same address the later one makes the earlier
            one inaudible, so that the earlier one can be dropped (coalesced).

        describe: tells how the target is set; answers ``/get`` too.
        kept: whether presets and ``/render`` keep what ``describe`` tells.
        order: of kept messages; those with lower numbers are applied first.
        morph: what lies between two kept values.
        restarts: whether applying the kept message begins something anew, which a morph must not.

        job: done by the worker thread, since it takes longer than a block. Given its ``owner``.
        query: answered by the rendering thread between two blocks.
        request: answered at once by the receiving thread. Given its ``owner``.
        owner: class of the object that ``job`` or ``request`` is a method of.
    """

    path: str
    arguments: str
    doc: str
    read: Read
    deck: bool = False
    by_pattern: bool = True
    internal: bool = False
    alias: tuple[Address, int] | None = None
    keys: Callable[[Shape], Iterable[str]] | None = None

    target: Target = Target.ENGINE
    source: str = ""
    apply: Apply | None = None
    selects: bool = False
    load: Load | None = None
    fits: Callable[[Command, Shape, Any], bool] | None = None
    replaced_by: Callable[[Command, Command], bool] | None = None

    describe: Describe | None = None
    kept: bool = False
    order: int = 0
    morph: Morph = Morph.LINEAR
    restarts: bool = False

    job: Callable[..., Any] | None = None
    query: Callable[[Any, Command], Any] | None = None
    request: Callable[..., Any] | None = None
    owner: type | None = None

    def __repr__(self) -> str:
        return f"Address({self.path!r})"

    @property
    def stem(self) -> str:
        """What comes before the number or name; empty where there is none."""
        before, _, placeholder = self.path.partition("<")
        return before if placeholder else ""

    @property
    def numbered(self) -> bool:
        """Whether the address ends in a number."""
        return self.path.endswith(("<i>", "<n>"))

    @property
    def is_job(self) -> bool:
        """Whether it takes long, so that it answers ``/done`` or ``/fail`` when it is over."""
        return self.job is not None or self.load is not None

    def legal_keys(self, shape: Shape) -> Iterable[str]:
        """What may stand for the placeholder on a deck of this shape."""
        if self.numbered:
            return (str(number) for number in range(shape.latent_dim))
        return () if self.keys is None else self.keys(shape)

    def check_key(self, key: str, shape: Shape) -> None:
        """Refuse a number or a name that the deck's model does not have.

        Raises:
            RefusedError: it says what the model has.
        """
        if self.numbered:
            if not shape.latent_dim:
                raise RefusedError(NO_MODEL)
            if not 0 <= int(key) < shape.latent_dim:
                raise RefusedError(f"this model has latents 0 to {shape.latent_dim - 1}")
        elif self.keys is not None and key not in (known := list(self.keys(shape))):
            raise RefusedError(f"this model's attributes are: {', '.join(known) or 'none'}")

    def suits(self, command: Command, shape: Shape, payload: Any = None) -> bool:
        """Whether a deck of this shape takes a command that was made for it or for another one.

        Between a message and its frame another model may come. This looks at sizes only, and is
        quick.
        """
        if self.numbered and int(command.key) >= shape.latent_dim:
            return False
        if self.keys is not None and command.key not in self.keys(shape):
            return False
        return self.fits is None or self.fits(command, shape, payload)


@dataclass(frozen=True, slots=True)
class Command:
    """A message whose address was found in the table and whose arguments were checked.

    Attributes:
        row: of the address table.
        deck: the deck it is for; empty where it concerns none.
        key: what ``<i>`` or ``<name>`` stood for.
        values: the arguments, converted.
    """

    row: Address
    deck: str = ""
    key: str = ""
    values: Values = ()

    @property
    def path(self) -> str:
        """Of the row, such as ``"/latent"`` or ``"/attr/<name>"``."""
        return self.row.path

    @property
    def address(self) -> str:
        """Where to send it: with the number or name filled in, and the deck before it."""
        prefix = f"/deck/{self.deck}" if self.deck else ""
        return f"{prefix}{local_address(self.row, self.key)}"

    @property
    def number(self) -> float:
        """The first value, which is a number."""
        return float(self.values[0])

    @property
    def text(self) -> str:
        """The first value, which is a text."""
        return str(self.values[0])

    @property
    def on(self) -> bool:
        """The first value as a switch."""
        return bool(self.values[0])

    def message(self) -> list[Value]:
        """Address and arguments in one list, fit for JSON; ``AddressTable.restore`` reads it."""
        return [self.address, *self.values]

    def is_replaced_by(self, later: Command) -> bool:
        """Whether nothing of this command is heard if ``later`` happens at the same frame."""
        rule = self.row.replaced_by
        same = (self.row, self.deck, self.key) == (later.row, later.deck, later.key)
        return rule is not None and same and rule(self, later)


def local_address(row: Address, key: str) -> str:
    """The address of a row without a deck, with the number or name filled in."""
    return f"{row.stem}{key}" if row.stem else row.path
