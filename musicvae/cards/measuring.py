"""Measures how close a model's reconstructions are to tracks that it never heard."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from musicvae.audio import Sound, read
from musicvae.errors import DataError
from musicvae.measures import (
    level,
    log_mel_distance,
    multi_resolution_stft_distance,
    onset_correlation,
    stereo_width,
    texture,
)
from musicvae.models.card_parts import Figures
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder
from musicvae.soundfiles.opening import check_encodable_file
from musicvae.version import __version__

#: The beginning of each track that is measured, in seconds: it is decoded at once, in memory.
LONGEST = 60.0

#: Told the track that comes next: how many are done, how many there are, and its file.
Progress = Callable[[int, int, Path], None]


@dataclass(frozen=True)
class Likeness:
    """How one sound differs from another, the reference.

    Attributes:
        log_mel: distance of log-mel spectrograms, in natural-log units.
        stft: multi-resolution STFT distance.
        onsets: correlation of onset strengths, -1 to 1.
        level: its level less that of the reference, in dB.
        width: its stereo width less that of the reference, in dB; ``None`` where one of them has
            one channel.
        texture: distance of texture, in dB.
        roughness: how much more it fluctuates than the reference, in dB.
    """

    log_mel: float
    stft: float
    onsets: float
    level: float
    width: float | None
    texture: float
    roughness: float

    @classmethod
    def of(cls, reference: Sound, sound: Sound) -> Likeness:
        """Measure a sound against another, with which it is aligned.

        Raises:
            AudioError: a sound is shorter than 1.5 s, or not finite.
            MissingExtraError: librosa is not installed.
        """
        stereo = reference.samples.shape[1] == sound.samples.shape[1] == 2
        difference = texture(sound) - texture(reference)
        return cls(
            log_mel=log_mel_distance(reference, sound),
            stft=multi_resolution_stft_distance(reference, sound),
            onsets=onset_correlation(reference, sound),
            level=level(sound) - level(reference),
            width=stereo_width(sound) - stereo_width(reference) if stereo else None,
            texture=float(np.mean(np.abs(difference))),
            roughness=float(np.mean(difference)),
        )


class Instrument:
    """A decoder and the encoder of its latent space, which together remake sounds.

    Args:
        decoder: an artifact of kind ``"stream"``.
        encoder: an artifact of kind ``"encoder"``.

    Raises:
        ArtifactError: one of them cannot be used.
        LatentError: they do not share a latent space; raised by :meth:`reconstruct`.
    """

    def __init__(self, decoder: Path, encoder: Path) -> None:
        self.decoder, self.encoder = StreamDecoder(decoder), Encoder(encoder)

    def reconstruct(self, sound: Sound) -> Sound:
        """The sound encoded and decoded, aligned with it, at the decoder's rate and channels."""
        tape = self.encoder.tape(sound)
        return Sound.of(self.decoder.play(tape), self.decoder.info.sample_rate)


def beginning(path: Path) -> Sound:
    """The first minute of a sound file.

    Raises:
        AudioError: it cannot be read, or what is wrong with its samples, with its name.
    """
    sound = read(path, LONGEST)
    check_encodable_file(path, sound.samples)
    return sound


def measure(
    tracks: Sequence[Path],
    remake: Callable[[Sound], Sound],
    kbits: float | None = None,
    progress: Progress | None = None,
) -> Figures:
    """Means of what :class:`Likeness` measures of each track and what is made of it.

    Args:
        tracks: sound files; only the first minute of each counts.
        remake: makes a sound of a sound, aligned with it.
        kbits: what the latents carry, in kbit/s, if it is known.
        progress: told each track before it is measured.

    Raises:
        DataError: there is no track.
        AudioError: a track cannot be read, or is shorter than 1.5 s.
    """
    if not tracks:
        raise DataError("no track to measure on", expected="at least one sound file")
    rows, seconds = [], 0.0
    for done, path in enumerate(tracks):
        if progress is not None:
            progress(done, len(tracks), path)
        track = beginning(path)
        rows.append(Likeness.of(track, remake(track)))
        seconds += track.seconds
    return figures_of(rows, seconds, digest(tracks), kbits)


def figures_of(
    rows: Sequence[Likeness], seconds: float, tracks: str, kbits: float | None = None
) -> Figures:
    """The figures of a card from those of each track.

    Args:
        rows: one for each track, at least one.
        seconds: how long the tracks are together.
        tracks: digest of the tracks.
        kbits: what the latents carry, in kbit/s, if it is known.
    """
    columns = {field.name: list(_column(rows, field.name)) for field in fields(Likeness)}
    means = {name: float(np.mean(column)) for name, column in columns.items() if column}
    worst = {
        f"{name}_worst": float(np.max(np.abs(columns[name])))
        for name in ("level", "width")
        if columns[name]
    }
    return Figures(
        tracks=len(rows),
        seconds=round(seconds, 3),
        digest=tracks,
        kbits=kbits,
        version=__version__,
        **{name: round(value, 4) for name, value in (means | worst).items()},
    )


def digest(paths: Sequence[Path]) -> str:
    """SHA-256, 64 hex digits, of what these files hold, in this order."""
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _column(rows: Sequence[Likeness], name: str) -> Iterator[float]:
    """The values of one figure, without those that a track does not have."""
    for row in rows:
        value = getattr(row, name)
        if value is not None:
            yield value
