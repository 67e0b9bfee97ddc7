"""Chooses the tracks that a model plays most like all of the music.

A memory holds a part of what a model learnt from, and no decoder plays all tracks equally well. So
tracks are added one by one, each time that one with which what the model plays is nearest to all of
the music, by the Fréchet distance of embeddings that ``musicvae evaluate`` tells. It counts how
varied the music is, too, so the chosen tracks are not alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from musicvae.audio import Sound, read_as
from musicvae.errors import AudioError, LatentError, MemoryBankError
from musicvae.latents.arrays import Float32, Float64
from musicvae.measures.frechet import Gaussian, frechet_distance
from musicvae.runtime.embedding import Embedding
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.remembering import LeftOut, Piece, Progress, check_minutes
from musicvae.runtime.stream_decoder import StreamDecoder

#: Seconds of each track that are heard.
_HEARD = 60.0


class _Points(NamedTuple):
    """Points by their number, their sum and the sum of their products, which can be added up."""

    number: int
    total: Float64
    products: Float64

    @classmethod
    def of(cls, points: Float32) -> Self:
        rows = points.astype(np.float64)
        return cls(len(rows), rows.sum(axis=0), rows.T @ rows)

    def plus(self, other: _Points) -> _Points:
        return _Points(
            self.number + other.number, self.total + other.total, self.products + other.products
        )

    def gaussian(self) -> Gaussian:
        mean = self.total / self.number
        spread = self.products - self.number * np.outer(mean, mean)
        return Gaussian(mean, spread / max(self.number - 1, 1))


def representative(
    pieces: Sequence[Piece],
    encoder: Encoder,
    decoder: StreamDecoder,
    minutes: float,
    *,
    progress: Progress | None = None,
    left_out: LeftOut | None = None,
) -> list[Piece]:
    """Those of the pieces that the model plays most like all of them.

    Of each, the first minute is heard, as it is and encoded and decoded again. They are in their
    order, but the last one that was chosen, of which a part may be enough, is the last.

    Args:
        pieces: the sound files.
        encoder: of the model's latent space.
        decoder: of the model.
        minutes: of music, which the chosen ones together have or exceed by a part of the last.
        progress: told each piece before it is heard.
        left_out: told each file that cannot be heard; without it, one is an error.

    Raises:
        SettingError: ``minutes`` is out of the range of memories.
        MemoryBankError: none can be heard.
        AudioError: one cannot be read, or is too short to be heard.
        ArtifactError: a graph fails.
        LatentError: the latent spaces differ, or a sound is beyond what the model computes.
        MissingExtraError: librosa is not installed.
    """
    check_minutes(minutes)
    spaces = decoder.info.latent_space, encoder.info.latent_space
    if spaces[0] != spaces[1]:
        raise LatentError(
            "this model does not play what this encoder hears: their latents mean other things",
            expected=f"an encoder of latent space {spaces[0] or 'unstated'}",
            received=f"latent space {spaces[1] or 'unstated'}",
        )
    embedding = Embedding.shipped()
    heard: list[tuple[int, float, _Points]] = []
    music: _Points | None = None
    for number, piece in enumerate(pieces):
        if progress is not None:
            progress(number, len(pieces), piece.path)
        try:
            length, sound = _beginning(piece, encoder)
            original = _Points.of(embedding.hear(sound).points)
            played = Sound(decoder.play(encoder.tape(sound)), decoder.info.sample_rate)
            heard.append((number, length, _Points.of(embedding.hear(played).points)))
        except AudioError as error:
            if left_out is None:
                raise
            left_out(piece.path, error.what)
            continue
        music = original if music is None else music.plus(original)
    if music is None:
        raise MemoryBankError(
            "there is nothing to choose from",
            expected="at least one track that can be heard",
            received=f"{len(pieces)} file(s)",
        )
    return [pieces[number] for number in _nearest(heard, music.gaussian(), minutes * 60)]


def _beginning(piece: Piece, encoder: Encoder) -> tuple[float, Sound]:
    """The length of a track in seconds, and its first minute as the encoder hears it."""
    info = encoder.info
    sound, _ = read_as(piece.path, info.sample_rate, 1 if info.channels == 1 else None)
    most = round(_HEARD * info.sample_rate)
    return len(sound.samples) / info.sample_rate, Sound(sound.samples[:most], sound.sample_rate)


def _nearest(
    heard: Sequence[tuple[int, float, _Points]], music: Gaussian, seconds: float
) -> list[int]:
    """The numbers of the tracks that are together nearest to the music; they last so long.

    Without the last one, which is the one that was chosen last, they would be too short.
    """
    left, chosen = list(heard), list[int]()
    together: _Points | None = None
    while left and seconds > 0:
        sums = [each if together is None else together.plus(each) for *_, each in left]
        distances = [frechet_distance(each.gaussian(), music) for each in sums]
        best = int(np.argmin(distances))
        together = sums[best]
        number, length, _ = left.pop(best)
        chosen.append(number)
        seconds -= length
    return [*sorted(chosen[:-1]), *chosen[-1:]]
