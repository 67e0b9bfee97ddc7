"""How much of a sequence of latents is a copy of known tracks.

A second of music counts as copied where it is nearer to some second of a known track than any
second of tracks that were never heard is: so what two tracks of a style have in common is no copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from musicvae.errors import LatentError
from musicvae.latents.arrays import Float32, Float64, checked_sequences
from musicvae.measures.nearest import nearest as nearest_points

#: Seconds of a window, and from one window that is looked at to the next.
WINDOW, _HOP = 1.0, 0.25
#: Windows that are compared at once, to limit the memory.
_TOGETHER = 2048


def nearest(sequences: Sequence[ArrayLike], known: Sequence[ArrayLike], rate: float) -> Float64:
    """How far each second of some sequences is from the nearest second of known tracks.

    Args:
        sequences: standardised latents, shape (steps, D) each.
        known: the same, of tracks; they are compared at every step.
        rate: steps per second.

    Returns:
        Root mean square differences of latents, float64 (windows,), for a window each quarter of a
        second of each sequence.

    Raises:
        LatentError: a sequence has another shape or is not finite, or none lasts a second.
    """
    length, hop = max(1, round(WINDOW * rate)), max(1, round(_HOP * rate))
    asked = np.concatenate([*_windows(sequences, length, hop)])
    distances: Float64 = nearest_points(asked, _windows(known, length, 1)) / np.sqrt(asked.shape[1])
    return distances


def copy_rate(
    sequences: Sequence[ArrayLike],
    known: Sequence[ArrayLike],
    unheard: Sequence[ArrayLike],
    rate: float,
) -> float:
    """The share of the seconds of some sequences that are copied, 0 to 1.

    Args:
        sequences: standardised latents, shape (steps, D) each.
        known: of the tracks that may have been copied.
        unheard: of tracks of the same kind that cannot have been: nothing of them is a copy.
        rate: steps per second.

    Raises:
        LatentError: as :func:`nearest`.
    """
    least = nearest(unheard, known, rate).min()
    return float(np.mean(nearest(sequences, known, rate) < least))


def _windows(sequences: Sequence[ArrayLike], length: int, hop: int) -> Iterator[Float32]:
    """All windows in parts, float32 (windows of this part, length · D).

    Raises:
        LatentError: there is none.
    """
    tracks = [rows for rows in checked_sequences(sequences) if len(rows) >= length]
    if not tracks:
        raise LatentError(
            "no sequence lasts a second", expected=f"at least {length} steps", received="fewer"
        )
    for rows in tracks:
        views = sliding_window_view(rows.astype(np.float32), length, axis=0)[::hop]
        for first in range(0, len(views), _TOGETHER):
            some = views[first : first + _TOGETHER]
            yield some.reshape(len(some), -1)
