"""Finds the tracks that do not fit to the others: broken, mislabelled, of another genre.

In each aspect, a track is as odd as its distance to its nearest neighbours (Ramaswamy, Rastogi &
Shim 2000) is larger than is usual in this data set, counted in robust standard deviations.
Neighbours are asked rather than one middle, since a genre has several kinds of tracks. The error of
the model counts where it is notably large: a track that is a little harder than others belongs all
the same. A model that learnt one kind of music on top of a wider one does better than that with
such music alone: where it leads by less than is usual, the track is of another kind (the likelihood
ratio of Ren et al. 2019, with errors). The oddness of a track is the sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicvae.surveying.geometry import Points, neighbours, standardised

#: Neighbours whose mean distance counts.
NEIGHBOURS = 5
#: Oddness, in robust standard deviations, from which an aspect is mentioned as a reason.
NOTABLE = 2.5
#: Share of the tracks, and their number at least and at most, that are listed as odd.
SHARE, FEWEST, MOST = 0.12, 6, 24

_REASONS = {
    "timbre": "its timbre is unlike that of the others",
    "movement": "it moves unlike the others",
    "together": "its latents go together unlike those of the others",
    "kind": "what the model learnt of this music helps little with it",
}


@dataclass(frozen=True, eq=False)
class Oddness:
    """How odd each track of a data set is.

    Attributes:
        aspects: robust standard deviations by aspect, float64 (tracks,) each; 0 or below is usual.
        total: the sum of those above 0, and of what is notable of the error, float64 (tracks,).
        distance: distance to the neighbours in timbre, of the usual one, float64 (tracks,).
        near: numbers of the nearest tracks in timbre, int64 (tracks, k).
    """

    aspects: Mapping[str, NDArray[np.float64]]
    total: NDArray[np.float64]
    distance: NDArray[np.float64]
    near: NDArray[np.int64]

    @classmethod
    def of(
        cls, aspects: Mapping[str, Points], errors: Sequence[float], leads: Sequence[float] = ()
    ) -> Oddness:
        """Compare the tracks with each other.

        Args:
            aspects: numbers of each track by aspect, float64 (tracks, …); ``timbre`` is one.
            errors: error of the model for each track, in natural-log units.
            leads: as :class:`musicvae.surveying.hearing.Heard` has them; none, or all 0, where the
                model started from no other one.
        """
        odd, distances, near = {}, {}, {}
        for name, values in aspects.items():
            near[name], far = neighbours(standardised(values), NEIGHBOURS)
            distances[name] = far.mean(axis=1) if far.shape[1] else np.zeros(len(values))
            odd[name] = robust(np.log(distances[name] + 1e-9))
        if len(leads):
            odd["kind"] = robust(-np.array(leads, np.float64))
        total = np.sum([np.maximum(values, 0) for values in odd.values()], axis=0)
        total = total + np.maximum(robust(np.log(np.array(errors) + 1e-3)) - NOTABLE, 0)
        usual = max(float(np.median(distances["timbre"])), 1e-9)
        return cls(odd, total, distances["timbre"] / usual, near["timbre"])

    def order(self) -> NDArray[np.int64]:
        """Numbers of the tracks, the oddest first."""
        return np.argsort(-self.total, kind="stable")

    def reason(self, track: int, error: float, usual: float) -> str:
        """Why a track is odd, for people; empty where nothing is notable.

        Args:
            track: its number.
            error: error of the model for it, in natural-log units.
            usual: the error for most tracks.
        """
        found = sorted(
            (-values[track], name) for name, values in self.aspects.items()
            if values[track] >= NOTABLE
        )  # fmt: skip
        phrases = [_REASONS[name] for _, name in found]
        if error > 1.3 * usual:
            phrases.append(f"its error is {error / usual:.1f} times the usual one")
        return "; ".join(phrases)


def robust(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values minus their median, in units of a standard deviation that outliers do not move."""
    middle = np.median(values)
    spread = 1.4826 * np.median(np.abs(values - middle))
    made: NDArray[np.float64] = (values - middle) / spread if spread > 1e-9 else 0.0 * values
    return made


def listed(tracks: int) -> int:
    """How many of so many tracks are listed as odd."""
    return min(tracks, MOST, max(FEWEST, round(SHARE * tracks)))
