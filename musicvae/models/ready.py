"""Defines a ready model, and finds those that plug-ins bring.

A ready model is a declaration: where an exported decoder lies in a distribution, and what it says
about itself. The distribution's pyproject names one :class:`ReadyModel` object for each::

    [project.entry-points."musicvae.ready_models"]
    bossa = "musicvae_bossa:BOSSA_MODEL"

and its module defines the object::

    from musicvae.models import ReadyModel

    BOSSA_MODEL = ReadyModel(
        name="bossa",
        genre="bossa",
        decoder="musicvae_bossa:models/bossa.onnx",
        licence="CC-BY-4.0",
    )

The entry point's name and ``ReadyModel.name`` must be the same. The module is imported when one of
its models is first used, so it must not compute or open anything at import.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from musicvae.errors import BrokenPluginError, SettingError
from musicvae.registry import Registry

GROUP = "musicvae.ready_models"

#: ``"package:path/inside"``, or the path of a file.
File = str | os.PathLike[str]
Part = Literal["decoder", "encoder", "card", "run", "memory", "prior"]


@dataclass(frozen=True)
class ReadyModel:
    """A model that a distribution brings, ready to play.

    A file is named as ``"package:path/inside/it.onnx"``, with ``/`` on every system, or as a path
    object. It is looked for when it is used.

    Attributes:
        name: lower-case letters, digits, ``-`` and ``_``; starts with a letter.
        genre: name of the music that it was trained on, as the decoder says it.
        decoder: an artifact that sounds: a stream or a clip.
        encoder: the artifact that makes latents for the decoder; several models may share it.
        latent_space: the 16 hex digits of the decoder's latent space; empty if it states none.
        licence: of the model, as the decoder says it.
        card: the model card, a JSON file; ``None`` where there is none.
        run: the run folder that ``musicvae train --from NAME`` starts from, which several models
            may share; ``None`` where there is none.
        memory: encoded tracks that ``musicvae live`` improvises over, a ``.memory`` file; ``None``
            where there is none.
        prior: an artifact of kind prior that makes new latents for the decoder; several models may
            share it; ``None`` where there is none.

    Raises:
        SettingError: the name or the latent space cannot be one.
    """

    name: str
    genre: str
    decoder: File
    encoder: File | None = None
    latent_space: str = ""
    licence: str = "unstated"
    card: File | None = None
    run: File | None = None
    memory: File | None = None
    prior: File | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", self.name):
            raise SettingError(
                "a model's name cannot be used",
                expected="lower-case letters, digits, - and _, starting with a letter",
                received=self.name,
            )
        if not re.fullmatch(r"([0-9a-f]{16})?", self.latent_space):
            raise SettingError(
                f"the latent space of the model {self.name!r} cannot be one",
                expected="16 hex digits, as `musicvae inspect` prints them, or nothing",
                received=self.latent_space,
            )

    def file(self, part: Part) -> Path | None:
        """The path of a part; ``None`` where the model has no such part.

        Raises:
            BrokenPluginError: the file is missing, or its package is, or lies in an archive.
        """
        named: File | None = getattr(self, part)
        if named is None:
            return None
        path = _inside(named) if isinstance(named, str) else Path(named)
        kept = path / "run.json" if path is not None and part == "run" else path
        if path is None or kept is None or not kept.is_file():
            what = "folder" if part == "run" else "file"
            raise BrokenPluginError(
                f"the {part} of the model {self.name!r} is missing",
                expected=f"the {what} {os.fspath(named)}",
                received="an installation that is not complete",
            )
        return path


def _inside(named: str) -> Path | None:
    """The path of ``"package:path"``, or ``None`` where there is no such package on the disk."""
    from importlib import import_module
    from importlib.resources import files

    package, _, inside = named.partition(":")
    try:
        place = files(import_module(package)).joinpath(*inside.split("/"))
    except (Exception, SystemExit):  # noqa: BLE001 (a foreign module may raise anything)
        return None
    return place if isinstance(place, Path) else None


#: Every ready model that a plug-in brings.
READY_MODELS: Registry[ReadyModel] = Registry(
    GROUP,
    ReadyModel,
    noun="ready model",
    hint="pip install musicvae-gtzan  (from a checkout: pip install ./plugins/gtzan)",
    others="`musicvae models` lists them; a file is named by its path, with its ending",
)
