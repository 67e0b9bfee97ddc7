"""Chooses the crops of a batch: for each row a track and the sample where the crop begins.

Everything here depends on the seed, the training step and the row alone: a run that is resumed at
step N, or one worker of several, sees exactly what a single run from step 0 would see. Numbers are
drawn with Philox, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy
as 1, 2, 3"): its state at a step is computed, so that no earlier numbers need be drawn.

A *step* in this module is an optimiser step, which uses one batch.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.data.corpus import Corpus

#: What random numbers are drawn for; those of different purposes are independent of each other.
ORDER, POSITION, NOISE, TEST_NOISE, AUGMENTATION = range(5)


def generator(seed: int, purpose: int, step: int) -> np.random.Generator:
    """The generator of the random numbers of one step.

    Args:
        seed: any whole number, taken modulo 2⁶⁴.
        purpose: ``ORDER``, ``POSITION``, ``NOISE``, ``TEST_NOISE`` or ``AUGMENTATION``.
        step: at least 0.
    """
    key = np.array([seed % 2**64, purpose], np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, step]))


def noise(seed: int, step: int, rows: range, dims: int, purpose: int = NOISE) -> Samples:
    """Standard normal numbers for some rows of a batch.

    Args:
        seed: seed of the run.
        step: number of the batch.
        rows: rows of the batch, which one worker handles.
        dims: numbers for each row.
        purpose: as :func:`generator`.

    Returns:
        float32, shape (len(rows), dims), without unit.
    """
    # Rows are drawn in order, so a row does not depend on how many follow it.
    drawn = generator(seed, purpose, step).standard_normal(
        (max(rows, default=-1) + 1, dims), np.float32
    )
    return drawn[np.array(rows, np.int64)]


class CropPlan:
    """Chooses the random crops of a training run.

    Every pass over the corpus visits each track once, in a new random order. The position of a crop
    in its track is uniformly distributed.

    Args:
        lengths: lengths of the tracks in samples, int64, shape (tracks,).
        samples: length of a crop, in samples.
        batch: rows of a batch.
        seed: seed of the run.
    """

    def __init__(self, lengths: NDArray[np.int64], samples: int, batch: int, seed: int) -> None:
        self.lengths, self.samples, self.batch, self.seed = lengths, samples, batch, seed

    def crops(self, step: int, rows: range) -> list[tuple[int, int]]:
        """The crops of some rows of one batch: (number of the track, first sample) each."""
        draws = generator(self.seed, POSITION, step).random(max(rows, default=-1) + 1)
        crops = []
        for row in rows:
            visit, place = divmod(step * self.batch + row, len(self.lengths))
            track = int(_order(self.seed, visit, len(self.lengths))[place])
            room = max(0, int(self.lengths[track]) - self.samples)
            crops.append((track, int(draws[row] * (room + 1))))
        return crops


# A batch needs the orders of one or two passes, and a large corpus takes milliseconds to shuffle.
@lru_cache(maxsize=8)
def _order(seed: int, visit: int, count: int) -> NDArray[np.int64]:
    """Numbers of the tracks in the order of one pass, int64, shape (count,)."""
    return generator(seed, ORDER, visit).permutation(count)


def fixed_crops(lengths: NDArray[np.int64], samples: int, limit: int) -> list[tuple[int, int]]:
    """Consecutive crops for testing, spread evenly over the tracks.

    Each track gives its first crop, then each that is long enough its second, and so on, until
    there are ``limit``. A track shorter than a crop gives one; a remainder at a track's end is not
    used. Where only some tracks of a round are needed, they are taken at equal distances.

    Args:
        lengths: lengths of the tracks in samples, int64, shape (tracks,).
        samples: length of a crop, in samples.
        limit: the largest number of crops.

    Returns:
        (number of the track, first sample) of each crop, sorted.
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
    """Read crops; zeros follow the end of a track.

    Args:
        corpus: the tracks.
        crops: (number of the track, first sample) each.
        samples: length of a crop, in samples.

    Returns:
        float32, shape (crops, samples, channels), full scale ±1.
    """
    batch = np.empty((len(crops), samples, corpus.spec.channels), np.float32)
    for row, (track, start) in enumerate(crops):
        piece = corpus.audio(track)[start : start + samples]
        batch[row, : len(piece)] = piece
        batch[row, len(piece) :] = 0
    return batch
