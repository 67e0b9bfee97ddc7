"""Facts of files that a card states: sizes, SHA-256, and what the files say of themselves."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from musicvae.artifact.reading import MAX_BYTES
from musicvae.files import read_bytes
from musicvae.models.card_parts import FileFacts, MemoryFacts, PriorFacts
from musicvae.paths import AnyPath, expand

if TYPE_CHECKING:
    from musicvae.latents.memory.memory_header import MemoryHeader


def file_facts(path: AnyPath) -> FileFacts:
    """Size and SHA-256 of an artifact's file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is larger than any artifact.
    """
    data = read_bytes(path, MAX_BYTES)
    return FileFacts(len(data), hashlib.sha256(data).hexdigest())


def memory_facts(path: AnyPath) -> MemoryFacts:
    """Size, SHA-256 and content of a memory's file, whose body is not checked.

    Raises:
        MemoryBankError: it is no memory.
        OSError, ValueError: as :func:`file_facts`.
    """
    from musicvae.latents.memory.memory_format import read_header

    facts, header = file_facts(path), read_header(expand(path))
    return MemoryFacts(
        facts.bytes, facts.sha256, len(header.parts), minutes_of(header), header.licence
    )


def prior_facts(path: AnyPath) -> PriorFacts:
    """Size, SHA-256 and description of a prior's file.

    Raises:
        ArtifactError: it is no artifact.
        OSError, ValueError: as :func:`file_facts`.
    """
    from musicvae.artifact.reading import read_info

    facts, info = file_facts(path), read_info(path)
    genres = () if info.prior is None else info.prior.genres
    return PriorFacts(facts.bytes, facts.sha256, genres, info.licence)


def minutes_of(header: MemoryHeader) -> float:
    """How long the tracks of a memory last together, in minutes as a card states them."""
    return round(header.seconds / 60, 2)
