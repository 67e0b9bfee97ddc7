"""Finds the file of an artifact that people give as a path or as the name of a ready model."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import load, read_info
from musicvae.errors import ArtifactError, DuplicateNameError, MusicVAEError, UnknownNameError
from musicvae.models.checking import check
from musicvae.models.finding import Model, find, find_all, names
from musicvae.models.folder import encoder_of
from musicvae.models.missing import no_encoder, no_prior
from musicvae.paths import AnyPath, expand
from musicvae.text import printable

#: Who types one of these means a file, which may be missing; yet a model may have such a name.
_FILE_ENDINGS = (
    *(".onnx", ".memory", ".tape", ".json"),
    *(".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".au"),
)
_SEPARATORS = tuple(filter(None, ("/", os.sep, os.altsep)))


@dataclass(frozen=True)
class Place:
    """Where an artifact is.

    Attributes:
        path: its file; a folder where a folder was given.
        model: the ready model that it is a part of; ``None`` for a path.
    """

    path: Path
    model: Model | None = None

    def load(self) -> tuple[bytes, ArtifactInfo]:
        """Read it once: the bytes that were checked, and the description in them.

        Raises:
            ArtifactError: it cannot be played, or is not what its plug-in or its card says.
        """
        data, info = load(self.path)
        self.check(info)
        return data, info

    def check(self, info: ArtifactInfo) -> None:
        """Refuse what is not what its plug-in or its card says.

        Raises:
            ArtifactError: as :meth:`load`.
        """
        if self.model is not None:
            check(self.model, self.path, info)


def is_name(text: object) -> bool:
    """Whether this can be the name of a ready model: a text without separator and ``.onnx``.

    A path object is always a path.
    """
    return (
        isinstance(text, str)
        and bool(text)
        and not any(separator in text for separator in _SEPARATORS)
        and not text.lower().endswith(".onnx")
        and text not in (".", "..", "~")
    )


#: The artifacts of a model.
Wanted = Literal["decoder", "encoder", "prior"]


def locate(given: AnyPath, part: Wanted = "decoder") -> Place:
    """The artifact that a path or the name of a ready model stands for.

    A text with a separator or the ending ``.onnx``, and a path object, is a path. Any other text is
    a name; where there is no model of that name, but a file or folder, it is that, and with the
    ending of a file, as in ``jazz.memory``, it is a file that is missing.

    Args:
        given: as a person typed it.
        part: which artifact of the model is wanted.

    Raises:
        UnknownNameError: there is neither such a model nor such a file or folder.
        DuplicateNameError: the name stands for more than one model, or for a model and for an
            artifact, a run or a folder of artifacts here.
        BrokenPluginError: the model's plug-in does not load, or one of its files is missing.
        ArtifactError: it is no path, or a file that is missing though a model has its name; or an
            encoder or a prior is wanted and there is none for this model.
    """
    if not isinstance(given, str) or not is_name(given):
        path = expand(given, ArtifactError)
        if not os.path.lexists(path) and Path(given).name == given and path.stem in names():
            raise ArtifactError(
                f"there is no file {given!r}",
                expected="the path of an .onnx file, or the name of a ready model",
                hint=f"the ready model is called {path.stem!r}",
            )
        return Place(path)
    here = expand(given, ArtifactError)
    try:
        model = find(given)
    except UnknownNameError:
        if os.path.lexists(here) or given.lower().endswith(_FILE_ENDINGS):
            return Place(here)
        raise
    if _could_be_meant(here):
        raise ambiguous(given, model, here, _kind(here))
    return Place(_PARTS[part](model), model)


def ambiguous(given: str, model: Model, here: Path, kind: str) -> DuplicateNameError:
    """The error of a text that is a model's name, and that of something else here.

    Args:
        given: the text.
        model: the model.
        here: the path of the other.
        kind: what that is, such as ``"a folder"``.
    """
    return DuplicateNameError(
        f"{given!r} is the name of a ready model, and {kind} here",
        expected="one of the two",
        received=f"{model.name!r} of {model.source}, and {printable(str(here.absolute()))}",
        hint=f"for the latter: {os.path.join('.', given)}",  # noqa: PTH118 (Path drops ".")
    )


def inspect(artifact: AnyPath) -> ArtifactInfo:
    """Read an artifact's description.

    Args:
        artifact: its path, or the name of a ready model, whose decoder is read.

    Raises:
        ArtifactError: the file is no artifact that can be played; see
            :func:`musicvae.artifact.reading.read_info`.
        RegistryError: see :func:`locate`.
    """
    return locate(artifact).load()[1]


def _could_be_meant(here: Path) -> bool:
    """Whether something that happens to have a model's name may be meant instead of the model.

    A folder of sounds, as ``genres/jazz``, is not.
    """
    if here.is_dir():
        return (here / "run.json").is_file() or any(here.glob("*.onnx"))
    return here.is_file()


def _kind(here: Path) -> str:
    return "a folder" if here.is_dir() else "a file"


def encoder_named(given: AnyPath) -> AnyPath:
    """What a person means who gives a model where an encoder is needed.

    Args:
        given: a run, an encoder, a decoder, or the name of a ready model.

    Returns:
        Of the file of a decoder, the path of the encoder that makes its latents:
        ``jazz.encoder.onnx`` beside ``jazz.onnx``, or one that is installed. ``given`` where there
        is neither, and for everything else.

    Raises:
        ArtifactError: the file is no artifact, or as :func:`locate`.
        RegistryError: as :func:`locate`.
    """
    place = locate(given, "encoder")
    if place.model is not None or not place.path.is_file():
        return given
    info = read_info(place.path)
    if info.kind not in ("stream", "clip"):
        return given
    return encoder_of(place.path) or _installed(info.latent_space) or given


def _installed(latent_space: str) -> Path | None:
    """An encoder of a latent space among the ready models, or ``None``."""
    if latent_space:
        for record in find_all():
            found = record.value and (record.value.encoder or record.value.artifact)
            if found and _makes(found, latent_space):
                return found
    return None


def _encoder(model: Model) -> Path:
    """The encoder of a model, or another one that is installed and makes the same latents."""
    if model.encoder is not None:
        return model.encoder
    info = read_info(model.artifact)
    if info.kind == "encoder":
        return model.artifact
    if (found := _installed(info.latent_space)) is not None:
        return found
    raise no_encoder(model.name, kind=ArtifactError)


def _prior(model: Model) -> Path:
    """The prior of a model; or the model, where its file is one."""
    if model.prior is not None:
        return model.prior
    if read_info(model.artifact).kind == "prior":
        return model.artifact
    raise no_prior(model.name, ArtifactError)


_PARTS: dict[Wanted, Callable[[Model], Path]] = {
    "decoder": lambda model: model.artifact,
    "encoder": _encoder,
    "prior": _prior,
}


def _makes(file: Path, latent_space: str) -> bool:
    try:
        info = read_info(file)
    except (MusicVAEError, OSError):
        return False
    return info.kind == "encoder" and info.latent_space == latent_space
