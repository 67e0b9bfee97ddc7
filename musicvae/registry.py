"""Finds plug-ins by name through entry points, and imports each when it is first used.

Four properties hold for every registry:

1. listing the names imports no plug-in;
2. a plug-in is imported once, when it is first asked for;
3. a broken plug-in is reported with its reason and does not affect the others;
4. a name that two distributions claim is an error that names both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Generic, Protocol, TypeVar

from musicvae.errors import (
    BrokenPluginError,
    DuplicateNameError,
    MusicVAEError,
    RegistryError,
    UnknownNameError,
)
from musicvae.similar import did_you_mean


class Named(Protocol):
    """An object with a name, which every plug-in is."""

    @property
    def name(self) -> str:
        """The name it is registered under."""


T = TypeVar("T", bound=Named)


@dataclass(frozen=True)
class Record(Generic[T]):
    """One name of a registry with its plug-in, or with the reason why there is none.

    Attributes:
        name: the entry point's name.
        distributions: the distributions that claim it, with version, such as ``("gtzan 0.1",)``.
        value: the plug-in, or ``None`` where it could not be loaded.
        problem: why it could not be loaded, or ``None``.
    """

    name: str
    distributions: tuple[str, ...]
    value: T | None = None
    problem: str | None = None


class Registry(Generic[T]):
    """The plug-ins of one entry-point group.

    ``name in registry``, ``registry[name]``, ``len(registry)`` and iteration over the names work as
    for a dictionary.

    Args:
        group: entry-point group, such as ``"musicvae.genres"``.
        kind: class that every plug-in must be an instance of.
        noun: word for one plug-in in messages, such as ``"genre"``.
        hint: the advice where nothing is installed: how to install some.
        others: the advice where others are installed, none of which has a similar name.
    """

    def __init__(self, group: str, kind: type[T], noun: str, hint: str, others: str) -> None:
        self.group = group
        self.kind = kind
        self.noun = noun
        self.hint = hint
        self.others = others
        self._claims: dict[str, dict[str, EntryPoint]] | None = None
        self._loaded: dict[str, T] = {}

    def names(self) -> list[str]:
        """All names, sorted; imports nothing."""
        return sorted(self._find())

    def get(self, name: str) -> T:
        """The plug-in of that name, imported at the first call. ``registry[name]`` does the same.

        Raises:
            UnknownNameError: nothing of that name is installed.
            DuplicateNameError: more than one distribution claims it.
            BrokenPluginError: it does not import, is not a ``kind``, or has another name.
        """
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def advice(self, name: str, known: Sequence[str]) -> str:
        """The hint for a name that is none of the known ones: what to type, or to install."""
        return did_you_mean(name, known) or (self.others if known else self.hint)

    def claimants(self, name: str) -> tuple[str, ...]:
        """The distributions that claim a name, with version, sorted; imports nothing."""
        return tuple(sorted(self._find().get(name, ())))

    def records(self) -> Iterator[Record[T]]:
        """Every name with its plug-in or its problem; imports all plug-ins, raises nothing."""
        for name in self.names():
            claimants = self.claimants(name)
            try:
                yield Record(name, claimants, value=self.get(name))
            except RegistryError as error:
                yield Record(name, claimants, problem=str(error))

    def refresh(self) -> None:
        """Search again at the next use, so that plug-ins installed meanwhile are found."""
        self._claims = None
        self._loaded.clear()

    def __contains__(self, name: object) -> bool:
        return name in self._find()

    def __getitem__(self, name: str) -> T:
        return self.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self._find())

    def _find(self) -> dict[str, dict[str, EntryPoint]]:
        """The entry points of the group, by name and then by the distribution that claims it."""
        if self._claims is None:
            claims: dict[str, dict[str, EntryPoint]] = {}
            for distribution, entries in _installed(self.group):
                for entry in entries:
                    claims.setdefault(entry.name, {}).setdefault(distribution, entry)
            self._claims = claims
        return self._claims

    def _load(self, name: str) -> T:
        claims = self._find().get(name)
        if claims is None:
            raise UnknownNameError(
                f"no {self.noun} named {name!r} is installed",
                expected=", ".join(self.names()) or f"none: no {self.noun} is installed",
                received=name,
                hint=self.advice(name, self.names()),
            )
        if len(claims) > 1:
            raise DuplicateNameError(
                f"the {self.noun} {name!r} is claimed by more than one distribution",
                expected="one distribution for each name",
                received=" and ".join(sorted(claims)),
                hint=f"pip uninstall one of {', '.join(sorted(claims))}",
            )
        ((distribution, entry),) = claims.items()
        value = self._import(distribution, entry)
        if not isinstance(value, self.kind) or value.name != name:
            raise BrokenPluginError(
                f"the {self.noun} {name!r} of {distribution} is something else",
                expected=f"an entry point that names a {self.kind.__name__} with name={name!r}",
                received=f"{entry.value}, which is {_describe(value)}",
                hint=f"see plugins/README.md, or uninstall {distribution}",
            )
        return value

    def _import(self, distribution: str, entry: EntryPoint) -> object:
        try:
            return entry.load()
        except (Exception, SystemExit) as error:  # a foreign module may raise anything
            hint = error.hint if isinstance(error, MusicVAEError) else None
            if isinstance(error, ModuleNotFoundError) and error.name:
                hint = f"install {error.name!r}, or uninstall {distribution}"
            raise BrokenPluginError(
                f"the {self.noun} {entry.name!r} of {distribution} does not load",
                received=f"{type(error).__name__}: {error}",
                hint=hint or f"repair or uninstall {distribution}",
            ) from error


def _installed(group: str) -> Iterator[tuple[str, list[EntryPoint]]]:
    """Each distribution with entry points of a group: its name and version, and these."""
    seen: set[str] = set()
    for distribution in distributions():
        try:
            entries = [entry for entry in distribution.entry_points if entry.group == group]
        except Exception:  # noqa: BLE001 (a damaged file of another distribution: skip it)
            continue
        if not entries:
            continue  # without reading its metadata, which takes long with many distributions
        name = _name(distribution)
        # Of two copies on sys.path Python imports the first; the second does not count.
        if name not in seen:
            seen.add(name)
            yield f"{name} {distribution.version}", entries


def _name(distribution: Distribution) -> str:
    try:
        name = str(distribution.metadata["Name"])
    except Exception:  # noqa: BLE001 - a folder without METADATA, as an interrupted pip leaves it
        name = "unnamed"
    return re.sub(r"[-_.]+", "-", name).lower()


def _describe(value: object) -> str:
    name = getattr(value, "name", None)
    return f"a {type(value).__name__}" + (f" named {name!r}" if isinstance(name, str) else "")
