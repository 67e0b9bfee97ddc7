"""Passes a track through a trained model: its latents, and how far what comes back is from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from musicvae.audio import Samples, Sound
from musicvae.latents.arrays import Float32
from musicvae.measures import log_mel_distance

#: A track is heard in so many pieces, spread evenly over it, where it is longer than is asked for.
PIECES = 3
#: Added to errors, in nats, before they are divided: silence has none.
_LEAST = 1e-3


class Model(Protocol):
    """What a survey needs of a trained model; every family that ships has it."""

    def encode(self, sound: Sound) -> Float32:
        """Standardised latents, float32 (steps, D)."""

    def reconstruct(self, sound: Sound) -> Sound:
        """The sound after encoding and decoding, aligned with it."""


@dataclass(frozen=True, eq=False)
class Heard:
    """One track, as a model hears it.

    Attributes:
        latents: standardised, float32 (steps, D), of all pieces one after another.
        error: mean distance of the log-mel bands, in natural-log units, as
            :func:`musicvae.measures.log_mel_distance`.
        excerpt: the piece from the middle, as recorded; and
        echo: what the model makes of it.
        lead: natural logarithm of the error of the model that this one started from, over its own:
            what it learnt since helps with this track. 0 where there is none to compare with.
    """

    latents: Float32
    error: float
    excerpt: Sound
    echo: Sound
    lead: float = 0.0


def hear(
    model: Model, track: Samples, sample_rate: int, seconds: float, start: Model | None = None
) -> Heard:
    """Pass a track through a model.

    Args:
        model: the trained model.
        track: float32 (samples, channels), full scale ±1; only what is heard is read.
        sample_rate: in Hz; the model's.
        seconds: how much of it to hear at most.
        start: the model that it started from, if any.
    """
    latents, errors, sounds, before = [], [], [], []
    for first, last in pieces(len(track), round(seconds * sample_rate)):
        sound = Sound(np.array(track[first:last]), sample_rate)
        echo = model.reconstruct(sound)
        latents.append(model.encode(sound))
        errors.append(log_mel_distance(sound, echo))
        sounds.append((sound, echo))
        if start is not None:
            before.append(log_mel_distance(sound, start.reconstruct(sound)))
    middle = sounds[len(sounds) // 2]
    error = float(np.mean(errors))
    lead = float(np.log((np.mean(before) + _LEAST) / (error + _LEAST))) if before else 0.0
    return Heard(np.concatenate(latents), error, *middle, lead)


def pieces(samples: int, wanted: int) -> list[tuple[int, int]]:
    """First sample, and first after it, of each piece of a track that is heard."""
    if samples <= wanted:
        return [(0, samples)]
    size = max(1, wanted // PIECES)
    starts = [(samples - size) * (2 * piece + 1) // (2 * PIECES) for piece in range(PIECES)]
    return [(start, start + size) for start in starts]
