"""Divides a corpus into its training side and its test side, and one track into two parts.

A split names whole tracks. Where there is a single track, it is on both sides: training ends where
testing begins. A track that is shorter than two crops cannot be divided; all of it is trained on,
and its last crop is tested on, which the run's report says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.data.corpus import Corpus
from musicvae.errors import DataError
from musicvae.recipes import Recipe
from musicvae.recipes.split import Split, parse_split, split_tracks


@dataclass(frozen=True)
class Excerpt(Corpus):
    """A corpus of one track, of which only a part is used.

    Attributes:
        start: first sample of the part, at the corpus's rate.
        stop: first sample after it.
    """

    start: int = 0
    stop: int = 0

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Length of the part in samples, int64 of shape (1,)."""
        return np.array([self.stop - self.start], np.int64)

    def audio(self, index: int) -> Samples:
        """The sound of the part, float32 (samples, channels), full scale ±1."""
        return super().audio(index)[self.start : self.stop]


def split_corpus(corpus: Corpus, recipe: Recipe) -> tuple[Split, dict[str, Any]]:
    """The split of a corpus, and what ``split.json`` says of it.

    Raises:
        DataError: there are too few tracks.
    """
    split = split_tracks(corpus.keys, recipe.split, recipe.seed)
    written = asdict(split)
    if set(split.train) & set(split.test):
        written["spans"] = _spans(int(corpus.lengths[0]), recipe)
    return split, written


def sides_of(corpus: Corpus, written: Mapping[str, Any]) -> tuple[Corpus, Corpus]:
    """The training side and the test side, as ``split.json`` says.

    Raises:
        DataError: a track is not in the corpus, or a span not in its track.
    """
    train, test = (corpus.subset(written[side]) for side in ("train", "test"))
    if "spans" not in written:
        return train, test
    return _excerpt(train, *written["spans"]["train"]), _excerpt(test, *written["spans"]["test"])


def note_of(corpus: Corpus, written: Mapping[str, Any]) -> str:
    """What people are told of a divided track; empty where tracks are whole."""
    if "spans" not in written:
        return ""
    (_, end), (start, stop) = written["spans"]["train"], written["spans"]["test"]
    rate = corpus.spec.sample_rate
    tested = f"the last {(stop - start) / rate:.1f} s are tested on"
    if start >= end:
        return f"there is one track: its first {end / rate:.1f} s are trained on, {tested}"
    return (
        f"there is one track, too short to be divided: all of it is trained on, and {tested} too, "
        "so the test figures say nothing about other sounds"
    )


def _spans(length: int, recipe: Recipe) -> dict[str, list[int]]:
    """The parts of a single track, [first sample, first sample after it] for each side."""
    crop = recipe.samples
    if length < 2 * crop:
        return {"train": [0, length], "test": [max(0, length - crop), length]}
    share = float(parse_split(recipe.split).test_share)
    cut = min(max(round(length * (1 - share)), crop), length - crop)
    return {"train": [0, cut], "test": [cut, length]}


def _excerpt(corpus: Corpus, start: int, stop: int) -> Excerpt:
    length = int(corpus.lengths[0])
    if len(corpus) != 1 or not 0 <= start < stop <= length:
        raise DataError(
            "a part of a track is outside of it",
            expected=f"one track, and a part of its {length} samples",
            received=f"{len(corpus)} tracks, samples {start} to {stop}",
        )
    return Excerpt(corpus.spec, corpus.folder, corpus.entries, (), start, stop)
