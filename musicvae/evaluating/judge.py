"""Measures a set of sounds against music of the kind that it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicvae.audio import Sound
from musicvae.measures import level, onset_rate
from musicvae.measures.copying import copy_rate
from musicvae.measures.frechet import Gaussian, frechet_distance
from musicvae.measures.repeating import LAGS, onset_autocorrelation
from musicvae.runtime.embedding import Embedding

#: Seconds at the beginning and at the end of a take that are compared, to see whether it drifts.
ENDS = 60.0


@dataclass(frozen=True)
class Verdict:
    """What is measured of a set of sounds.

    Attributes:
        distance: Fréchet distance of embeddings (:mod:`musicvae.runtime.embedding`) to the music
            that was learnt.
        ratio: that distance, divided by the one of unheard music.
        tagged: probability of the right genre, the mean over all windows; ``None`` where the
            embedding does not know it.
        unmusical: probability that a window is no music, the mean.
        level: in dBFS, the mean.
        onsets: onsets per second, the mean.
        repeats: correlation of the onsets with themselves after each of
            :data:`musicvae.measures.repeating.LAGS`, the means.
        copied: share of the 1 s windows that are copies (:mod:`musicvae.measures.copying`).
        variety: mean distance of the sounds' mean embeddings from that of all, divided by that of
            the unheard music: near 0, all sounds are one.
        drift: distance of the last minute of all sounds to the music that was learnt, divided by
            that of the first minute; ``None`` for sounds shorter than two minutes.
    """

    distance: float
    ratio: float
    tagged: float | None
    unmusical: float
    level: float
    onsets: float
    repeats: tuple[float, ...]
    copied: float
    variety: float
    drift: float | None


class Judge:
    """Knows the music that a model learnt from, and other music of the same kind.

    Args:
        learnt: sounds that the model learnt from.
        unheard: others of the same kind.
        genre: their genre, by the name that the embedding knows; others are not tagged.
        embedding: what hears them.

    Raises:
        AudioError: a set is empty, or a sound shorter than 5 s or not finite.
        MissingExtraError: librosa is not installed.
    """

    def __init__(
        self,
        learnt: Sequence[Sound],
        unheard: Sequence[Sound],
        genre: str,
        embedding: Embedding | None = None,
    ) -> None:
        self._embedding = embedding or Embedding.shipped()
        self._learnt, self._unheard, self._genre = learnt, unheard, genre
        hear = self._embedding.hear
        self._music = Gaussian.of(np.concatenate([hear(sound).points for sound in learnt]))
        points = [hear(sound).points for sound in unheard]
        self._near = self._distance(points)
        self._spread = _spread(points)
        #: What is measured of the unheard music itself.
        self.unheard = self.of(unheard)

    def of(self, sounds: Sequence[Sound]) -> Verdict:
        """Measure sounds, all of one kind.

        Raises:
            AudioError: there is none, or one is shorter than 5 s or not finite.
        """
        heard = [self._embedding.hear(sound) for sound in sounds]
        points = [each.points for each in heard]
        chances = np.concatenate([each.chances for each in heard])
        names = self._embedding.names
        distance = self._distance(points)
        known = self._genre in names
        return Verdict(
            distance=distance,
            ratio=distance / max(self._near, 1e-9),
            tagged=float(chances[:, names.index(self._genre)].mean()) if known else None,
            unmusical=float(chances[:, -1].mean()),
            level=float(np.mean([level(sound) for sound in sounds])),
            onsets=float(np.mean([onset_rate(sound) for sound in sounds])),
            repeats=tuple(
                np.mean([onset_autocorrelation(sound, LAGS) for sound in sounds], axis=0).tolist()
            ),
            copied=copy_rate(sounds, self._learnt, self._unheard),
            variety=_spread(points) / max(self._spread, 1e-9),
            drift=self._drift(sounds),
        )

    def _distance(self, points: Sequence[np.ndarray]) -> float:
        return frechet_distance(Gaussian.of(np.concatenate(points)), self._music)

    def _drift(self, sounds: Sequence[Sound]) -> float | None:
        if min(sound.seconds for sound in sounds) < 2 * ENDS:
            return None
        first, last = (
            self._distance([self._embedding.hear(cut(sound)).points for sound in sounds])
            for cut in (_beginning, _end)
        )
        return last / max(first, 1e-9)


def _beginning(sound: Sound) -> Sound:
    return Sound(sound.samples[: round(ENDS * sound.sample_rate)], sound.sample_rate)


def _end(sound: Sound) -> Sound:
    return Sound(sound.samples[-round(ENDS * sound.sample_rate) :], sound.sample_rate)


def _spread(points: Sequence[np.ndarray]) -> float:
    """How far the sounds' mean embeddings are from their mean, on average."""
    means = np.stack([each.mean(axis=0) for each in points])
    return float(np.mean(np.linalg.norm(means - means.mean(axis=0), axis=1)))
