"""Checks whether the artifacts of a ready model are what its plug-in and its card say they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import read_info
from musicvae.errors import ArtifactError, MusicVAEError
from musicvae.models.finding import Model

#: Problems that an error lists.
_SHOWN = 3


def problems(model: Model, file: Path, info: ArtifactInfo) -> list[str]:
    """In what an artifact of a model is not what was said of it, for people; nothing if it fits.

    Args:
        model: the model.
        file: the artifact: the model's decoder, its encoder or its prior.
        info: what it says about itself.
    """
    if file == model.prior:
        return [*_against_decoder(model, file, info)]
    return [*_against_declaration(model, file, info), *_against_card(model, file, info)]


def check(model: Model, file: Path, info: ArtifactInfo) -> None:
    """Refuse an artifact of a model that is not what was said of it.

    Raises:
        ArtifactError: it has :func:`problems`; names them.
    """
    found = problems(model, file, info)
    if found:
        raise ArtifactError(
            f"the model {model.name!r} of {model.source} is not what is said of it",
            expected="files that fit together",
            received="; ".join(found[:_SHOWN]),
            hint=f"install it again, or play the file itself: {file}",
        )


def _against_decoder(model: Model, file: Path, info: ArtifactInfo) -> Iterator[str]:
    """Of a prior, of which neither the declaration nor the card says anything more."""
    if info.kind != "prior":
        yield f"{file.name} is of kind {info.kind!r}, and no prior"
    decoder = read_info(model.artifact)
    if (info.latent_space, info.latent_dim) != (decoder.latent_space, decoder.latent_dim):
        mine, its = decoder.latent_space, info.latent_space
        yield f"{file.name} makes latents of the space {its!r}, not of {mine!r}"


def _against_declaration(model: Model, file: Path, info: ArtifactInfo) -> Iterator[str]:
    declared = model.declared
    if declared is None:
        return
    encodes = file != model.artifact
    if encodes != (info.kind == "encoder"):
        wanted = "encoder" if encodes else "decoder"
        yield f"{file.name} is of kind {info.kind!r}, and no {wanted}"
    told = [("latent space", declared.latent_space, info.latent_space)]
    if not encodes:  # one encoder may serve several genres, under terms of its own
        told += [("genre", declared.genre, info.genre), ("licence", declared.licence, info.licence)]
    for what, said, its in told:
        if said not in ("", "unstated", its):
            yield f"{what} is {its!r:.60} in {file.name}, and {said!r:.60} in {model.source}"


def _against_card(model: Model, file: Path, info: ArtifactInfo) -> list[str]:
    if model.card is None:
        return []
    from musicvae.models.card import ModelCard

    try:
        return ModelCard.load(model.card).problems(info, file)
    except MusicVAEError as error:
        return [f"{error.what}: {error.received}" if error.received else error.what]
