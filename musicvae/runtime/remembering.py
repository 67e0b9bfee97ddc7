"""Makes a memory of sound files: encodes them, and finds where one may jump from one to another.

>>> remember(tracks_of(["genres/jazz"]), "jazz", minutes=12).save("jazz.memory")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Sound, read_as
from musicvae.data.sides import sides
from musicvae.data.tracks import scan
from musicvae.errors import AudioError, MemoryBankError, SettingError
from musicvae.latents.arrays import Float64, Latents
from musicvae.latents.memory import Memory, Part
from musicvae.latents.memory.joints import SHORTEST, joints_of, phases_at
from musicvae.latents.memory.measured import between, coded
from musicvae.latents.memory.memory_format import Body
from musicvae.latents.memory.memory_header import (
    MAX_NAME,
    MAX_PARTS,
    NONE,
    MemoryHeader,
    check_words,
)
from musicvae.latents.memory.neighbours import neighbours_of
from musicvae.measures.frames import frame_attributes
from musicvae.measures.onsets import onset_weights
from musicvae.measures.pulse import beats
from musicvae.paths import AnyPath, expand
from musicvae.runtime.encoder import Encoder
from musicvae.text import printable

#: Minutes of music that a memory holds, if nothing else is asked for: about 1 MB.
DEFAULT_MINUTES = 12.0
MOST_MINUTES = 360.0
#: What 1 means in the rows: sixteen steps for a standard deviation, up to 7.9 of them.
SCALE = 1 / 16

#: Called with the number of the track, how many there are, and its path, before it is encoded.
Progress = Callable[[int, int, Path], None]
#: Called with a file that is left out, and why.
LeftOut = Callable[[Path, str], None]


@dataclass(frozen=True)
class Piece:
    """A sound file that is to be remembered.

    Attributes:
        path: the file.
        style: what kind of music it is.
    """

    path: Path
    style: str


@dataclass(frozen=True, eq=False)
class _Encoded:
    """One track: its rows, its joints, counted from its own first row, and what follows these."""

    part: Part
    rows: Latents
    joints: NDArray[np.int32]
    onsets: NDArray[np.uint8]
    phases: NDArray[np.uint8]
    measured: dict[str, Float64]


def pieces_of(places: Iterable[AnyPath], style: str = "", split: str | None = None) -> list[Piece]:
    """The sound files that a person named, alone or as folders.

    Args:
        places: files and folders.
        style: of all of them; by default the name of the folder that each file is in.
        split: the rule of a training (:mod:`musicvae.recipes.split`): of a folder, only the tracks
            count that it learns from; ``None`` takes all.

    Raises:
        DataError: a folder holds no sound file.
        SettingError: ``split`` is no rule.
    """
    found: list[Piece] = []
    for place in map(expand, places):
        paths = [place]
        if place.is_dir():
            every = [track.path for track in scan(place).tracks]
            paths = every if split is None else sides(place, split).learnt
        found += [Piece(path, style or path.absolute().parent.name) for path in paths]
    return list(dict.fromkeys(found))


def remember(
    pieces: Sequence[Piece],
    encoder: Encoder,
    minutes: float = DEFAULT_MINUTES,
    *,
    evenly: bool = True,
    licence: str = "unstated",
    source: str = "",
    progress: Progress | None = None,
    left_out: LeftOut | None = None,
) -> Memory:
    """Encode sound files, and make a memory of them.

    Where there is more music than asked for, the tracks that come last are left out.

    Args:
        pieces: the sound files; see :func:`pieces_of`.
        encoder: of the latent space of the decoders that are to play it.
        minutes: of music at most.
        evenly: whether tracks are taken from all over the list, and not in its order.
        licence: of the music, as its owner states it; it goes with the memory.
        source: where the music comes from, for people.
        progress: told each track before it is encoded.
        left_out: told each file that is too short or cannot be read; without it, one that cannot
            be read is an error.

    Raises:
        SettingError: ``minutes`` is out of its range.
        MemoryBankError: there is no track, or none is long enough; ``licence`` or ``source`` is too
            long.
        AudioError: a track cannot be read.
        ArtifactError: the encoder does not say how many frames a latent lasts, or fails.
    """
    check_minutes(minutes)
    check_words(licence, source)
    most = round(minutes * 60 * encoder.info.latent_rate)
    tracks: list[_Encoded] = []
    for number, piece in enumerate(_spread(pieces) if evenly else pieces):
        left = most - sum(track.part.steps for track in tracks)
        if left < SHORTEST or len(tracks) == MAX_PARTS:
            break
        if progress is not None:
            progress(number, len(pieces), piece.path)
        try:
            tracks.append(_encoded(piece, encoder, left))
        except _TooShort as error:
            if left_out is not None:
                left_out(piece.path, str(error))
        except AudioError as error:
            if left_out is None:
                raise
            left_out(piece.path, error.what)
    if not tracks:
        raise MemoryBankError(
            "there is nothing to remember",
            expected=f"at least one track of {_shortest(encoder.info):.2f} s or more",
            received=f"{len(pieces)} file(s)",
        )
    return _assembled(tracks, encoder.info, licence, source)


def check_minutes(minutes: float) -> None:
    """Refuse a length that no memory has.

    Raises:
        SettingError: it is not above 0, or too long.
    """
    if not 0 < minutes <= MOST_MINUTES:  # NaN is not
        raise SettingError(
            "a memory of this length cannot be made",
            expected=f"minutes above 0, at most {MOST_MINUTES:g}",
            received=minutes,
        )


class _TooShort(Exception):  # noqa: N818 (it says what the track is)
    """A track has too few steps."""


def _shortest(info: ArtifactInfo) -> float:
    """Seconds of the shortest track."""
    return SHORTEST / info.latent_rate


def _spread(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces in an order in which any beginning of the list is spread over all of them."""
    golden = (np.sqrt(5) - 1) / 2
    order = np.argsort((np.arange(len(pieces)) * golden) % 1, kind="stable")
    return [pieces[index] for index in order]


def _encoded(piece: Piece, encoder: Encoder, most: int) -> _Encoded:
    """A track as latents, at most so many steps.

    Raises:
        _TooShort: it is shorter than any.
        AudioError: it cannot be read.
    """
    info = encoder.info
    sound, _ = read_as(piece.path, info.sample_rate, 1 if info.channels == 1 else None)
    samples = sound.samples[: most * info.hop]
    steps = min(most, len(samples) // info.hop)
    if steps < SHORTEST:
        raise _TooShort(f"is shorter than {_shortest(info):.2f} s")
    kept = Sound(samples, sound.sample_rate)
    try:
        weights, pulse = _onsets(kept, info, steps), beats(kept)
        curves = frame_attributes(kept, info.hop)
    except AudioError as error:
        raise AudioError(
            f"{printable(piece.path.name)!r} cannot be remembered: {error.what}"
        ) from error
    joints, onsets = joints_of(steps, weights)
    moments = (joints * info.hop - info.latency) / info.sample_rate
    name, style = (printable(text, most=MAX_NAME) for text in (piece.path.stem, piece.style))
    rows = encoder.encode(kept)[:steps]
    measured = {what: between(joints, curve[:steps]) for what, curve in curves.items()}
    part, phases = Part(name, style, steps), phases_at(moments, pulse)
    return _Encoded(part, rows, joints, onsets, phases, measured)


def _onsets(sound: Sound, info: ArtifactInfo, steps: int) -> Float64:
    """The weight of the clearest onset within each step, float64 (steps,)."""
    times, weights = onset_weights(sound)
    # A step describes the sound that ended ``latency`` samples before it does.
    inside = ((times * info.sample_rate + info.latency) / info.hop).astype(np.int64)
    found = np.zeros(steps + 1)
    np.maximum.at(found, np.minimum(inside, steps), weights)
    return found[:steps]


def _assembled(tracks: Sequence[_Encoded], info: ArtifactInfo, licence: str, source: str) -> Memory:
    """All tracks, one after another, with the neighbours of their joints."""
    parts = tuple(track.part for track in tracks)
    starts = np.cumsum([0, *(part.steps for part in parts)])
    rows = np.concatenate([track.rows for track in tracks])
    codes = np.clip(np.rint(rows / SCALE), -127, 127).astype(np.int8)
    pairs = zip(tracks, starts[:-1], strict=True)
    joints = np.concatenate([track.joints + start for track, start in pairs]).astype(np.int32)
    onsets, phases = (
        np.concatenate([getattr(track, name) for track in tracks]) for name in ("onsets", "phases")
    )
    if len(joints) > NONE:
        raise MemoryBankError(
            "this is too much for one memory",
            expected=f"at most {NONE} places to jump from",
            received=len(joints),
            hint="ask for fewer --minutes, or make several memories",
        )
    near = neighbours_of(codes, joints, onsets, parts)
    scales, measured = coded([track.measured for track in tracks])
    header = MemoryHeader(
        steps=len(codes),
        latent_dim=codes.shape[1],
        joints=len(joints),
        neighbours=near.shape[1],
        scale=SCALE,
        sample_rate=info.sample_rate,
        hop=info.hop // max(1, info.stride),
        stride=info.stride,
        latent_space=info.latent_space,
        parts=parts,
        licence=licence,
        source=source,
        attributes=scales,
    )
    return Memory(header, Body(codes, joints, onsets, phases, near, measured))
