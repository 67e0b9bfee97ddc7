"""Finds models, tapes, memories, priors and encoders by name.

Folders are read again for each request, so a file that is copied there during a performance can be
loaded. A file is read again only when its size or date has changed. For use by one thread.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from musicvae.errors import MusicVAEError, SettingError
from musicvae.live.storage.ready import ReadyShelf
from musicvae.live.storage.rows import EncoderRow as EncoderRow
from musicvae.live.storage.rows import MemoryRow as MemoryRow
from musicvae.live.storage.rows import ModelRow as ModelRow
from musicvae.live.storage.rows import PriorRow as PriorRow
from musicvae.live.storage.rows import TapeRow as TapeRow
from musicvae.live.storage.rows import (
    encoder_info,
    memory_info,
    playable_info,
    prior_info,
    tape_info,
)
from musicvae.live.storage.shelf import Shelf, besides, ordered
from musicvae.models import READY_MODELS
from musicvae.models.folder import (
    ENCODER_ENDING,
    MEMORY_ENDING,
    PRIOR_ENDING,
    encoder_of,
    memory_of,
    prior_of,
)
from musicvae.models.missing import no_encoder, no_memory, no_prior
from musicvae.similar import did_you_mean

#: Names that an error lists.
_SHOWN = 12


class Library:
    """Finds models, tapes, memories, priors and encoders by name.

    A memory, a prior or an encoder lies beside a model, with the model's name, or in a folder of
    models or tapes.

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
        self._models = ordered(models)
        self._tapes = ordered([tapes] if isinstance(tapes, Path) else tapes)
        self._ready = ready
        self._model_shelf = Shelf(playable_info)
        self._tape_shelf = Shelf(tape_info)
        self._memory_shelf = Shelf(memory_info)
        self._prior_shelf = Shelf(prior_info)
        self._encoder_shelf = Shelf(encoder_info)

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
        rows = self._memory_files()
        names = {row.name for row in rows}
        ready = () if self._ready is None else self._ready.memories()
        return rows + [row for row in ready if row.name not in names]

    def priors(self) -> list[PriorRow]:
        """Every prior, playable or not: those beside models, other files, those of ready models."""
        places = besides([*self._models, *self._tapes], prior_of)
        rows = [PriorRow(*row) for row in self._prior_shelf.rows(places, PRIOR_ENDING)]
        others = ((row, row.info) for row in self.files() if row.info is not None)
        rows += [PriorRow(row.name, row.path, info) for row, info in others if info.prior]
        names = {row.name for row in rows}
        ready = () if self._ready is None else self._ready.priors()
        return rows + [row for row in ready if row.name not in names]

    def encoders(self) -> list[EncoderRow]:
        """Every encoder: those beside models, other files, those of ready models."""
        places = besides([*self._models, *self._tapes], encoder_of)
        rows = [EncoderRow(*row) for row in self._encoder_shelf.rows(places, ENCODER_ENDING)]
        others = ((row, row.info) for row in self.files() if row.info is not None)
        rows += [
            EncoderRow(row.name, row.path, info) for row, info in others if info.kind == "encoder"
        ]
        return [*rows, *(() if self._ready is None else self._ready.encoders())]

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
            SettingError: there is none of that name, or a model of that name has none; or it is
                damaged.
        """
        return _found(self.tapes(), name, "tape")

    def memory(self, name: str) -> MemoryRow:
        """The memory of a name, which can be played.

        Raises:
            SettingError: there is none of that name, or a model of that name has none; or it is
                damaged.
        """
        row = self._memory(name)
        if row is None and self._is_model(name):
            raise no_memory(name)
        return _found(self.memories() if row is None else [row], name, "memory")

    def prior(self, name: str) -> PriorRow:
        """The prior of a name, which can be played.

        Raises:
            SettingError: there is none of that name, or a model of that name has none; or it is
                damaged.
        """
        return self._own(self.priors(), name, "prior", no_prior)

    def encoder(self, name: str) -> EncoderRow:
        """The encoder of a name, through which an input can be heard.

        Raises:
            SettingError: there is none of that name, or a model of that name has none; or it is
                damaged.
        """
        return self._own(self.encoders(), name, "encoder", no_encoder)

    def encoder_of(self, model: str, latent_space: str) -> EncoderRow | None:
        """The encoder of a model: that of its name, or another one that makes its latents.

        Args:
            model: name of the model.
            latent_space: of the model, 16 hex digits; empty where it states none.
        """
        rows = [
            row
            for row in self.encoders()
            if row.info is not None and not row.reason and row.info.latent_space == latent_space
        ]
        return _of(model, rows) or next((row for row in rows if latent_space), None)

    def memory_of(self, model: str) -> MemoryRow | None:
        """The memory of a model, which has its name; ``None`` where it has none to play."""
        row = self._memory(model)
        return None if row is None or row.reason else row

    def prior_of(self, model: str) -> PriorRow | None:
        """The prior of a model, which has its name; ``None`` where it has none to play."""
        return _of(model, self.priors())

    def _own(
        self, rows: list[Row], name: str, kind: str, lacks: Callable[[str], MusicVAEError]
    ) -> Row:
        """The row of a name; where that is a model's which has none, the error says so."""
        if not _has(rows, name) and self._is_model(name):
            raise lacks(name)
        return _found(rows, name, kind)

    def _is_model(self, name: str) -> bool:
        """Whether a name is that of a model which can be played."""
        return unicodedata.normalize("NFC", name) in self.playable()

    def _memory(self, name: str) -> MemoryRow | None:
        """The first memory of a name, playable or not; opens that of no other ready model."""
        wanted = unicodedata.normalize("NFC", name)
        row = next((row for row in self._memory_files() if row.name == wanted), None)
        return row if row or self._ready is None else self._ready.memory(wanted)

    def _memory_files(self) -> list[MemoryRow]:
        places = besides([*self._models, *self._tapes], memory_of)
        return [MemoryRow(*row) for row in self._memory_shelf.rows(places, MEMORY_ENDING)]


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


def _has(rows: Iterable[_Row], name: str) -> bool:
    wanted = unicodedata.normalize("NFC", name)
    return any(row.name == wanted for row in rows)


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
            hint=did_you_mean(name, names) or (None if names else hint),
        )
    if row.reason:
        raise SettingError(f"the {kind} {wanted!a:.80} cannot be played: {row.reason}")
    return row
