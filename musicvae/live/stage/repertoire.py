"""Finds at start-up which models can be played, which play first, and where tapes and presets are.

See ``loading.py`` for why it is a module of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from musicvae.artifact.reading import read_info
from musicvae.errors import DuplicateNameError, SettingError
from musicvae.live.options import Options
from musicvae.live.stage.loading import Decoder
from musicvae.live.storage.library import Library
from musicvae.live.storage.ready import ReadyShelf
from musicvae.live.storage.rows import UNPLAYABLE
from musicvae.models import Place, locate
from musicvae.text import printable

#: The path of an artifact or of a folder of artifacts, the name of a ready model, or a decoder that
#: is loaded already.
Artifact = str | os.PathLike[str] | Decoder
#: One of these, or several.
Artifacts = Artifact | Sequence[Artifact]


class Repertoire:
    """The models, tapes and presets that a daemon can play.

    Args:
        artifacts: a file, a folder, the name of a ready model, a decoder, or several of these.
        options: may name other folders for tapes and presets.

    Attributes:
        library: models and tapes by name.
        decoders: those that were given as decoders, by name.
        at_first: names of the models that play at first, deck by deck; at least one.
        model_rate: sample rate of the first model, in Hz.
        presets: folder of the presets.
        tapes: folder of the tapes, absolute.

    Raises:
        MusicVAEError: there is no model, or one that was named cannot be played.
    """

    def __init__(self, artifacts: Artifacts, options: Options) -> None:
        given = artifacts if isinstance(artifacts, list | tuple) else (artifacts,)
        places = [locate(item) for item in given if isinstance(item, str | os.PathLike)]
        paths = [place.path for place in places if place.model is None]
        self.decoders: Mapping[str, Decoder] = {
            item.info.genre: item for item in given if not isinstance(item, str | os.PathLike)
        }
        home = home_of(paths)
        self.presets = Path(options.presets) if options.presets is not None else home / "presets"
        tapes = Path(options.tapes) if options.tapes is not None else home
        self.tapes = Path(os.path.abspath(tapes))  # noqa: PTH100 (keeps links)
        self._given = [*paths, tapes]
        self.library = Library(paths, tapes, ReadyShelf())
        named = [place for place in places if place.model is not None or not place.path.is_dir()]
        self.at_first = [*self.decoders, *map(self._name, named)][: options.decks]
        if not self.at_first:
            self.at_first = [row.name for row in self.library.files() if not row.reason][:1]
        if not self.at_first:
            raise SettingError(
                "there is no model to play",
                expected="an .onnx file that musicvae exported, a folder of such files, or a name",
                received=", ".join(map(str, paths)) or "nothing",
                hint="`musicvae models` lists names; `musicvae export RUN -o FILE.onnx` makes one",
            )
        first = self.at_first[0]
        decoder = self.decoders.get(first)
        info = self.library.model(first).info if decoder is None else decoder.info
        if info is None:  # Library.model has refused what cannot be read
            raise SettingError("the first model has no description", received=first)
        self.model_rate = info.sample_rate

    def places(self) -> list[str]:
        """Absolute paths of the files and folders that hold models and tapes."""
        return [os.fspath(path.absolute()) for path in self._given]

    def _name(self, place: Place) -> str:
        """The name of a model that was given as a file or by name.

        Raises:
            MusicVAEError: it cannot be played.
        """
        info = read_info(place.path)
        place.check(info)
        if info.kind in UNPLAYABLE:
            article = "an" if info.kind == "encoder" else "a"
            raise SettingError(
                f"{place.path.name!r} is {article} {info.kind}: it makes latents, not sound",
                expected="an artifact of kind 'clip' or 'stream'",
                received=f"kind {info.kind!r}",
                hint="give a decoder of the same latent space",
            )
        if place.model is None:
            path = place.path.absolute()
            return next(row.name for row in self.library.files() if row.path == path)
        hiding = next((row for row in self.library.files() if row.name == place.model.name), None)
        if hiding is not None:
            raise DuplicateNameError(
                f"the name {place.model.name!r} stands for more than one of the models to play",
                expected="one model for each name",
                received=f"{place.model.source} and {printable(str(hiding.path))}",
                hint="give the file another name, or leave out one of them",
            )
        return place.model.name


def home_of(paths: Iterable[Path]) -> Path:
    """The folder where presets and tapes are: that of the first artifact, else the present one."""
    return next((path if path.is_dir() else path.parent for path in paths), Path())
