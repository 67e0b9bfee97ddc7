"""The rows of a library: models, tapes and so on by name, and why one cannot be played."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import read_info
from musicvae.latents.memory import memory_format
from musicvae.latents.memory.memory_header import MemoryHeader
from musicvae.latents.tape_format import TapeHeader, read_header


@dataclass(frozen=True)
class ModelRow:
    """One model file.

    Attributes:
        name: by which it is requested; printable.
        path: path of the file.
        info: its description; ``None`` where it cannot be read.
        reason: why it cannot be played, one sentence; empty where it can.
    """

    name: str
    path: Path
    info: ArtifactInfo | None
    reason: str = ""


@dataclass(frozen=True)
class TapeRow:
    """One tape file; the attributes are those of :class:`ModelRow`.

    Only the header was read; damaged rows are found when the tape is loaded.
    """

    name: str
    path: Path
    info: TapeHeader | None
    reason: str = ""


@dataclass(frozen=True)
class MemoryRow:
    """One memory file; the attributes are those of :class:`ModelRow`.

    Only the header was read; a damaged body is found when the memory is loaded.
    """

    name: str
    path: Path
    info: MemoryHeader | None
    reason: str = ""


@dataclass(frozen=True)
class PriorRow:
    """One prior; the attributes are those of :class:`ModelRow`."""

    name: str
    path: Path
    info: ArtifactInfo | None
    reason: str = ""


@dataclass(frozen=True)
class EncoderRow:
    """One encoder; the attributes are those of :class:`ModelRow`."""

    name: str
    path: Path
    info: ArtifactInfo | None
    reason: str = ""


#: Why an artifact of these kinds is not played by itself.
UNPLAYABLE = {
    "encoder": "an encoder makes latents of sound, not sound",
    "prior": "a prior makes latents, not sound",
}


def playable_info(path: Path) -> tuple[ArtifactInfo, str]:
    """The description of a model file, and why it cannot be played; empty where it can.

    Raises:
        ArtifactError: it has no description that can be read.
    """
    info = read_info(path)
    return info, UNPLAYABLE.get(info.kind, "")


def prior_info(path: Path) -> tuple[ArtifactInfo, str]:
    """The description of a prior, and why it cannot be played; empty where it can.

    Raises:
        ArtifactError: it has no description that can be read.
    """
    info = read_info(path)
    return info, "" if info.prior is not None else f"is of kind {info.kind!r}, and no prior"


def encoder_info(path: Path) -> tuple[ArtifactInfo, str]:
    """The description of an encoder, and why nothing can be heard through it; or an empty text.

    Raises:
        ArtifactError: it has no description that can be read.
    """
    info = read_info(path)
    return info, "" if info.kind == "encoder" else f"is of kind {info.kind!r}, and no encoder"


def tape_info(path: Path) -> tuple[TapeHeader, str]:
    """The header of a tape, and an empty text.

    Raises:
        TapeError: it has no header that can be read.
    """
    return read_header(path), ""


def memory_info(path: Path) -> tuple[MemoryHeader, str]:
    """The header of a memory, and an empty text.

    Raises:
        MemoryBankError: it has no header that can be read.
    """
    return memory_format.read_header(path), ""
