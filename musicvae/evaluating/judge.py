"""Measures a set of sounds against music of the kind that it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.evaluating.portrait import Portrait
from musicvae.measures.copying import windows
from musicvae.measures.frechet import Gaussian, frechet_distance
from musicvae.measures.nearest import nearest
from musicvae.runtime.embedding import Embedding, Float32


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

    Sounds are taken one by one, so that they need not be in memory together.

    Args:
        learnt: sounds that the model learnt from.
        unheard: others of the same kind.
        genre: their genre, by the name that the embedding knows; others are not tagged.
        embedding: what hears them; by default the one that comes with musicvae.

    Raises:
        AudioError: a set is empty, or a sound shorter than 5 s or not finite.
        MissingExtraError: librosa is not installed.

    Attributes:
        unheard: the verdict on the unheard music itself.
    """

    def __init__(
        self,
        learnt: Iterable[Sound],
        unheard: Iterable[Sound],
        genre: str,
        embedding: Embedding | None = None,
    ) -> None:
        self._embedding = embedding or Embedding.shipped()
        names = self._embedding.names
        self._label = names.index(genre) if genre in names else None
        known = [(self._embedding.hear(sound).points, windows([sound])) for sound in learnt]
        others = self._portraits(unheard)
        if not known:
            raise AudioError("there is no music to compare with", expected="a track or more")
        self._music = Gaussian.of(np.concatenate([points for points, _ in known]))
        self._known = [each for _, each in known]
        self._near = self._distance([each.points for each in others])
        self._spread = _spread(others)
        #: How near to what was learnt other music comes by chance.
        self._chance = float(nearest(_windows(others), self._known).min())
        self.unheard = self._verdict(others)

    def of(self, sounds: Iterable[Sound]) -> Verdict:
        """Measure sounds, all of one kind.

        Raises:
            AudioError: there is none, or one is shorter than 5 s or not finite.
        """
        return self._verdict(self._portraits(sounds))

    def _portraits(self, sounds: Iterable[Sound]) -> list[Portrait]:
        portraits = [Portrait.of(sound, self._embedding) for sound in sounds]
        if not portraits:
            raise AudioError("there is no sound to judge", expected="a sound or more")
        return portraits

    def _verdict(self, portraits: Sequence[Portrait]) -> Verdict:
        chances = np.concatenate([each.chances for each in portraits]).mean(axis=0)
        distance = self._distance([each.points for each in portraits])
        return Verdict(
            distance=distance,
            ratio=distance / max(self._near, 1e-9),
            tagged=None if self._label is None else float(chances[self._label]),
            unmusical=float(chances[-1]),
            level=float(np.mean([each.level for each in portraits])),
            onsets=float(np.mean([each.onsets for each in portraits])),
            repeats=tuple(np.mean([each.repeats for each in portraits], axis=0).tolist()),
            copied=float(np.mean(nearest(_windows(portraits), self._known) < self._chance)),
            variety=_spread(portraits) / max(self._spread, 1e-9),
            drift=self._drift(portraits),
        )

    def _distance(self, points: Sequence[Float32]) -> float:
        return frechet_distance(Gaussian.of(np.concatenate(points)), self._music)

    def _drift(self, portraits: Sequence[Portrait]) -> float | None:
        ends = [each.ends for each in portraits if each.ends is not None]
        if len(ends) < len(portraits):
            return None
        first, last = (self._distance(points) for points in zip(*ends, strict=True))
        return last / max(first, 1e-9)


def _windows(portraits: Sequence[Portrait]) -> Float32:
    return np.concatenate([each.windows for each in portraits])


def _spread(portraits: Sequence[Portrait]) -> float:
    """How far the sounds' mean embeddings are from their mean, on average."""
    means = np.stack([each.points.mean(axis=0) for each in portraits])
    return float(np.mean(np.linalg.norm(means - means.mean(axis=0), axis=1)))
