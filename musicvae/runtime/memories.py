"""Finds the memory that is to be played: one that is named, or that of a model.

>>> load_memory("jazz").seconds  # that of a ready model  # doctest: +SKIP
720.4
"""

from __future__ import annotations

from pathlib import Path

from musicvae.errors import MemoryBankError
from musicvae.latents.memory import Memory
from musicvae.models import is_name, locate
from musicvae.models.checking import check_memory
from musicvae.models.folder import MEMORY_ENDING, memory_of
from musicvae.models.missing import no_memory
from musicvae.paths import AnyPath


def has_memory(model: AnyPath) -> bool:
    """Whether a memory comes with a model; it is not looked at.

    Raises:
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    place = locate(model)
    return (memory_of(place.path) if place.model is None else place.model.memory) is not None


def memory_file(model: AnyPath) -> Path:
    """The file of a model's memory.

    Raises:
        MemoryBankError: it has none.
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    place = locate(model)
    if place.model is None:
        found = memory_of(place.path)
    else:
        check_memory(place.model)
        found = place.model.memory
    if found is None:
        raise no_memory(place.path.stem, MemoryBankError)
    return found


def load_memory(given: AnyPath) -> Memory:
    """The memory of a file, or the one that comes with a ready model.

    A text with a separator, or that ends in ``.memory`` or ``.onnx``, is a path, and so is a path
    object. Any other text is a name; where there is no model of that name, but a file, it is that.

    Args:
        given: as a person typed it.

    Raises:
        MemoryBankError: there is no such file, it is damaged, or the model has no memory.
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    if not isinstance(given, str) or not is_name(given) or given.lower().endswith(MEMORY_ENDING):
        return Memory.load(given)
    place = locate(given)
    return Memory.load(place.path if place.model is None else memory_file(given))


def chosen_memory(model: AnyPath, memory: AnyPath | Memory | None) -> Memory:
    """The memory that plays a model: the one that was chosen, or by default its own.

    Args:
        model: name of a ready model, or path of a stream artifact.
        memory: a memory, its file, or the name of a ready model, whose memory is meant; ``None``
            is that of ``model``.

    Raises:
        MemoryBankError, RegistryError: as :func:`load_memory`.
    """
    if isinstance(memory, Memory):
        return memory
    return Memory.load(memory_file(model)) if memory is None else load_memory(memory)
