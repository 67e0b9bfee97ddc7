"""Hears the tracks of a data set one after another, and then compares them.

One track at a time is in memory; of each, a summary and two short excerpts are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from musicvae.data.corpus import Corpus
from musicvae.data.tracks import Skipped
from musicvae.errors import DataError, MusicVAEError
from musicvae.surveying.excerpts import excerpt
from musicvae.surveying.geometry import Components, clusters, standardised
from musicvae.surveying.hearing import Model, hear
from musicvae.surveying.outliers import Oddness, listed
from musicvae.surveying.result import Survey, Surveyed
from musicvae.surveying.summaries import Summary, stacked

#: Bytes of all excerpts of a survey.
BUDGET = 12_000_000
#: Components in which clusters are looked for; further ones are mostly noise.
_COMPONENTS = 6
#: Values beyond so many robust standard deviations do not stretch the map any further.
_FARTHEST = 6.0


class Listener:
    """Hears the tracks of a corpus, one after another, and compares them.

    Args:
        model: the trained model.
        corpus: the tracks.
        seconds: how much of each track to hear at most.
        start: the model that ``model`` started from, if any.

    Attributes:
        skipped: the tracks that could not be heard.
    """

    def __init__(
        self, model: Model, corpus: Corpus, seconds: float, start: Model | None = None
    ) -> None:
        self.model, self.corpus, self.seconds, self.start = model, corpus, seconds, start
        self.skipped: list[Skipped] = []
        self._numbers: list[int] = []
        self._summaries: list[Summary] = []
        self._errors: list[float] = []
        self._leads: list[float] = []
        self._sounds: list[tuple[str, str]] = []

    def listen(self) -> Iterator[tuple[int, str]]:
        """Hear every track; yields how many are done, and the key of the last."""
        rate = self.corpus.spec.sample_rate
        for number, entry in enumerate(self.corpus.entries):
            try:
                track = self.corpus.audio(number)
                heard = hear(self.model, track, rate, self.seconds, self.start)
            except (MusicVAEError, OSError, ValueError) as error:
                self.skipped.append(Skipped(entry.track.key, f"cannot be heard: {error}"))
            else:
                self._numbers.append(number)
                self._summaries.append(Summary.of(heard))
                self._errors.append(heard.error)
                self._leads.append(heard.lead)
                self._sounds.append((excerpt(heard.excerpt), excerpt(heard.echo)))
                self._forget()
            yield number + 1, entry.track.key

    def _forget(self) -> None:
        """Forget the sounds of most tracks where there are too many for a page."""
        if sum(len(a) + len(b) for a, b in self._sounds) <= 2 * BUDGET:
            return
        keep = set(
            Oddness.of(stacked(self._summaries), self._errors, self._leads)
            .order()[: len(self._sounds) // 2]
            .tolist()
        )
        for number in range(len(self._sounds)):
            if number not in keep:
                self._sounds[number] = ("", "")

    def result(self, title: str, model: str, skipped: Sequence[tuple[str, str]]) -> Survey:
        """The survey of what was heard.

        Raises:
            DataError: nothing was.
        """
        if not self._summaries:
            raise DataError(
                "no track could be heard",
                expected="at least one track that the model can encode",
                received="; ".join(f"{key}: {why}" for key, why in skipped[:3]),
            )
        aspects = stacked(self._summaries)
        odd = Oddness.of(aspects, self._errors, self._leads)
        timbre = np.clip(standardised(aspects["timbre"]), -_FARTHEST, _FARTHEST)
        parts = Components.of(timbre, _COMPONENTS)
        labels = clusters(parts.points)
        scale = np.maximum(np.median(np.abs(parts.points[:, :2]), axis=0), 1e-9)
        at = np.arcsinh(parts.points[:, :2] / (2 * scale))  # far away, distances are shortened
        order, keys = odd.order().tolist(), [self.corpus.keys[n] for n in self._numbers]
        places = {track: place for place, track in enumerate(order, start=1)}
        usual = float(np.median(self._errors))
        sounds = self._bounded(order)
        tracks = [
            Surveyed(
                key=key,
                seconds=float(self.corpus.lengths[self._numbers[i]]) / self.corpus.spec.sample_rate,
                place=places[i],
                oddness=float(odd.total[i]),
                why=odd.reason(i, self._errors[i], usual),
                cluster=int(labels[i]),
                x=float(at[i, 0]),
                y=float(at[i, 1]),
                error=self._errors[i],
                distance=float(odd.distance[i]),
                near=tuple(keys[other] for other in odd.near[i][:3]),
                notes=self.corpus.entries[self._numbers[i]].notes,
                sound=sounds[i][0],
                echo=sounds[i][1],
            )
            for i, key in enumerate(keys)
        ]
        shares = (float(parts.explained[0]), float(parts.explained[1]))
        return Survey(title, model, tuple(tracks), tuple(skipped), shares)

    def _bounded(self, order: list[int]) -> list[tuple[str, str]]:
        """Both excerpts of each track: of the odd ones both, of others the first while it fits."""
        kept, left = [("", "")] * len(order), BUDGET
        for place, track in enumerate(order):
            sound, echo = self._sounds[track]
            if place >= listed(len(order)):
                echo = ""
            if (size := len(sound) + len(echo)) <= left:
                kept[track], left = (sound, echo), left - size
        return kept
