"""Encodes tracks for a prior: latents, attributes, and copies of another pitch and speed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from musicvae.audio import Sound, read_as, resample, to_channels
from musicvae.data.tracks import Track
from musicvae.errors import DataError, MusicVAEError
from musicvae.latents.arrays import Float32, Float64
from musicvae.measures.frames import UNITS, frame_attributes
from musicvae.text import printable
from musicvae.vae.prior.material import Material, Space
from musicvae.vae.prior.pile import Pile

#: Attributes are smoothed over so many seconds: a performer asks for a mood, not for a note.
_SMOOTH = 1.0
#: A copy is at least this much and at most that much faster or slower.
_SPEEDS = (0.02, 0.06)


class Ear(Protocol):
    """What encodes: an exported encoder, or the model of a run."""

    space: Space
    #: How many threads may encode at once.
    threads: int

    def encode(self, sound: Sound) -> Float32:
        """The standardised latents of a sound, float32 (steps, D)."""


def attributes_of(space: Space) -> tuple[str, ...]:
    """The attributes that are measured of sounds of a latent space, in order."""
    return tuple(name for name in UNITS if name != "width" or space.channels == 2)


def hear(
    ear: Ear,
    pile: Pile,
    copies: int = 1,
    seed: int = 0,
    progress: Callable[[str, int, int, str], None] = lambda *_: None,
    note: Callable[[str], None] = lambda _: None,
    unit: Float64 | None = None,
) -> Material:
    """Encode tracks.

    Args:
        ear: what encodes.
        pile: the tracks.
        copies: how many faster copies of each training track are made, and as many slower ones;
            speed and pitch change together, as on a tape, by 2 to 6 %.
        seed: of the speeds.
        progress: told what is done, how much of it, of how much, and which track was the last.
        note: told of tracks that cannot be used.
        unit: mean and standard deviation of each attribute, float64 (A, 2), to measure by; by
            default those of the training tracks.

    Raises:
        DataError: no track can be used, or none of the training tracks.
    """
    names = attributes_of(ear.space)
    latents: list[Float32] = []
    curves: list[Float32] = []
    labels: list[tuple[str, int, bool]] = []
    for number, (track, found) in enumerate(_each_heard(ear, pile, copies, seed, names)):
        test = track.key in pile.held_out
        if isinstance(found, MusicVAEError):
            note(f"{printable(track.key)} is not used: {found}")
            continue
        latents += [one for one, _ in found]
        curves += [one for _, one in found]
        labels += [(track.key, pile.genre_of(track.key), test)] * len(found)
        progress("encoding", number + 1, len(pile.tracks), track.key)
    if not labels or all(test for *_, test in labels):
        raise DataError("no track can be learnt from", expected="at least one training track")
    tests = np.array([test for *_, test in labels])
    learnt = np.concatenate([c for c, test in zip(curves, tests, strict=True) if not test])
    if unit is None:
        unit = np.stack([learnt.mean(axis=0), np.maximum(learnt.std(axis=0), 1e-6)], axis=1)
    together = (np.concatenate(curves) - unit[:, 0]) / unit[:, 1]
    lengths = [len(one) for one in latents]
    return Material(
        ear.space,
        np.concatenate(latents).astype(np.float16),
        np.clip(together, -8, 8).astype(np.float16),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array([genre for _, genre, _ in labels], np.int64),
        tests,
        pile.genres,
        names,
        unit.astype(np.float64),
        tuple(key for key, *_ in labels),
    )


def _each_heard(
    ear: Ear, pile: Pile, copies: int, seed: int, names: tuple[str, ...]
) -> Iterator[tuple[Track, list[tuple[Float32, Float32]] | MusicVAEError]]:
    """Each track, in order, with what was heard of it and of its copies, or why that failed."""

    def heard(number: int) -> list[tuple[Float32, Float32]] | MusicVAEError:
        track = pile.tracks[number]
        wanted = 0 if track.key in pile.held_out else copies
        try:
            sounds = _copies(ear, track, wanted, seed, number)
            return [_heard(ear, sound, names) for sound in sounds]
        except MusicVAEError as error:
            return error

    pool = ThreadPoolExecutor(ear.threads)
    try:
        yield from zip(pile.tracks, pool.map(heard, range(len(pile.tracks))), strict=True)
    finally:  # whoever stops waits for the tracks that are being heard, not for all
        pool.shutdown(cancel_futures=True)


def _copies(ear: Ear, track: Track, copies: int, seed: int, number: int) -> Iterable[Sound]:
    """The track, and copies of it at other speeds, all at the rate and channels of the ear."""
    space = ear.space
    sound = read_as(track.path, space.sample_rate, space.channels)[0]
    yield sound
    random = np.random.default_rng([seed, number])
    for _ in range(copies):
        for sign in (1, -1):
            speed = 1 + sign * random.uniform(*_SPEEDS)
            other = Sound(sound.samples, round(space.sample_rate * speed))
            yield Sound(
                to_channels(resample(other, space.sample_rate).samples, space.channels),
                space.sample_rate,
            )


def _heard(ear: Ear, sound: Sound, names: tuple[str, ...]) -> tuple[Float32, Float32]:
    """The latents of a sound, float32 (steps, D), and its attributes, float32 (steps, A)."""
    latents = ear.encode(sound)
    measured = frame_attributes(sound, ear.space.hop)
    steps = min(len(latents), *(len(measured[name]) for name in names))
    width = max(1, round(_SMOOTH * ear.space.rate))
    columns = [_smooth(_filled(measured[name][:steps]), width) for name in names]
    return latents[:steps], np.stack(columns, axis=1)


def _filled(curve: Float32) -> Float32:
    """A curve without NaN: silent steps get the mean of the others, or 0."""
    heard = curve[np.isfinite(curve)]
    return np.where(np.isfinite(curve), curve, heard.mean() if len(heard) else 0.0)


def _smooth(curve: Float32, width: int) -> Float32:
    """The mean over a window of ``width`` steps around each step; shorter at both ends."""
    total = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
    at = np.arange(len(curve))
    first, last = np.maximum(at - width // 2, 0), np.minimum(at + width // 2 + 1, len(curve))
    return ((total[last] - total[first]) / (last - first)).astype(np.float32)
