"""The ready models as rows of a library; each is read when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from musicvae.errors import MusicVAEError, UnknownNameError
from musicvae.live.storage.readings import Readings
from musicvae.live.storage.rows import (
    EncoderRow,
    MemoryRow,
    ModelRow,
    PriorRow,
    encoder_info,
    memory_info,
    playable_info,
    prior_info,
)
from musicvae.models import ModelRecord, find, find_all, names
from musicvae.models.checking import memory_problems, problems
from musicvae.models.finding import Model
from musicvae.text import printable

#: Ready models that a library has, and that are looked at to greet people, at most.
_MOST, _MOST_GREETED = 1_000, 100


class ReadyShelf:
    """The ready models. For use by one thread at a time."""

    def __init__(self) -> None:
        self._readings = Readings(playable_info)
        self._memories = Readings(memory_info)
        self._priors = Readings(prior_info)
        self._encoders = Readings(encoder_info)

    def names(self) -> list[str]:
        """The names of all, playable or not; imports no plug-in and opens no file."""
        return names()[:_MOST]

    def rows(self) -> Iterator[ModelRow]:
        """A row for each, playable or not; raises nothing."""
        return map(self._row, islice(find_all(), _MOST))

    def row(self, name: str) -> ModelRow | None:
        """The row of a name, or ``None`` where there is no such model; raises nothing."""
        try:
            return self._row(ModelRecord(name, (), find(name)))
        except UnknownNameError:
            return None
        except MusicVAEError as error:
            return self._row(ModelRecord(name, (), problem=str(error)))

    def playable(self) -> Iterator[tuple[str, str]]:
        """Names and latent spaces of those that can be played; what plug-ins say is not checked."""
        for record in islice(find_all(), _MOST_GREETED):
            if record.value is None:
                continue
            if record.value.declared is not None:  # without opening a file
                yield record.name, record.value.declared.latent_space
                continue
            row = self._row(record)
            if row.info is not None and not row.reason:
                yield record.name, row.info.latent_space

    def memories(self) -> Iterator[MemoryRow]:
        """A row for the memory of each model that has one; raises nothing."""
        for record in islice(find_all(), _MOST):
            row = None if record.value is None else self._memory(record.value)
            if row is not None:
                yield row

    def memory(self, name: str) -> MemoryRow | None:
        """The row of the memory of a model; ``None`` where there is none. Raises nothing."""
        try:
            return self._memory(find(name))
        except MusicVAEError:
            return None

    def _memory(self, model: Model) -> MemoryRow | None:
        if model.memory is None:
            return None
        info, reason = self._memories.of(model.memory)
        if info is not None:
            reason = "; ".join(memory_problems(model)) or reason
        return MemoryRow(printable(model.name), model.memory, info, reason)

    def priors(self) -> Iterator[PriorRow]:
        """A row for the prior of each model that has one; raises nothing."""
        for record in islice(find_all(), _MOST):
            if record.value is not None and record.value.prior is not None:
                shown, path = printable(record.name), record.value.prior
                yield PriorRow(shown, path, *self._priors.of(path))

    def encoders(self) -> Iterator[EncoderRow]:
        """A row for the encoder of each model that has one; raises nothing."""
        for record in islice(find_all(), _MOST):
            model = record.value
            if model is not None and model.encoder is not None:
                info, reason = self._encoders.of(model.encoder)
                if info is not None:
                    reason = "; ".join(problems(model, model.encoder, info)) or reason
                yield EncoderRow(printable(record.name), model.encoder, info, reason)

    def _row(self, record: ModelRecord) -> ModelRow:
        shown, model = printable(record.name), record.value
        if model is None:
            return ModelRow(shown, Path(), None, str(record.problem))
        info, reason = self._readings.of(model.artifact)
        if info is not None:
            reason = "; ".join(problems(model, model.artifact, info)) or reason
        if shown != record.name:
            reason = "its name contains characters that a message cannot"
        return ModelRow(shown, model.artifact, info, reason)
