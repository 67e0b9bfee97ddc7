"""One tape through many decoders: what stays of the track, and what becomes of its genre.

A track of one genre is encoded once and played by every decoder, as it is and moved to where the
music of the decoder's genre lies (``/adapt 1``). What stays is measured against the
track: onset correlation, correlation of loudness and of pitch classes; the last row says what an
unrelated moment, the same track half its length later, would give. What changes is a distance to
the music of the decoder's genre, which should fall below that to the genre of the track: the
Fréchet distance of log-mel frames, all sounds at one level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from musicvae.audio import Sound
from musicvae.cards.measuring import Instrument, beginning
from musicvae.measures import (
    frechet_log_mel_distance,
    level,
    loudness_correlation,
    onset_correlation,
    pitch_class_correlation,
)

_STAYS = "onsets | loudness | pitch classes"
_DISTANCE = "distance to its genre, to the tape's"
TAPE = (
    f"| tape of | played by | {_STAYS} | {_DISTANCE} | adapted: {_STAYS} | {_DISTANCE} |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)
TAPES = (
    f"| tape of | nearer to the genre that plays | {_STAYS} | adapted: nearer | {_STAYS} |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)
#: How far latents are moved to where the music of the model lies: place and spread.
Shares = tuple[float, float]
LEFT: Shares = (0.0, 0.0)
#: Level at which spectra are compared, in dBFS.
LEVEL = -20.0
#: Tracks that stand for a genre.
REFERENCES = 6


class Player(Protocol):
    """A model with the tracks of its genre; see ``Model`` in instruments.py."""

    @property
    def instrument(self) -> Instrument:
        """Its decoder and encoder."""

    @property
    def learnt(self) -> tuple[Path, ...]:
        """Tracks that stand for its genre."""

    @property
    def tracks(self) -> tuple[Path, ...]:
        """Unheard tracks, the first of which becomes the tape."""


class Played(NamedTuple):
    """What became of a tape.

    Attributes:
        stays: correlations of onsets, loudness and pitch classes with the track.
        near: distance to the genre that plays.
        far: distance to the genre of the tape.
    """

    stays: tuple[float, ...]
    near: float
    far: float


def report_tapes(
    models: Mapping[str, Player], sources: Sequence[str], adapting: Shares = (1.0, 1.0)
) -> None:
    """Print how far a tape of each source becomes the genre that plays it, as it is and adapted.

    Of a single source each model has a row; of several each source has one.
    """
    music = {
        name: [at_level(beginning(path)) for path in model.learnt[:REFERENCES]]
        for name, model in models.items()
    }
    print(TAPE if len(sources) == 1 else TAPES)
    for source in sources:
        track = beginning(models[source].tracks[0])
        tape = models[source].instrument.encoder.tape(track)
        every: dict[Shares, list[Played]] = {shares: [] for shares in (LEFT, adapting)}
        for name, model in models.items():
            decoder = model.instrument.decoder
            cells = []
            for shares, all_played in every.items():
                adapted = tape.adapted(decoder.info, *shares)
                sound = Sound.of(decoder.play(adapted), decoder.info.sample_rate)
                near, far = (
                    frechet_log_mel_distance([at_level(sound)], music[genre])
                    for genre in (name, source)
                )
                played = Played(_stays(track, sound), near, far)
                cells.append(f"{_three(played.stays)} | {_pair(near, far)}")
                if name != source:
                    all_played.append(played)
            if len(sources) == 1:
                print(f"| {source} | {name} | {' | '.join(cells)} |", flush=True)
        if len(sources) == 1:
            later = np.roll(track.samples, len(track.samples) // 2, axis=0)
            chance = _three(_stays(track, Sound(later, track.sample_rate)))
            print(f"| {source} | (an unrelated moment) | {chance} | | | | | |\n")
            print(_counted(every) + "\n")
        else:
            print(f"| {source} | {' | '.join(map(_summary, every.values()))} |", flush=True)


def _changed(every: Sequence[Played]) -> int:
    return sum(played.near < played.far for played in every)


def _counted(every: Mapping[Shares, Sequence[Played]]) -> str:
    plain, adapted = every.values()
    return (
        f"{_changed(plain)} of {len(plain)} are nearer to the genre that plays than to that of the "
        f"tape, adapted {_changed(adapted)} of {len(adapted)}"
    )


def _summary(every: Sequence[Played]) -> str:
    means = np.mean([played.stays for played in every], axis=0)
    return f"{_changed(every)} of {len(every)} | {_three(means)}"


def at_level(sound: Sound) -> Sound:
    """The sound at the level at which spectra are compared; silence stays."""
    gain = 10 ** ((LEVEL - level(sound)) / 20)
    return Sound.of(sound.samples * gain, sound.sample_rate) if gain < 1e3 else sound


def _stays(track: Sound, sound: Sound) -> tuple[float, ...]:
    measures = (onset_correlation, loudness_correlation, pitch_class_correlation)
    return tuple(measure(track, sound) for measure in measures)


def _three(values: Iterable[float]) -> str:
    return " | ".join(f"{value:.2f}" for value in values)


def _pair(near: float, far: float) -> str:
    return f"{near:.1f}, {far:.1f}" if near <= far else f"**{near:.1f}**, {far:.1f}"
