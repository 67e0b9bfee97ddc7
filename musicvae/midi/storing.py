"""Mappings as files: ``PRESETS/midi/NAME.json``, and ``PRESETS/midi/ID/NAME.json`` for one model.

The ID is that of the model's latent space, as for presets: models that share it share the mapping.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from musicvae.errors import MappingError
from musicvae.files import parse_json_object, read_bytes
from musicvae.live.commands.table import AddressTable
from musicvae.live.storage import names
from musicvae.live.storage.folders import Folder
from musicvae.midi.bindings import Binding, binding_of
from musicvae.midi.mapping import MAX_BINDINGS

SCHEMA = 1
MAX_BYTES = 2**18
#: Mappings in one folder: a client must not be able to fill the disk.
MAX_FILES = 1000
#: The name of the mapping that counts from the beginning.
FIRST = "default"
_FOLDER, _SUFFIX = "midi", ".json"
_FORM = '{"musicvae": "midi", "schema": 1, "bindings": [{"control": "cc 74", "address": "/gain"}]}'


class Read(NamedTuple):
    """What a file says.

    Attributes:
        bindings: its rows that are right.
        faults: one line for each row that is not.
    """

    bindings: list[Binding]
    faults: list[str]


class Mappings:
    """The mappings beside the presets.

    Args:
        presets: the folder of presets.
        table: the addresses there are.
    """

    def __init__(self, presets: str | os.PathLike[str], table: AddressTable) -> None:
        self._folder = Folder(presets)
        self._table = table

    def load(self, name: str, space: str) -> Read:
        """The mapping of this name: that of the model, else that for all models.

        Args:
            name: a bare name.
            space: id of the model's latent space; empty where it has none.

        Raises:
            SettingError: the name cannot be one, or a link is in the way.
            MappingError: there is none, or its file cannot be read at all.
        """
        bare = names.checked(name, _SUFFIX)
        for place in filter(None, (_place(space) if space else "", _FOLDER)):
            try:
                with self._folder.opened(place) as home:
                    data = home.read(f"{bare}{_SUFFIX}", MAX_BYTES)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise MappingError(
                    f"cannot read mapping {bare!r}", received=error.strerror or str(error)
                ) from error
            return parsed(data, repr(bare), self._table)
        raise MappingError(f"there is no mapping {bare!r}", hint=f"/midi/save {bare}")

    def save(self, name: str, bindings: Sequence[Binding], space: str = "") -> None:
        """Write a mapping as a whole; replaces one of the same name.

        Args:
            name: a bare name.
            bindings: its rows.
            space: id of a latent space, for its models alone; empty for all models.

        Raises:
            SettingError: the name cannot be one, or a link is in the way.
            MappingError: it cannot be written, or there are too many.
        """
        bare = names.checked(name, _SUFFIX)
        rows = ",\n  ".join(json.dumps(one.to_json(), ensure_ascii=False) for one in bindings)
        text = f'{{\n "musicvae": "midi",\n "schema": {SCHEMA},\n "bindings": [\n  {rows}\n ]\n}}\n'
        try:
            with self._folder.opened(_place(space) if space else _FOLDER, create=True) as home:
                there = home.names()
                if len(there) >= MAX_FILES and f"{bare}{_SUFFIX}" not in there:
                    raise MappingError(f"there are {MAX_FILES} mappings already")
                home.replace(f"{bare}{_SUFFIX}", text.encode())
        except OSError as error:
            raise MappingError(
                f"cannot save mapping {bare!r}", received=error.strerror or str(error)
            ) from error


def read_file(path: str, table: AddressTable) -> Read:
    """The mapping in any file.

    Raises:
        MappingError: it cannot be read at all.
    """
    try:
        return parsed(read_bytes(path, MAX_BYTES), repr(path), table)
    except (OSError, ValueError) as error:
        if isinstance(error, MappingError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise MappingError(f"cannot read the mapping {path!r}", received=reason) from error


def parsed(data: bytes, what: str, table: AddressTable) -> Read:
    """The rows of a file; a row that is wrong is named, and the others count.

    Raises:
        MappingError: it is no mapping at all.
    """
    try:
        values = parse_json_object(data, MAX_BYTES, lists=4 * MAX_BINDINGS)
    except ValueError as error:
        raise MappingError(
            f"mapping {what} cannot be read", expected=f"JSON such as {_FORM}", received=str(error)
        ) from None
    if values.get("musicvae", "midi") != "midi" or values.get("schema", SCHEMA) != SCHEMA:
        raise MappingError(f"{what} is no mapping for MIDI", expected=_FORM)
    rows = values.get("bindings")
    if not isinstance(rows, list):
        raise MappingError(f"mapping {what} has no list of bindings", expected=_FORM)
    bindings, faults = [], []
    for number, row in enumerate(rows[:MAX_BINDINGS], 1):
        try:
            bindings.append(binding_of(row, table))
        except ValueError as error:
            faults.append(f"row {number} of {what}: {error}")
    if len(rows) > MAX_BINDINGS:
        faults.append(f"{what} has {len(rows)} rows, of which the first {MAX_BINDINGS} count")
    return Read(bindings, faults)


def _place(space: str) -> str:
    """The folder of a model's mappings."""
    if not re.fullmatch(r"[0-9a-f]{16,64}", space):
        raise MappingError("the model has no id for mappings of its own")
    return f"{_FOLDER}/{space[:16]}"
