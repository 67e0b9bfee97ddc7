"""The user's own folder of artifacts, which are found under the stems of their names."""

from __future__ import annotations

import os
import unicodedata
from itertools import islice
from pathlib import Path

from musicvae.paths import expand

#: The variable that names another folder.
VARIABLE = "MUSICVAE_MODELS"
ENDING = ".onnx"
#: So lies a memory: ``jazz.memory``.
MEMORY_ENDING = ".memory"
#: And so a prior, which is an artifact, too, but no model: ``jazz.prior.onnx``.
PRIOR_ENDING = ".prior.onnx"
#: And an encoder, through which a deck hears an input: ``jazz.encoder.onnx``.
ENCODER_ENDING = ".encoder.onnx"
#: Files that are a part of the model beside which they lie, and no model.
PART_ENDINGS = (PRIOR_ENDING, ENCODER_ENDING)
#: A card lies beside its artifact: ``jazz.onnx`` and ``jazz.card.json``.
CARD_ENDING = ".card.json"
#: Entries of the folder that are looked at, at most.
_MOST_ENTRIES = 10_000


def models_folder() -> Path:
    """``$MUSICVAE_MODELS``, or ``musicvae/models`` in the user's folder for data on this system.

    It need not exist.
    """
    if named := os.environ.get(VARIABLE):
        return expand(named)
    from platformdirs import user_data_path

    return user_data_path("musicvae", appauthor=False) / "models"


def artifacts() -> dict[str, list[Path]]:
    """The ``.onnx`` files of the folder by their stems (NFC), each with all files of that stem.

    Priors and encoders that lie beside a model are parts of it, and left out. No file is opened. A
    folder that is missing or cannot be read has none.
    """
    found: dict[str, list[Path]] = {}
    try:
        inside = sorted(islice(models_folder().iterdir(), _MOST_ENTRIES))
    except OSError:
        return found
    for path in inside:
        if is_artifact(path):
            found.setdefault(unicodedata.normalize("NFC", path.stem), []).append(path)
    return found


def is_artifact(path: Path) -> bool:
    """Whether a file of a folder is a model by its name: no hidden one, and no part of another."""
    name = path.name.lower()
    return name.endswith(ENDING) and not name.endswith(PART_ENDINGS) and not name.startswith(".")


def card_of(artifact: Path) -> Path | None:
    """The card beside an artifact, or ``None``."""
    card = artifact.with_name(artifact.stem + CARD_ENDING)
    return card if card.is_file() else None


def memory_of(artifact: Path) -> Path | None:
    """The memory beside an artifact, or ``None``."""
    memory = artifact.with_suffix(MEMORY_ENDING)
    return memory if memory.is_file() else None


def prior_of(artifact: Path) -> Path | None:
    """The prior beside an artifact, or ``None``."""
    prior = artifact.with_name(artifact.stem + PRIOR_ENDING)
    return prior if prior.is_file() else None


def encoder_of(artifact: Path) -> Path | None:
    """The encoder beside an artifact, or ``None``."""
    encoder = artifact.with_name(artifact.stem + ENCODER_ENDING)
    return encoder if encoder.is_file() else None
