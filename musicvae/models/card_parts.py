"""The parts of a model card: its files, its training, its figures, its latents and attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from musicvae.models.records import digest, number, text, texts, whole, words

#: Lengths of texts in characters: a name, a line, a paragraph.
NAME, LINE, PARAGRAPH = 128, 256, 2_000


@dataclass(frozen=True)
class FileFacts:
    """An artifact's file, to the byte.

    Attributes:
        bytes: its size.
        sha256: of the whole file, 64 hex digits.
    """

    bytes: int = whole(1, 2**29)
    sha256: str = digest(64)


@dataclass(frozen=True)
class MemoryFacts(FileFacts):
    """A memory's file, to the byte, and what it holds.

    Attributes:
        tracks: how many tracks.
        minutes: how long they last together.
        licence: of the music, which is in the file as the model hears it.
    """

    tracks: int = whole(1, 10**6)
    minutes: float = number(0, 1e6)
    licence: str = text(PARAGRAPH, default="unstated")


@dataclass(frozen=True)
class PriorFacts(FileFacts):
    """A prior's file, to the byte, and what it knows.

    Attributes:
        genres: that it can be asked for; empty where it knows one kind of music.
        licence: of the prior, as its author states it.
    """

    genres: tuple[str, ...] = texts(256, LINE)
    licence: str = text(PARAGRAPH, default="unstated")


@dataclass(frozen=True)
class Training:
    """What a model learnt from, and how.

    Attributes:
        corpus: name of the collection of sounds.
        corpus_version: its version, or empty.
        corpus_licence: its licence, as its author states it.
        corpus_made: how it was made: one paragraph.
        digest: SHA-256 over the tracks that were learnt from, as the run's ``train_digest``.
        tracks: how many tracks were learnt from.
        sound_minutes: how long they are together.
        steps: optimiser steps of the weights that are used.
        minutes: of training, on the machine that it was trained on.
        seed: of the training.
        recipe: name of the recipe.
        started_from: name of the run whose weights it began with, and what of it was frozen, or
            empty.
        versions: of the packages that took part, by name.
    """

    corpus: str = text(LINE)
    corpus_version: str = text(LINE, default="")
    corpus_licence: str = text(LINE, default="unstated")
    corpus_made: str = text(PARAGRAPH, default="")
    digest: str = digest(64, default="")
    tracks: int = whole(0, 10**9, default=0)
    sound_minutes: float = number(0, 1e9, default=0.0)
    steps: int = whole(0, 10**12, default=0)
    minutes: float = number(0, 1e9, default=0.0)
    seed: int = whole(0, 2**64, default=0)
    recipe: str = text(LINE, default="")
    started_from: str = text(LINE, default="")
    versions: Mapping[str, str] = words(64, NAME)


@dataclass(frozen=True)
class Figures:
    """Figures of reconstructions of tracks that the model never heard: means over the tracks.

    Attributes:
        tracks: how many tracks.
        seconds: how long they are together.
        digest: SHA-256 over the tracks: equal digests mean equal tracks.
        log_mel: distance of log-mel spectrograms, in natural-log units.
        stft: multi-resolution STFT distance.
        onsets: correlation of onset strengths, -1 to 1.
        level: level of the reconstruction less that of the track, in dB.
        level_worst: the largest difference of level of any track, without its sign, in dB.
        width: the same difference of stereo width, in dB; ``None`` of a mono model.
        width_worst: the largest difference of width of any track, without its sign, in dB.
        texture: distance of texture in dB; ``None`` where it was not measured.
        roughness: how much more the reconstruction fluctuates, in dB: below 0 is smoother.
        kbits: what the latents carry: KL from the prior in kbit/s; ``None`` where it is not known.
        version: of musicvae, whose measures these are.
    """

    tracks: int = whole(1, 10**9)
    seconds: float = number(0, 1e12)
    digest: str = digest(64)
    log_mel: float = number(0, 1e3)
    stft: float = number(0, 1e3)
    onsets: float = number(-1, 1)
    level: float = number(-300, 300)
    level_worst: float = number(0, 300)
    width: float | None = number(-300, 300, default=None)
    width_worst: float | None = number(0, 300, default=None)
    texture: float | None = number(0, 1e6, default=None)
    roughness: float | None = number(-300, 300, default=None)
    kbits: float | None = number(0, 1e6, default=None)
    version: str = text(NAME, default="")


@dataclass(frozen=True)
class LatentLine:
    """One latent, for people.

    Attributes:
        index: its place, from 0: ``/latent/<index>``.
        share: of the variance of all latents, 0 to 1.
        text: what it moves, in a few words, as was measured; or empty.
    """

    index: int = whole(0, 4_095)
    share: float = number(0, 1.001)
    text: str = text(NAME, default="")


@dataclass(frozen=True)
class AttributeLine:
    """One attribute that can be moved, and how well.

    Attributes:
        name: such as ``"loudness"``.
        unit: such as ``"dBFS"``.
        spearman: rank correlation of the move asked for and the attribute measured after decoding,
            on unheard tracks; ``None`` where it was not measured.
    """

    name: str = text(NAME)
    unit: str = text(NAME)
    spearman: float | None = number(-1, 1, default=None)
