"""How early blocks are ready: earlier after late blocks, and again as late as at first in time.

All is counted in sample frames that were played, so that it does not depend on a clock.
"""

from __future__ import annotations

import math

#: A late block soon after another multiplies ``ahead`` by the first, up to the second, in seconds.
EARLIER, EARLIEST = 1.5, 0.04
#: Seconds of sound without a late block after which ``ahead`` and ``depth`` ease.
SPELL = 10.0
#: Seconds of sound in which ``ahead`` then falls from ``EARLIEST``, steadily.
EASING = 20.0
#: Seconds of sound kept waiting while no estimate exists: more than most devices pull in a burst.
DEEP = 0.05


class Reserve:
    """Decides how early the blocks of a device are ready.

    A machine that was late twice within ten seconds is likely to be late again, so the next blocks
    are rendered earlier. When ten seconds of sound had no late block, that eases: after 30 s
    without one, whatever was before, blocks are rendered as late as at the start.

    Args:
        sample_rate: in Hz.
        block: sample frames of one pull.
        least: the least ``ahead``, in seconds.

    Attributes:
        ahead: seconds before its pull at which a block is to be ready.
        depth: sample frames that are kept waiting while it is not known when the device pulls.
    """

    def __init__(self, sample_rate: int, block: int, least: float) -> None:
        self.ahead = self._least = least
        self.depth = self._shallow = max(2 * block, round(DEEP * sample_rate))
        self._spell = SPELL * sample_rate
        self._fall = max(0.0, EARLIEST - least) / (EASING * sample_rate)
        self._quiet = math.inf

    def late(self, *, sure: bool) -> None:
        """Note a late block.

        Args:
            sure: whether it was known when the device pulls.
        """
        again = self._quiet < self._spell
        self._quiet = 0
        if not sure:  # the device pulls longer bursts; the ring's room is the limit
            self.depth *= 2
        elif again:
            self.ahead = max(self._least, min(EARLIER * self.ahead, EARLIEST))

    def played(self, frames: int) -> None:
        """Note a block in time, of so many sample frames."""
        self._quiet += frames
        if self._quiet > self._spell:
            self.ahead = max(self._least, self.ahead - self._fall * frames)
            self.depth = self._shallow
