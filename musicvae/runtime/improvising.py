"""Lets a model improvise over its memory into a sound.

>>> improvise("jazz", seconds=60, seed=7).write("jazz.wav")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

import numpy as np

from musicvae.audio import Sound
from musicvae.latents.arrays import Latents
from musicvae.latents.memory import Memory
from musicvae.latents.memory.choosing import Wishes
from musicvae.latents.memory.improviser import Improviser
from musicvae.paths import AnyPath
from musicvae.runtime.asking import amounts_of, moved, steered
from musicvae.runtime.memories import chosen_memory
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
        memory: the memory, its file, or the name of a ready model that brings one; ``None`` is
            that of the model: ``jazz.memory`` beside ``jazz.onnx``, or what a ready model brings.
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
    bank = chosen_memory(model, memory)
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
