"""Finds models and tapes by name.

Folders are read again for each request, so a file that is copied there during a performance can be
loaded. A file is read again only when its size or date has changed. For use by one thread.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import read_info
from musicvae.errors import MusicVAEError, SettingError
from musicvae.latents.tape_format import TapeHeader, read_header
from musicvae.text import printable

#: Names that an error lists.
_SHOWN = 12
#: Files of a kind that are read, and entries of a folder that are looked at, at most: a folder of
#: a million files must not keep a performance waiting.
_MOST_FILES = 1_000
_MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class ModelRow:
    """One model file.

    Attributes:
        name: by which it is requested; printable.
        path: path of the file.
        info: its description; ``None`` where it cannot be read.
        reason: why it cannot be played, one sentence; empty where it can.
    """

    name: str
    path: Path
    info: ArtifactInfo | None
    reason: str = ""


@dataclass(frozen=True)
class TapeRow:
    """One tape file; the attributes are those of :class:`ModelRow`.

    Only the header was read; damaged rows are found when the tape is loaded.
    """

    name: str
    path: Path
    info: TapeHeader | None
    reason: str = ""


class Library:
    """Finds models and tapes by name.

    Args:
        models: files, and folders of ``.onnx`` files. Files come before folders; of several files
            with one name the first is used.
        tapes: a folder of ``.tape`` files, or several files and folders.
    """

    def __init__(self, models: Iterable[Path], tapes: Path | Iterable[Path] = ()) -> None:
        self._models = _ordered(models)
        self._tapes = _ordered([tapes] if isinstance(tapes, Path) else tapes)
        self._model_shelf = _Shelf(_playable_info)
        self._tape_shelf = _Shelf(_tape_info)

    def models(self) -> list[ModelRow]:
        """Every model file as it is now, playable or not; raises nothing."""
        return [ModelRow(*row) for row in self._model_shelf.rows(self._models, ".onnx")]

    def tapes(self) -> list[TapeRow]:
        """Every tape file as it is now, playable or not; raises nothing."""
        return [TapeRow(*row) for row in self._tape_shelf.rows(self._tapes, ".tape")]

    def model(self, name: str) -> ModelRow:
        """The model of a name, which can be played.

        Raises:
            SettingError: there is none of that name, or it cannot be played.
        """
        return _found(self.models(), name, "model")

    def tape(self, name: str) -> TapeRow:
        """The tape of a name, which can be played.

        Raises:
            SettingError: there is none of that name, or it is damaged.
        """
        return _found(self.tapes(), name, "tape")


Info = TypeVar("Info")
#: Name, path, description, reason.
_Parts = tuple[str, Path, Info | None, str]
#: The description of a file, and why it cannot be used; empty where it can.
_Read = tuple[Info | None, str]
#: What tells a file from what it was: its size, dates of its content and of its entry, number.
_Stamp = tuple[int, int, int, int]
_NEVER_SEEN: _Stamp = (-1, -1, -1, -1)


class _Shelf(Generic[Info]):
    """The files of one kind, and what was read from them.

    Args:
        read: returns the description of a file, and why it cannot be used or an empty text; raises
            ``MusicVAEError`` for a file without a description.
    """

    def __init__(self, read: Callable[[Path], tuple[Info, str]]) -> None:
        self._read = read
        self._known: dict[Path, tuple[_Stamp, _Read[Info]]] = {}

    def rows(self, places: Iterable[Path], suffix: str) -> list[_Parts[Info]]:
        """A row for each file, in order, each file once."""
        rows: list[_Parts[Info]] = []
        names: set[str] = set()
        known, self._known = self._known, {}  # files that are gone are forgotten
        for path in _files(places, suffix):
            if path in self._known:
                continue
            stem = unicodedata.normalize("NFC", path.stem)
            name = printable(stem)
            if len(self._known) < _MOST_FILES:
                stamp, result = self._examine(path, known)
            else:
                stamp, result = _NEVER_SEEN, (None, f"there are more than {_MOST_FILES} such files")
            self._known[path] = stamp, result
            info, reason = result
            if name in names:
                reason = "another file of that name comes before it"
            elif name != stem:
                reason = "its name contains characters that a message cannot"
            names.add(name)
            rows.append((name, path, info, reason))
        return rows

    def _examine(
        self, path: Path, known: dict[Path, tuple[_Stamp, _Read[Info]]]
    ) -> tuple[_Stamp, _Read[Info]]:
        try:
            status = path.stat()
        except OSError as error:
            return _NEVER_SEEN, (None, f"cannot be read: {error.strerror or error}")
        if not stat.S_ISREG(status.st_mode):  # a pipe would never end
            return _NEVER_SEEN, (None, "is not a file")
        # Not the date of the content alone, which anybody can set.
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        before = known.get(path)
        if before is not None and before[0] == stamp:
            return before
        try:
            return stamp, self._read(path)
        except MusicVAEError as error:
            return stamp, (None, error.what)
        except OSError as error:
            return _NEVER_SEEN, (None, f"cannot be read: {error.strerror or error}")


def _playable_info(path: Path) -> tuple[ArtifactInfo, str]:
    info = read_info(path)
    return info, "an encoder makes latents of sound, not sound" if info.kind == "encoder" else ""


def _tape_info(path: Path) -> tuple[TapeHeader, str]:
    return read_header(path), ""


def _ordered(places: Iterable[Path]) -> list[Path]:
    """Absolute paths, files before folders, otherwise as they were given."""
    absolute = [Path(os.path.abspath(place)) for place in places]  # noqa: PTH100 (keeps links)
    return sorted(absolute, key=Path.is_dir)


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
            if path.suffix.lower() == suffix and not path.name.startswith(".")
        )


class _Row(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def reason(self) -> str: ...


Row = TypeVar("Row", bound=_Row)


def _found(rows: list[Row], name: str, kind: str) -> Row:
    wanted = unicodedata.normalize("NFC", name)
    # Of two files with one name the first is used, or says why it cannot be.
    row = next((row for row in rows if row.name == wanted), None)
    if row is None:
        names = [row.name for row in rows if not row.reason]
        more = ", …" if len(names) > _SHOWN else ""
        raise SettingError(
            f"there is no {kind} of that name",
            expected=(", ".join(names[:_SHOWN]) or "none, since there is none") + more,
            received=f"{name!a:.80}",
        )
    if row.reason:
        raise SettingError(f"the {kind} {wanted!a:.80} cannot be played: {row.reason}")
    return row
