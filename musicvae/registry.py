"""Plug-ins, found by name through entry points and loaded only when they are used.

Four properties hold for every registry:

1. names are listed without importing any plug-in;
2. a plug-in is imported when it is first asked for, once;
3. a broken plug-in is a record with a reason, never a crash of the others;
4. a name that two distributions claim is an error that names both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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


class Named(Protocol):
    """What every plug-in has."""

    @property
    def name(self) -> str:
        """The name it is registered under."""


T = TypeVar("T", bound=Named)


@dataclass(frozen=True)
class Record(Generic[T]):
    """One name of a registry and how it stands.

    Attributes:
        name: the entry point's name.
        distributions: the distributions that claim it, with version, such as ``("gtzan 0.1",)``.
        value: the plug-in, or ``None`` where it could not be loaded.
        problem: why it could not, or ``None``.
    """

    name: str
    distributions: tuple[str, ...]
    value: T | None = None
    problem: str | None = None


class Registry(Generic[T]):
    """The plug-ins of one entry-point group.

    Args:
        group: entry-point group, such as ``"musicvae.genres"``.
        kind: class that every plug-in must be an instance of.
        noun: what one of them is called in messages.
        hint: the advice given when a name is unknown.
    """

    def __init__(self, group: str, kind: type[T], noun: str, hint: str) -> None:
        self.group = group
        self.kind = kind
        self.noun = noun
        self.hint = hint
        self._claims: dict[str, dict[str, EntryPoint]] | None = None
        self._loaded: dict[str, T] = {}

    def names(self) -> list[str]:
        """All names, sorted; imports nothing."""
        return sorted(self._find())

    def get(self, name: str) -> T:
        """The plug-in of that name, imported at the first call.

        Raises:
            UnknownNameError: nothing of that name is installed.
            DuplicateNameError: more than one distribution claims it.
            BrokenPluginError: it does not import, is not a ``kind``, or has another name.
        """
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def records(self) -> Iterator[Record[T]]:
        """Every name with its plug-in or its problem; imports all of them, raises nothing."""
        for name in self.names():
            sources = tuple(sorted(self._find()[name]))
            try:
                yield Record(name, sources, value=self.get(name))
            except RegistryError as error:
                yield Record(name, sources, problem=str(error))

    def refresh(self) -> None:
        """Forget what was found, so that a plug-in installed meanwhile is seen."""
        self._claims = None
        self._loaded.clear()

    def __contains__(self, name: object) -> bool:
        return name in self._find()

    def _find(self) -> dict[str, dict[str, EntryPoint]]:
        """The entry points of the group, by name and then by the distribution that claims it."""
        if self._claims is None:
            claims: dict[str, dict[str, EntryPoint]] = {}
            for source, entries in _installed(self.group):
                for entry in entries:
                    claims.setdefault(entry.name, {}).setdefault(source, entry)
            self._claims = claims
        return self._claims

    def _load(self, name: str) -> T:
        claims = self._find().get(name)
        if claims is None:
            raise UnknownNameError(
                f"no {self.noun} named {name!r} is installed",
                expected=", ".join(self.names()) or f"none: no {self.noun} is installed",
                received=name,
                hint=self.hint,
            )
        if len(claims) > 1:
            raise DuplicateNameError(
                f"the {self.noun} {name!r} is claimed by more than one distribution",
                expected="one distribution for each name",
                received=" and ".join(sorted(claims)),
                hint=f"pip uninstall one of {', '.join(sorted(claims))}",
            )
        ((source, entry),) = claims.items()
        value = self._import(source, entry)
        if not isinstance(value, self.kind) or value.name != name:
            raise BrokenPluginError(
                f"the {self.noun} {name!r} of {source} is not a {self.kind.__name__} of that name",
                expected=f"an entry point that names a {self.kind.__name__} with name={name!r}",
                received=f"{entry.value}, which is {_describe(value)}",
                hint=f"see plugins/README.md, or uninstall {source}",
            )
        return value

    def _import(self, source: str, entry: EntryPoint) -> object:
        try:
            return entry.load()
        except (Exception, SystemExit) as error:  # a stranger's module may raise anything
            hint = error.hint if isinstance(error, MusicVAEError) else None
            if isinstance(error, ModuleNotFoundError) and error.name:
                hint = f"install {error.name!r}, or uninstall {source}"
            raise BrokenPluginError(
                f"the {self.noun} {entry.name!r} of {source} does not load",
                received=f"{type(error).__name__}: {error}",
                hint=hint or f"repair or uninstall {source}",
            ) from error


def _installed(group: str) -> Iterator[tuple[str, list[EntryPoint]]]:
    """Every distribution with entry points of a group, as name and version, with those."""
    seen: set[str] = set()
    for distribution in distributions():
        try:
            entries = [entry for entry in distribution.entry_points if entry.group == group]
        # A torn file of somebody else: what it registers is unknown.
        except Exception:  # noqa: BLE001
            continue
        if not entries:
            continue  # before its metadata are read, which takes long with many distributions
        name = _name(distribution)
        # Of two copies on sys.path Python imports the first: the second is no rival, but hidden.
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
