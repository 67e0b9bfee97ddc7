"""Divides what a prior plays alone into sections, at the start of which it forgets what it heard.

A prior that hears only itself is led away, bit by bit: jazz was 1.7 times as far from music as
unheard tracks in the first half minute, and 5.1 times after four and a half. Trained on crops of
12 s, each of which begins with nothing heard, it is at home at the start of one. So from time to
time it begins anew, from the last step alone, and then it is at 1.9 (``benchmarks/prior.py``).
"""

from __future__ import annotations

import numpy as np

from musicvae.recipes.ranges import checked_seed

#: Seconds of a section, on average, and how much shorter or longer one may be.
SECTION = 24.0
_SPREAD = 0.5
#: Tells these draws from others of the same seed.
_STREAM = 3


class Sections:
    """Sections of a prior's music, drawn from a seed. Allocates nothing that stays.

    Args:
        rate: steps a second.
        seed: equal seeds give equal sections, 0 to 4294967295.

    Attributes:
        number: how many have ended.

    Raises:
        SettingError: the seed is out of range.
    """

    def __init__(self, rate: float, seed: int = 0) -> None:
        self._steps = SECTION * rate
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin anew, with the first section.

        Raises:
            SettingError: the seed is out of range.
        """
        self._draws = np.random.default_rng([checked_seed(seed) or 0, _STREAM])
        self.number = 0
        self._draw()

    def ends(self) -> bool:
        """Note a step that the prior played alone; whether it was the last one of a section."""
        self._left -= 1
        over = self._left <= 0
        if over:
            self.number += 1
            self._draw()
        return over

    def lengthen(self) -> None:
        """Let the section last, since other music was heard: there is nothing to forget yet."""
        self._left = self._length

    def _draw(self) -> None:
        share = self._draws.uniform(1.0 - _SPREAD, 1.0 + _SPREAD)
        self._left = self._length = round(self._steps * float(share))
