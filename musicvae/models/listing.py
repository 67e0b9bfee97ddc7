"""Looks at every ready model: reads and checks its files, for a list of what is installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import read_info
from musicvae.errors import ArtifactError, CardError, MusicVAEError
from musicvae.models.card import ModelCard
from musicvae.models.card_parts import MemoryFacts
from musicvae.models.checking import memory_problems, problems
from musicvae.models.file_facts import memory_facts
from musicvae.models.finding import Model, ModelRecord, find, find_all


@dataclass(frozen=True)
class Listed:
    """One name, with what its files say, or with what is wrong.

    Attributes:
        name: the name.
        sources: where it comes from; several where they clash.
        model: its files, or ``None``.
        info: what its artifact says about itself, or ``None``.
        size: bytes of its artifact; 0 where it cannot be read.
        card: its card, or ``None``.
        memory: what its memory holds, or ``None`` where it has none that can be played.
        problem: why it cannot be used, or ``None``.
    """

    name: str
    sources: tuple[str, ...]
    model: Model | None = None
    info: ArtifactInfo | None = None
    size: int = 0
    card: ModelCard | None = None
    memory: MemoryFacts | None = None
    problem: str | None = None


def listed() -> Iterator[Listed]:
    """Every ready model, usable or not; raises nothing."""
    read: dict[Path, ArtifactInfo] = {}  # an encoder may be that of ten models
    for record in find_all():
        yield _listed(record, read)


def card_of(name: str) -> ModelCard:
    """The card of a ready model, which fits its artifact.

    Raises:
        RegistryError: there is no such model, or its plug-in is broken.
        ArtifactError: its artifact cannot be read, or is not what its card or plug-in says.
        CardError: it has no card, or the card cannot be read.
    """
    model = find(name)
    if model.card is None:
        raise CardError(
            f"the model {model.name!r} has no card",
            expected=f"a card beside {model.artifact.name!r}, or one that its plug-in names",
            received=model.source,
            hint=f"musicvae inspect {model.name}  prints what its artifact says",
        )
    card = ModelCard.load(model.card)
    found = [
        *problems(model, model.artifact, read_info(model.artifact)),
        *memory_problems(model),
    ]
    if found:
        raise ArtifactError(
            f"the card of {model.name!r} does not fit its files", received="; ".join(found)
        )
    return card


def _listed(record: ModelRecord, read: dict[Path, ArtifactInfo]) -> Listed:
    model, name, sources = record.value, record.name, record.sources
    if model is None:
        return Listed(name, sources, problem=record.problem)
    try:
        wrong: list[str] = []
        for file in filter(None, (model.artifact, model.encoder, model.prior)):
            if file not in read:
                read[file] = read_info(file)
            wrong += problems(model, file, read[file])
        info, size = read[model.artifact], model.artifact.stat().st_size
        memory = _memory(model, info)
        wrong += memory_problems(model)
        card = None if model.card is None or wrong else ModelCard.load(model.card)
    except (MusicVAEError, OSError, ValueError) as error:
        return Listed(name, sources, model, problem=str(error))
    wrong = list(dict.fromkeys([*wrong, *_strangers(model, read)]))
    return Listed(name, sources, model, info, size, card, memory, "; ".join(wrong) or None)


def _memory(model: Model, info: ArtifactInfo) -> MemoryFacts | None:
    """What the memory of a model holds; all of it is read.

    Raises:
        MusicVAEError: it is damaged, or the decoder does not understand its latents.
        OSError, ValueError: it cannot be read.
    """
    if model.memory is None:
        return None
    from musicvae.latents.memory import Memory

    memory = Memory.load(model.memory)
    if info.kind == "stream":
        memory.check_space(info.latent_space, info.latent_dim)
    return memory_facts(model.memory)


def _strangers(model: Model, read: dict[Path, ArtifactInfo]) -> Iterator[str]:
    """Whether decoder and encoder, each sound in itself, do not belong together."""
    if model.encoder is not None:
        mine, its = read[model.artifact].latent_space, read[model.encoder].latent_space
        if mine != its:
            yield f"{model.encoder.name} makes latents of the space {its!r}, not of {mine!r}"
