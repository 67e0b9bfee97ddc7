"""What is kept of a sound to judge it by, a few hundred kB for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from musicvae.audio import Sound
from musicvae.measures import level, onset_rate
from musicvae.measures.copying import windows
from musicvae.measures.repeating import LAGS, onset_autocorrelation
from musicvae.runtime.embedding import Embedding, Float32

#: Seconds that a sound must last: onsets are compared with those 4 s later, and the embedding hears
#: windows of 3 s.
SHORTEST = 5.0
#: Seconds at the beginning and at the end of a sound that are compared, to see whether it drifts.
ENDS = 60.0


@dataclass(frozen=True)
class Portrait:
    """What is measured of one sound.

    Attributes:
        points: embeddings of its windows, float32 (windows, E).
        chances: probabilities of what they are, float32 (windows, genres + 1).
        windows: what is compared to find copies, float32 (windows, 160).
        level: in dBFS.
        onsets: per second.
        repeats: correlation of the onsets with themselves after each of
            :data:`musicvae.measures.repeating.LAGS`.
        ends: embeddings of its first and its last minute; ``None`` where it is shorter than two.
    """

    points: Float32
    chances: Float32
    windows: Float32
    level: float
    onsets: float
    repeats: tuple[float, ...]
    ends: tuple[Float32, Float32] | None

    @classmethod
    def of(cls, sound: Sound, embedding: Embedding) -> Self:
        """Measure a sound of 5 s or more.

        Raises:
            AudioError: it is shorter, or not finite.
            MissingExtraError: librosa is not installed.
        """
        heard = embedding.hear(sound)
        return cls(
            points=heard.points,
            chances=heard.chances,
            windows=windows([sound]),
            level=level(sound),
            onsets=onset_rate(sound),
            repeats=onset_autocorrelation(sound, LAGS),
            ends=_ends(sound, embedding),
        )


def _ends(sound: Sound, embedding: Embedding) -> tuple[Float32, Float32] | None:
    length = round(ENDS * sound.sample_rate)
    if len(sound.samples) < 2 * length:
        return None
    first, last = (
        embedding.hear(Sound(part, sound.sample_rate)).points
        for part in (sound.samples[:length], sound.samples[-length:])
    )
    return first, last
