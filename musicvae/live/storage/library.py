"""Finds models, tapes, memories and priors by name.

Folders are read again for each request, so a file that is copied there during a performance can be
loaded. A file is read again only when its size or date has changed. For use by one thread.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from musicvae.errors import SettingError
from musicvae.live.storage.readings import Readings
from musicvae.live.storage.ready import ReadyShelf
from musicvae.live.storage.rows import MemoryRow as MemoryRow
from musicvae.live.storage.rows import ModelRow as ModelRow
from musicvae.live.storage.rows import PriorRow as PriorRow
from musicvae.live.storage.rows import TapeRow as TapeRow
from musicvae.live.storage.rows import memory_info, playable_info, prior_info, tape_info
from musicvae.models import READY_MODELS
from musicvae.models.folder import MEMORY_ENDING, PRIOR_ENDING, memory_of, prior_of
from musicvae.text import printable

#: Names that an error lists.
_SHOWN = 12
#: Files of a kind that are read, and entries of a folder that are looked at, at most: a folder of
#: a million files must not keep a performance waiting.
_MOST_FILES = 1_000
_MOST_ENTRIES = 10_000


class Library:
    """Finds models, tapes, memories and priors by name.

    A memory or a prior lies beside a model, with the model's name, or in a folder of models or
    tapes.

    Args:
        models: files, and folders of ``.onnx`` files. Files come before folders; of several files
            with one name the first is used.
        tapes: a folder of ``.tape`` files, or several files and folders.
        ready: the ready models, which come after all files; ``None`` leaves them out.
    """

    def __init__(
        self,
        models: Iterable[Path],
        tapes: Path | Iterable[Path] = (),
        ready: ReadyShelf | None = None,
    ) -> None:
        self._models = _ordered(models)
        self._tapes = _ordered([tapes] if isinstance(tapes, Path) else tapes)
        self._ready = ready
        self._model_shelf = _Shelf(playable_info)
        self._tape_shelf = _Shelf(tape_info)
        self._memory_shelf = _Shelf(memory_info)
        self._prior_shelf = _Shelf(prior_info)

    def models(self) -> list[ModelRow]:
        """Every model as it is now, playable or not; raises nothing."""
        rows = self.files()
        if self._ready is None:
            return rows
        names = {row.name for row in rows}
        taken = "another file of that name comes before it"
        return rows + [
            replace(row, reason=taken) if row.name in names else row for row in self._ready.rows()
        ]

    def files(self) -> list[ModelRow]:
        """The same without the ready models."""
        return [ModelRow(*row) for row in self._model_shelf.rows(self._models, ".onnx")]

    def playable(self) -> dict[str, str]:
        """The latent spaces of the models that can be played, by name; of ready ones the first.

        What plug-ins say of their models is not checked here, so that no file of theirs is opened.
        """
        rows = self.files()
        spaces = {row.name: row.info.latent_space for row in rows if row.info and not row.reason}
        hidden = {row.name for row in rows}
        ready = () if self._ready is None else self._ready.playable()
        return spaces | {name: space for name, space in ready if name not in hidden}

    def tapes(self) -> list[TapeRow]:
        """Every tape file as it is now, playable or not; raises nothing."""
        return [TapeRow(*row) for row in self._tape_shelf.rows(self._tapes, ".tape")]

    def memories(self) -> list[MemoryRow]:
        """Every memory, playable or not: files first, then those of ready models."""
        places = _besides([*self._models, *self._tapes], memory_of)
        rows = [MemoryRow(*row) for row in self._memory_shelf.rows(places, MEMORY_ENDING)]
        names = {row.name for row in rows}
        ready = () if self._ready is None else self._ready.memories()
        return rows + [row for row in ready if row.name not in names]

    def priors(self) -> list[PriorRow]:
        """Every prior, playable or not: those beside models, other files, those of ready models."""
        places = _besides([*self._models, *self._tapes], prior_of)
        rows = [PriorRow(*row) for row in self._prior_shelf.rows(places, PRIOR_ENDING)]
        others = ((row, row.info) for row in self.files() if row.info is not None)
        rows += [PriorRow(row.name, row.path, info) for row, info in others if info.prior]
        names = {row.name for row in rows}
        ready = () if self._ready is None else self._ready.priors()
        return rows + [row for row in ready if row.name not in names]

    def model(self, name: str) -> ModelRow:
        """The model of a name, which can be played.

        Raises:
            SettingError: there is none of that name, or it cannot be played.
        """
        rows, ready = self.files(), self._ready
        if ready is None:
            return _found(rows, name, "model")
        wanted = unicodedata.normalize("NFC", name)
        if all(row.name != wanted for row in rows) and (row := ready.row(wanted)) is not None:
            rows.append(row)
        return _found(rows, name, "model", ready.names(), READY_MODELS.hint)

    def tape(self, name: str) -> TapeRow:
        """The tape of a name, which can be played.

        Raises:
            SettingError: there is none of that name, or it is damaged.
        """
        return _found(self.tapes(), name, "tape")

    def memory(self, name: str) -> MemoryRow:
        """The memory of a name, which can be played.

        Raises:
            SettingError: there is none of that name, or it is damaged.
        """
        return _found(self.memories(), name, "memory")

    def prior(self, name: str) -> PriorRow:
        """The prior of a name, which can be played.

        Raises:
            SettingError: there is none of that name, or it is damaged.
        """
        return _found(self.priors(), name, "prior")

    def memory_of(self, model: str) -> MemoryRow | None:
        """The memory of a model, which has its name; ``None`` where it has none to play."""
        return _of(model, self.memories())

    def prior_of(self, model: str) -> PriorRow | None:
        """The prior of a model, which has its name; ``None`` where it has none to play."""
        return _of(model, self.priors())


Info = TypeVar("Info")
#: Name, path, description, reason.
_Parts = tuple[str, Path, Info | None, str]


class _Shelf(Generic[Info]):
    """The files of one kind, and what was read from them.

    Args:
        read: see :class:`Readings`.
    """

    def __init__(self, read: Callable[[Path], tuple[Info, str]]) -> None:
        self._readings = Readings(read)

    def rows(self, places: Iterable[Path], suffix: str) -> list[_Parts[Info]]:
        """A row for each file, in order, each file once."""
        rows: list[_Parts[Info]] = []
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


def _ordered(places: Iterable[Path]) -> list[Path]:
    """Absolute paths, files before folders, otherwise as they were given."""
    absolute = [Path(os.path.abspath(place)) for place in places]  # noqa: PTH100 (keeps links)
    return sorted(absolute, key=Path.is_dir)


def _besides(places: Iterable[Path], of: Callable[[Path], Path | None]) -> list[Path]:
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
            and (suffix == PRIOR_ENDING or not path.name.lower().endswith(PRIOR_ENDING))
        )


class _Row(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def reason(self) -> str: ...


Row = TypeVar("Row", bound=_Row)


def _of(model: str, rows: Iterable[Row]) -> Row | None:
    """The first row of a model's name that can be played."""
    wanted = unicodedata.normalize("NFC", model)
    return next((row for row in rows if row.name == wanted and not row.reason), None)


def _found(
    rows: list[Row], name: str, kind: str, more: Iterable[str] = (), hint: str | None = None
) -> Row:
    wanted = unicodedata.normalize("NFC", name)
    # Of two files with one name the first is used, or says why it cannot be.
    row = next((row for row in rows if row.name == wanted), None)
    if row is None:
        names = list(dict.fromkeys([*(row.name for row in rows if not row.reason), *more]))
        rest = ", …" if len(names) > _SHOWN else ""
        raise SettingError(
            f"there is no {kind} of that name",
            expected=(", ".join(names[:_SHOWN]) or "none, since there is none") + rest,
            received=f"{name!a:.80}",
            hint=hint,
        )
    if row.reason:
        raise SettingError(f"the {kind} {wanted!a:.80} cannot be played: {row.reason}")
    return row
