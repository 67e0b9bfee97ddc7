"""The ready models as rows of a library; each is read when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from musicvae.artifact import ArtifactInfo
from musicvae.errors import MusicVAEError, UnknownNameError
from musicvae.live.storage.readings import Readings
from musicvae.live.storage.rows import ModelRow, playable_info
from musicvae.models import find, names
from musicvae.models.checking import problems
from musicvae.text import printable

#: Ready models that a library has, at most.
_MOST = 1_000


class ReadyShelf:
    """The ready models. For use by one thread at a time."""

    def __init__(self) -> None:
        self._readings = Readings(playable_info)

    def names(self) -> list[str]:
        """The names of all, playable or not; imports no plug-in and opens no file."""
        try:
            return names()[:_MOST]
        except MusicVAEError:  # $MUSICVAE_MODELS is no path
            return []

    def rows(self) -> Iterator[ModelRow]:
        """A row for each, playable or not; raises nothing."""
        return filter(None, map(self.row, self.names()))

    def row(self, name: str) -> ModelRow | None:
        """The row of a name, or ``None`` where there is no such model; raises nothing."""
        shown = printable(name)
        try:
            model = find(name)
        except UnknownNameError:
            return None
        except MusicVAEError as error:
            return ModelRow(shown, Path(), None, str(error))
        info, reason = self._readings.of(model.artifact)
        if info is not None and not reason:
            reason = "; ".join(problems(model, model.artifact, info))
        if shown != name:
            reason = "its name contains characters that a message cannot"
        return ModelRow(shown, model.artifact, info, reason)

    def spaces(self, most: int) -> Iterator[tuple[str, str]]:
        """Name and latent space of at most so many models; what a plug-in says is not checked."""
        for name in islice(self.names(), most):
            try:
                model = find(name)
            except MusicVAEError:
                continue
            if model.declared is not None:
                yield name, model.declared.latent_space
                continue
            info: ArtifactInfo | None = self._readings.of(model.artifact)[0]
            if info is not None and info.kind != "encoder":
                yield name, info.latent_space
