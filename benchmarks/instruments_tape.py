"""One tape through many decoders: what stays of the track, and what becomes of its genre.

A track of one genre is encoded once and played by every decoder. What stays is measured against the
track: onset correlation, correlation of loudness and of pitch classes; the last row says what an
unrelated moment, the same track half its length later, would give. What changes is a distance to
the music of the decoder's genre, which should fall below that to the genre of the track: the
Fréchet distance of log-mel frames, all sounds at one level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

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

TAPE = (
    "| tape of | played by | onsets | loudness | pitch classes "
    "| distance to its genre, to the tape's |\n| --- | --- | ---: | ---: | ---: | ---: |"
)
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


def report_tapes(models: Mapping[str, Player], sources: Sequence[str]) -> None:
    """Print a row for each tape and model, and in how many the sound changed its genre."""
    music = {
        name: [at_level(beginning(path)) for path in model.learnt[:REFERENCES]]
        for name, model in models.items()
    }
    changed = count = 0
    for source in sources:
        track = beginning(models[source].tracks[0])
        tape = models[source].instrument.encoder.tape(track)
        for name, model in models.items():
            decoder = model.instrument.decoder
            sound = Sound.of(decoder.play(tape), decoder.info.sample_rate)
            near, far = (
                frechet_log_mel_distance([at_level(sound)], music[genre])
                for genre in (name, source)
            )
            if name != source:
                count, changed = count + 1, changed + (near < far)
            print(
                f"| {source} | {name} | {_stays(track, sound)} | {_pair(near, far)} |", flush=True
            )
        later = Sound(np.roll(track.samples, len(track.samples) // 2, axis=0), track.sample_rate)
        print(f"| {source} | (an unrelated moment) | {_stays(track, later)} | |")
    print(f"\n{changed} of {count} are nearer to the genre that plays than to that of the tape\n")


def at_level(sound: Sound) -> Sound:
    """The sound at the level at which spectra are compared; silence stays."""
    gain = 10 ** ((LEVEL - level(sound)) / 20)
    return Sound.of(sound.samples * gain, sound.sample_rate) if gain < 1e3 else sound


def _stays(track: Sound, sound: Sound) -> str:
    measures = (onset_correlation, loudness_correlation, pitch_class_correlation)
    return " | ".join(f"{measure(track, sound):.3f}" for measure in measures)


def _pair(near: float, far: float) -> str:
    return f"{near:.1f}, {far:.1f}" if near <= far else f"**{near:.1f}**, {far:.1f}"
