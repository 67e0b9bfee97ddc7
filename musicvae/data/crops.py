"""Which piece of which track goes into which row of which batch.

Everything here is a pure function of the seed, the step and the row: a run that is resumed at step
N, or one worker of many, sees exactly what a single run from 0 would see. Numbers are drawn with
Philox, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
3"): its state at a step is computed, not reached by drawing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.data.corpus import Corpus

#: What a random stream is for; streams of one seed are independent of each other.
ORDER, POSITION, NOISE, TEST_NOISE = range(4)


def generator(seed: int, purpose: int, step: int) -> np.random.Generator:
    """The random numbers of one step.

    Args:
        seed: at least 0; taken modulo 2⁶⁴.
        purpose: one of the constants above.
        step: at least 0.
    """
    key = np.array([seed % 2**64, purpose], np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, step]))


def noise(seed: int, step: int, rows: range, dims: int, purpose: int = NOISE) -> Samples:
    """Standard normal numbers for some rows of a batch, float32, shape (len(rows), dims)."""
    # Rows are drawn in order, so a row does not depend on how many follow it.
    drawn = generator(seed, purpose, step).standard_normal(
        (max(rows, default=-1) + 1, dims), np.float32
    )
    return drawn[np.array(rows, np.int64)]


class CropPlan:
    """Random crops of a corpus.

    Every pass over the corpus visits each track once, in an order of its own; within its track a
    crop lies anywhere with the same probability.

    Args:
        lengths: of the tracks, in samples.
        samples: length of a crop.
        batch: rows of a batch.
        seed: draws the orders and positions.
    """

    def __init__(self, lengths: NDArray[np.int64], samples: int, batch: int, seed: int) -> None:
        self.lengths, self.samples, self.batch, self.seed = lengths, samples, batch, seed

    def crops(self, step: int, rows: range) -> list[tuple[int, int]]:
        """Track and first sample of some rows of the batch of a step."""
        draws = generator(self.seed, POSITION, step).random(max(rows, default=-1) + 1)
        crops = []
        for row in rows:
            visit, place = divmod(step * self.batch + row, len(self.lengths))
            track = int(_order(self.seed, visit, len(self.lengths))[place])
            room = max(0, int(self.lengths[track]) - self.samples)
            crops.append((track, int(draws[row] * (room + 1))))
        return crops


# A batch needs one or two passes; large corpora take milliseconds to shuffle.
@lru_cache(maxsize=8)
def _order(seed: int, visit: int, count: int) -> NDArray[np.int64]:
    return generator(seed, ORDER, visit).permutation(count)


def fixed_crops(lengths: NDArray[np.int64], samples: int, limit: int) -> list[tuple[int, int]]:
    """Track and first sample of consecutive clips, at most ``limit``, evenly over the tracks.

    Each track gives its first clip, then each that is long enough its second, and so on, until
    there are ``limit``. A track shorter than a clip gives one; what is left over at a track's end
    is not used. Where not all tracks of a round fit in, they are taken at equal distances.
    """
    counts = np.maximum(1, lengths // samples)
    chosen: list[tuple[int, int]] = []
    clip = 0
    while len(chosen) < limit and (tracks := np.flatnonzero(counts > clip)).size:
        room = limit - len(chosen)
        if len(tracks) > room:
            tracks = tracks[np.arange(room) * len(tracks) // room]
        chosen += [(int(track), clip * samples) for track in tracks]
        clip += 1
    return sorted(chosen)


def read_crops(corpus: Corpus, crops: list[tuple[int, int]], samples: int) -> Samples:
    """The crops' sound, float32, shape (crops, samples, channels); zeros after a track's end."""
    batch = np.empty((len(crops), samples, corpus.spec.channels), np.float32)
    for row, (track, start) in enumerate(crops):
        piece = corpus.audio(track)[start : start + samples]
        batch[row, : len(piece)] = piece
        batch[row, len(piece) :] = 0
    return batch
