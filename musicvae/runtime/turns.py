"""Decides whose turn it is: a memory's, which plays what it holds, or a prior's, which goes on.

They take turns in phrases of some seconds, so that a prior always has real music in its ears, and
what a memory plays is soon left again. Each goes on from what the other played. Measured as
``musicvae evaluate`` does, that is nearer to music than a prior whose every step is pulled towards
the memory, which is worse than either alone.
"""

from __future__ import annotations

import numpy as np

from musicvae.recipes.ranges import checked_seed

#: Seconds of a phrase of each together, on average, and how much shorter or longer one may be.
ROUND = 8.0
_SPREAD = 0.5
#: Seconds from jump to jump, at least.
_SHORTEST = 0.5
#: Tells these draws from others of the same seed.
_STREAM = 1


class Turns:
    """Phrases of a memory and of a prior, drawn from a seed. Allocates nothing that stays.

    Args:
        rate: steps a second.
        seed: equal seeds give equal turns, 0 to 4294967295.

    Attributes:
        returning: whether the step that was decided last is the memory's, after one of the prior's:
            the memory goes to a place that is like what was played.

    Raises:
        SettingError: the seed is out of range.
    """

    def __init__(self, rate: float, seed: int = 0) -> None:
        self._steps = ROUND * rate
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin anew, in the middle of a phrase of the memory.

        With a whole one, the first half-minute would be more the memory's than is asked for.

        Raises:
            SettingError: the seed is out of range.
        """
        self._draws = np.random.default_rng([checked_seed(seed) or 0, _STREAM])
        self._remembers = True
        self.returning = False
        self._left = self._drawn() / 2

    def remembers(self, variation: float) -> bool:
        """Whether the memory plays the next step, else the prior.

        Args:
            variation: the share of the prior, 0 to 1; a change counts at once.
        """
        share = 1.0 - variation if self._remembers else variation
        if self._left <= 0 or share <= 0:
            self._remembers = not self._remembers
            self._left = self._drawn()
            self.returning = self._remembers
            share = 1.0 - share
        else:
            self.returning = False
        self._left -= 1.0 / (share * self._steps) if share < 1 else 0.0
        return self._remembers

    def _drawn(self) -> float:
        """The length of a phrase, as a multiple of the average."""
        return float(self._draws.uniform(1.0 - _SPREAD, 1.0 + _SPREAD))


def shortened(continuity: float, share: float) -> float:
    """Seconds from jump to jump in a memory that plays so much of the time.

    What the prior made leads it to places like those that it knows best. So half of the time of a
    memory that jumps as often as one that plays alone holds more than half of its copies.

    Args:
        continuity: seconds from jump to jump where it plays alone.
        share: of the time, 0 to 1.
    """
    return max(_SHORTEST, continuity * share)
