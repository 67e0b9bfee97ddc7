"""Lets a model improvise over its memory into a sound.

>>> improvise("jazz", seconds=60, seed=7).write("jazz.wav")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from pathlib import Path

import numpy as np

from musicvae.audio import Sound
from musicvae.errors import MemoryBankError
from musicvae.latents.arrays import Latents
from musicvae.latents.memory import Memory
from musicvae.latents.memory.choosing import Wishes
from musicvae.latents.memory.improviser import Improviser
from musicvae.models import locate
from musicvae.models.checking import check_memory
from musicvae.models.folder import memory_of
from musicvae.paths import AnyPath
from musicvae.runtime.asking import amounts_of, moved, steered
from musicvae.runtime.sounding import check_range, check_seconds, drawn_seed, sound_of
from musicvae.runtime.stream_decoder import StreamDecoder


def improvise(
    model: AnyPath,
    seconds: float = 10.0,
    seed: int | None = None,
    *,
    memory: AnyPath | Memory | None = None,
    continuity: float = 4.0,
    temperature: float = 1.0,
    attributes: Mapping[str, float] | None = None,
) -> Sound:
    """The sound of a stream that improvises over a memory, as ``/source memory`` lets it live.

    Args:
        model: name of a ready model, or path of a stream artifact.
        seconds: length of the sound, above 0, at most an hour.
        seed: equal seeds give equal sounds; ``None`` gives another sound each time.
        memory: the memory or its file; ``None`` is that of the model: ``jazz.memory`` beside
            ``jazz.onnx``, or what a ready model brings.
        continuity: seconds from jump to jump, on average, 0.5 to 30.
        temperature: 0 takes the likeliest way, 1 is as varied as the music; up to 4.
        attributes: what is asked for by name, in standard deviations, such as
            ``{"brightness": 1.5}``: it goes where the music is so, and the latents are moved.

    Raises:
        SettingError: a number is out of its range, or the model has no such attribute.
        MemoryBankError: there is no memory, or it is damaged, or not that of the model's card.
        LatentError: the memory was made with another encoder.
        ArtifactError: the artifact cannot be played, or is no stream.
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    check_seconds(seconds, model)
    check_range("continuity", continuity, 0.5, 30.0)
    check_range("temperature", temperature, 0.0, 4.0)
    drawn = drawn_seed(seed)
    bank = memory if isinstance(memory, Memory) else Memory.load(memory or memory_file(model))
    decoder = StreamDecoder(model)
    info = decoder.info
    bank.check_space(info.latent_space, info.latent_dim)
    amounts = amounts_of(info, attributes or {})
    wishes = steered(info, bank, amounts, continuity, temperature)
    length = max(1, round(seconds * info.sample_rate))
    frames = ceil((length + info.latency) / info.hop)
    rows = improvised(bank, ceil(frames / info.stride), drawn, wishes)
    rows = moved(info, rows, amounts)
    return sound_of(decoder, np.repeat(rows, info.stride, axis=0)[:frames], length)


def improvised(memory: Memory, steps: int, seed: int, wishes: Wishes | None = None) -> Latents:
    """The latents of an improvisation.

    Args:
        memory: the memory.
        steps: how many.
        seed: equal seeds give equal latents; a longer improvisation begins like a shorter one.
        wishes: what is asked of it.

    Returns:
        Standardised latents, float32 (steps, D).

    Raises:
        SettingError: ``seed`` is not from 0 to 4294967295.
    """
    player = Improviser(memory, drawn_seed(seed), wishes)
    rows = np.empty((steps, memory.latent_dim), np.float32)
    for row in rows:
        player.next(row)
    return rows


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
        raise MemoryBankError(
            "this model has no memory",
            expected=f"{place.path.stem}.memory beside it",
            hint="make one: musicvae memory FOLDER --encoder ENCODER -o NAME.memory",
        )
    return found
