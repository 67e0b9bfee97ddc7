"""Lists the files of one kind in folders, and what was read from them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from musicvae.live.storage.readings import Readings
from musicvae.models.folder import PART_ENDINGS
from musicvae.text import printable

#: Files of a kind that are read, and entries of a folder that are looked at, at most: a folder of
#: a million files must not keep a performance waiting.
_MOST_FILES = 1_000
_MOST_ENTRIES = 10_000

Info = TypeVar("Info")
#: Name, path, description, reason.
Parts = tuple[str, Path, Info | None, str]


class Shelf(Generic[Info]):
    """The files of one kind, and what was read from them.

    Args:
        read: see :class:`Readings`.
    """

    def __init__(self, read: Callable[[Path], tuple[Info, str]]) -> None:
        self._readings = Readings(read)

    def rows(self, places: Iterable[Path], suffix: str) -> list[Parts[Info]]:
        """A row for each file, in order, each file once."""
        rows: list[Parts[Info]] = []
        names: set[str] = set()
        files = list(dict.fromkeys(_files(places, suffix)))
        for path in files[:_MOST_FILES]:
            stem = unicodedata.normalize("NFC", _stem(path, suffix))
            name = printable(stem)
            info, reason = self._readings.of(path)
            if name in names:
                reason = "another file of that name comes before it"
            elif name != stem:
                reason = "its name contains characters that a message cannot"
            names.add(name)
            rows.append((name, path, info, reason))
        reason = f"there are more than {_MOST_FILES} such files"
        rest = files[_MOST_FILES:]
        rows += [(printable(_stem(path, suffix)), path, None, reason) for path in rest]
        self._readings.forget_all_but(files)
        return rows


def ordered(places: Iterable[Path]) -> list[Path]:
    """Absolute paths, files before folders, otherwise as they were given."""
    absolute = [Path(os.path.abspath(place)) for place in places]  # noqa: PTH100 (keeps links)
    return sorted(absolute, key=Path.is_dir)


def besides(places: Iterable[Path], of: Callable[[Path], Path | None]) -> list[Path]:
    """Where parts of models may be: in the folders, and beside the files, where ``of`` looks."""
    found = (place if place.is_dir() else of(place) for place in places)
    return [place for place in found if place is not None]


def _stem(path: Path, suffix: str) -> str:
    """The name of a file without the suffix, or without another that it has."""
    return path.name[: -len(suffix)] if path.name.lower().endswith(suffix) else path.stem


def _files(places: Iterable[Path], suffix: str) -> Iterator[Path]:
    for place in places:
        if not place.is_dir():
            if place.suffix.lower() == suffix or place.exists():
                yield place  # a missing file too: it was named, so its row says that it is missing
            continue
        try:
            inside = sorted(islice(place.iterdir(), _MOST_ENTRIES))
        except OSError:  # a folder that went away is empty
            continue
        yield from (
            path
            for path in inside
            if path.name.lower().endswith(suffix)
            and not path.name.startswith(".")
            and (suffix in PART_ENDINGS or not path.name.lower().endswith(PART_ENDINGS))
        )
