"""The address space as OSCQuery describes it, made of the address table and of what plays.

OSCQuery is a proposal of Vidvox (github.com/Vidvox/OSCQueryProposal): a tree of nodes as JSON, one
for each OSC address and each part of one. Nothing here is written twice: paths, types, ranges and
descriptions are those of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from musicvae.beside.mirror import NO_MODEL, Model, value_at
from musicvae.beside.wanting import wanted_by
from musicvae.live.commands.address import DECK_NAMES, Address, Values
from musicvae.live.commands.table import AddressTable
from musicvae.live.commands.wanted import Wanted

#: The attributes that a client may ask for, and the optional ones of these.
REQUIRED = ("FULL_PATH", "CONTENTS", "TYPE", "HOST_INFO")
OPTIONAL = ("ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS", "UNIT", "CRITICAL")
#: How the proposal calls our units.
_UNITS = {"dB": "gain.db-raw", "ms": "time.ms", "s": "time.second"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Node:
    """One address.

    Attributes:
        row: of the address table.
        path: the full address, as it is described: ``"/gain"`` or ``"/deck/b/gain"``.
        home: the same address with its deck, under which its value is known.
        key: the number or name in place of ``<i>`` or ``<name>``.
        model: of its deck.
    """

    row: Address
    path: str
    home: str
    key: str = ""
    model: Model = NO_MODEL

    def wants(self) -> list[Wanted]:
        """What it wants, one for each argument, as often as the model has latents."""
        return wanted_by(self.row, self.key, self.model)

    def describe(self, values: Mapping[str, Values]) -> Json:
        """The attributes of this address alone."""
        wants = self.wants()
        found: Json = {
            "FULL_PATH": self.path,
            "DESCRIPTION": self._description(),
            "ACCESS": 2 if self.row.describe is None else 3,
            "TYPE": "".join(wanted.tag for wanted in wants) or "N",
        }
        if wants:
            found["RANGE"] = [_range(wanted) for wanted in wants]
        if any(wanted.unit for wanted in wants):
            found["UNIT"] = [_UNITS.get(wanted.unit, "") for wanted in wants]
        if self.row.is_job:  # it must not be lost
            found["CRITICAL"] = True
        if self.row.source:
            found["TAGS"] = [self.row.source]
        value = value_of(self, values)
        if value:
            found["VALUE"] = list(value)
        return found

    def _description(self) -> str:
        if self.row.path == "/latent/<i>" and int(self.key) < len(self.model.latents):
            return self.model.latents[int(self.key)].label
        return self.row.doc


class Space:
    """All addresses of the table, for the models that play.

    Args:
        table: the address table.
        models: the model of each deck that there is.

    Attributes:
        nodes: every address that a client can send to, by its path.
    """

    def __init__(self, table: AddressTable, models: Mapping[str, Model]) -> None:
        self.nodes = {node.path: node for node in _nodes(table, models)}
        self._inside: dict[str, dict[str, str]] = {"/": {}}
        for path in self.nodes:
            self._enter(path)

    def _enter(self, path: str) -> None:
        """Note a path among the contents of the one above it, and that one likewise."""
        while path != "/":
            above, _, name = path.rpartition("/")
            above = above or "/"
            known = above in self._inside
            self._inside.setdefault(above, {})[name] = path
            if known:
                return
            path = above

    def describe(self, path: str, values: Mapping[str, Values]) -> Json | None:
        """A path with all that is below it, as JSON; ``None`` if there is no such path."""
        if path not in self.nodes and path not in self._inside:
            return None
        node = self.nodes.get(path)
        found = {"FULL_PATH": path, "ACCESS": 0} if node is None else node.describe(values)
        inside = self._inside.get(path)
        if inside:
            found["CONTENTS"] = {
                name: self.describe(below, values) for name, below in sorted(inside.items())
            }
        return found

    def home(self, path: str) -> str | None:
        """The address under which the value of a path is known; ``None`` if there is no such path.

        ``/gain`` is ``/deck/a/gain``.
        """
        node = self.nodes.get(path)
        return None if node is None else node.home


def value_of(node: Node, values: Mapping[str, Values]) -> Values:
    """The present value of an address; empty if it has none.

    One latent's value is an element of the vector of all.
    """
    return value_at(node.home, values)


def elements(address: str, values: Values, before: Values) -> Iterator[tuple[str, Values]]:
    """The addresses of the elements of a vector that have changed: ``/deck/a/latent/3``."""
    for number, value in enumerate(values):
        if before[number : number + 1] != (value,):
            yield f"{address}/{number}", (value,)


def _nodes(table: AddressTable, models: Mapping[str, Model]) -> Iterator[Node]:
    for row in table:
        if row.internal or row.alias is not None:  # an alias is said by the row that it stands for
            continue
        if not row.deck:
            yield Node(row, row.path, row.path)
            continue
        for prefix, deck in [("", DECK_NAMES[0]), *((f"/deck/{deck}", deck) for deck in models)]:
            model = models.get(deck, NO_MODEL)
            for local, key in _addresses(row, model):
                yield Node(row, prefix + local, f"/deck/{deck}{local}", key, model)


def _addresses(row: Address, model: Model) -> Iterable[tuple[str, str]]:
    if not row.stem:
        return [(row.path, "")]
    return [(f"{row.stem}{key}", key) for key in row.valid_keys(model.shape)]


def _range(wanted: Wanted) -> Json | None:
    if wanted.words:
        return {"VALS": list(wanted.words)}
    if wanted.low is None or wanted.high is None:
        return None
    number = float if wanted.tag == "f" else int
    return {"MIN": number(wanted.low), "MAX": number(wanted.high)}


def changed_path(deck: str) -> str:
    """The path below which everything may be another when a deck's model is.

    An address without a deck is for the first one.
    """
    return "/" if deck == DECK_NAMES[0] else f"/deck/{deck}"
