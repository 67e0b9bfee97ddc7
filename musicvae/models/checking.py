"""Checks whether the files of a ready model are what its plug-in and its card say they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import read_info
from musicvae.errors import ArtifactError, MemoryBankError, MusicVAEError
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
        return [*_against_decoder(model, file, info), *_against_card(model, file, info)]
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


def memory_problems(model: Model) -> list[str]:
    """In what the memory of a model is not what its card says; nothing where it has none.

    Its header alone is read, and its SHA-256 computed; see :func:`check_memory`.
    """
    file = model.memory
    if file is None:
        return []
    from musicvae.latents.memory.memory_format import read_header
    from musicvae.models.card import ModelCard

    try:
        header = read_header(file)
        return (
            [] if model.card is None else ModelCard.load(model.card).memory_problems(header, file)
        )
    except MusicVAEError as error:
        return [_told(error)]


def check_memory(model: Model) -> None:
    """Refuse a memory of a model that is not what was said of it, as :func:`check`.

    Raises:
        MemoryBankError: it has :func:`memory_problems`; names them.
    """
    found = memory_problems(model)
    if found:
        raise MemoryBankError(
            f"the memory of the model {model.name!r} of {model.source} is not what is said of it",
            expected="files that fit together",
            received="; ".join(found[:_SHOWN]),
            hint=f"install it again, or name the file itself: {model.memory}",
        )


def _against_decoder(model: Model, file: Path, info: ArtifactInfo) -> Iterator[str]:
    """Of a prior, of which the declaration says nothing."""
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
        card = ModelCard.load(model.card)
        fits = card.prior_problems if file == model.prior else card.problems
        return fits(info, file)
    except MusicVAEError as error:
        return [_told(error)]


def _told(error: MusicVAEError) -> str:
    return f"{error.what}: {error.received}" if error.received else error.what
