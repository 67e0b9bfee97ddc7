"""New music from a seed: a learned prior moves the latents of a stream, alone or with a memory.

>>> play_prior("jazz", seconds=60, seed=7).write("new.wav")  # doctest: +SKIP
>>> play_prior("jazz", seconds=60, seed=7, variation=0.5).write("varied.wav")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from pathlib import Path

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Sound
from musicvae.errors import ArtifactError
from musicvae.latents.arrays import Float32, Latents
from musicvae.latents.memory import Memory
from musicvae.latents.memory.improviser import Improviser
from musicvae.latents.memory.memory_header import WINDOW
from musicvae.models import locate
from musicvae.models.folder import prior_of
from musicvae.models.missing import no_prior
from musicvae.paths import AnyPath
from musicvae.runtime.asking import amounts_of, moved, steered
from musicvae.runtime.memories import chosen_memory
from musicvae.runtime.prior import HOTTEST, Prior
from musicvae.runtime.rollout import Rollout
from musicvae.runtime.sounding import check_range, check_seconds, drawn_seed, sound_of
from musicvae.runtime.stream_decoder import StreamDecoder
from musicvae.runtime.turns import shortened


def has_prior(model: AnyPath) -> bool:
    """Whether a prior comes with a model; it is not looked at.

    Raises:
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    place = locate(model)
    return (prior_of(place.path) if place.model is None else place.model.prior) is not None


def play_prior(
    model: AnyPath,
    seconds: float = 10.0,
    seed: int | None = None,
    *,
    prior: AnyPath | None = None,
    temperature: float = 1.0,
    genre: str | None = None,
    attributes: Mapping[str, float] | None = None,
    variation: float = 1.0,
    memory: AnyPath | Memory | None = None,
    continuity: float = 4.0,
) -> Sound:
    """The sound of a stream whose latents a learned prior makes, as ``/source prior`` does live.

    Args:
        model: name of a ready model, or path of a stream.
        seconds: length of the sound, above 0, at most an hour.
        seed: equal seeds give equal sounds; ``None`` gives another sound each time.
        prior: path of a prior of the same latent space, or the name of a ready model that has one;
            ``None`` is that of the model:
            ``jazz.prior.onnx`` beside ``jazz.onnx``, or what a ready model brings.
        temperature: 0 to 4: 1 is as in the music, less is tamer.
        genre: one that the prior knows; by default the model's own where it does.
        attributes: what is asked for, by name, in standard deviations: the prior and the memory go
            where the music is so; what the prior does not know moves the latents, and so does what
            it knows as far as the memory plays.
        variation: 0 plays the memory, 1 the prior alone; between them they take turns, and this is
            the prior's share.
        memory: the memory, its file, or the name of a ready model that brings one; ``None`` is
            that of the model. None is needed at 1.
        continuity: seconds from jump to jump in the memory, on average, 0.5 to 30; times its share.

    Raises:
        SettingError: a number is out of its range, the prior knows no such genre, or neither it nor
            the model has such an attribute.
        LatentError: the prior or the memory is of another latent space than the model.
        MemoryBankError: there is no memory, or it is damaged.
        ArtifactError: one of them cannot be used, or there is no prior.
    """
    check_seconds(seconds, model)
    check_range("variation", variation, 0.0, 1.0)
    check_range("temperature", temperature, 0.0, HOTTEST)
    check_range("continuity", continuity, 0.5, 30.0)
    drawn = drawn_seed(seed)
    decoder, learnt = StreamDecoder(model), _prior(model, prior)
    info = decoder.info
    learnt.check_space(info.latent_space)
    asked = _ask(learnt, info, drawn, genre, attributes or {})
    player: Improviser | None = None
    if variation < 1:
        bank = chosen_memory(model, memory)
        bank.check_space(info.latent_space, info.latent_dim)
        passage = shortened(continuity, 1.0 - variation)
        player = Improviser(bank, drawn, steered(info, bank, asked, passage, temperature))
    length = max(1, round(seconds * info.sample_rate))
    steps = ceil((length + info.latency) / (info.hop * info.stride))
    latents = rolled_out(Rollout(learnt, drawn), steps, temperature, player, variation)
    added = asked * _unheeded(learnt, info, variation)
    return sound_of(decoder, decoder.hold(moved(info, latents, added)), length)


def rolled_out(
    rollout: Rollout,
    steps: int,
    temperature: float = 1.0,
    player: Improviser | None = None,
    variation: float = 1.0,
) -> Latents:
    """The latents of a rollout.

    Args:
        rollout: which goes on.
        steps: how many.
        temperature: 0 to 4.
        player: of the memory that is varied; ``None`` lets the prior play alone.
        variation: 0 to 1.

    Returns:
        Standardised latents, float32 (steps, D).

    Raises:
        ArtifactError: see :meth:`Prior.step`.
    """
    rows = np.empty((steps, len(rollout.row)), np.float32)
    remembered = np.empty_like(rollout.row)
    for number, row in enumerate(rows):
        told = None
        if player is not None and rollout.turns.remembers(variation):
            if rollout.turns.returning:
                player.follow(_last(rows, number))
            player.next(told := remembered)
        row[:] = rollout.next(temperature, told)
    return rows


def _last(rows: Latents, number: int) -> Latents:
    """The rows before one of this number that a memory compares, from the first on."""
    return rows[np.maximum(np.arange(number - WINDOW, number), 0)]


def _ask(
    prior: Prior,
    info: ArtifactInfo,
    seed: int,
    genre: str | None,
    attributes: Mapping[str, float],
) -> Float32:
    """Ask for a genre, by default that of the model or the only one, and for attributes.

    Returns:
        What is asked for of each attribute of the model, float32 (attributes,).
    """
    knobs = {knob.name for knob in prior.prior.attributes}
    prior.conditions.suit(info, [] if genre is None else [genre], seed)
    own = {attribute.name for attribute in info.attributes}
    for name, value in attributes.items():
        if name in knobs or name not in own:
            prior.conditions.set_attribute(name, value)
    return amounts_of(info, {name: attributes[name] for name in attributes if name in own})


def _unheeded(prior: Prior, info: ArtifactInfo, variation: float) -> Float32:
    """How much of each attribute is added, 0 to 1: what the prior makes itself is not."""
    knobs = {knob.name for knob in prior.prior.attributes}
    shares = [1.0 - variation if each.name in knobs else 1.0 for each in info.attributes]
    return np.array(shares, np.float32)


def _prior(model: AnyPath, prior: AnyPath | None) -> Prior:
    """The prior that was named, or that of the model."""
    if prior is not None:
        return Prior(prior)
    place = locate(model)
    if place.model is not None:
        return Prior(place.model.name)
    return Prior(_beside(place.path))


def _beside(model: Path) -> Path:
    found = prior_of(model)
    if found is None:
        raise no_prior(model.stem, ArtifactError)
    return found
