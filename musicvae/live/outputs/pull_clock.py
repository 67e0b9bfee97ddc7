"""When the device took frames, and so when it will take the next ones."""

from __future__ import annotations

from collections import deque

from musicvae.live.outputs.ring_writer import BURST

#: So many takes are remembered: a drift of the device's clock stays far below ``ahead.GUARD``.
_WINDOW = 64
#: So many make an estimate, at first.
_ENOUGH = 32
#: Most takes of a steady device are seen within this share of a block after the earliest.
_STEADY = 0.125


class PullClock:
    """Estimates the earliest moment at which a frame can be taken.

    A take is only ever *seen* later than it was, and a device that takes several blocks in a burst
    takes the first of them late in the same sense. So of all takes seen lately, the earliest in
    relation to their frames draws the line: frame n is taken at ``line + n / rate``, or later.

    Args:
        sample_rate: in Hz.
        block: frames of one take.
    """

    def __init__(self, sample_rate: int, block: int) -> None:
        self._rate = sample_rate
        self._block = block
        self._taken = 0
        self._seen: deque[float] = deque(maxlen=_WINDOW)
        self._line = 0.0
        self._before: float | None = None
        self._enough = _ENOUGH

    @property
    def sure(self) -> bool:
        """Whether enough takes were seen."""
        return len(self._seen) >= self._enough

    @property
    def steady(self) -> bool:
        """Whether takes come at equal distances."""
        if not self.sure:
            return False
        usual = sorted(self._seen)[len(self._seen) * 3 // 4]
        return usual - self._line < _STEADY * self._block / self._rate

    def forget(self, taken: int) -> None:
        """Begin anew, after a gap; ``taken`` frames are gone.

        A device whose takes came at equal distances goes on at these places: one take more tells at
        which of them. Otherwise be sure later than before: where blocks do not divide the system's
        own periods, takes follow a long pattern, and a few of them may miss its earliest place.
        """
        self._before = self._line if self.steady else None
        self._enough = min(2 * self._enough, _WINDOW)
        self._taken = taken
        self._seen.clear()

    def saw(self, taken: int, now: float) -> bool:
        """Note that, at ``now``, ``taken`` frames are gone.

        Returns:
            Whether that is news.
        """
        if taken == self._taken:
            return False
        self._taken = taken
        line = now - (taken - self._block) / self._rate
        if self._seen and line - self._line > BURST:
            self._seen.clear()  # the device stood still: its time line is another one now
        if self._before is not None:
            line = self._at_its_place(line, self._before)
            self._seen.extend([line] * self._enough)
            self._before = None
        self._seen.append(line)
        self._line = min(self._seen)
        return True

    def _at_its_place(self, line: float, before: float) -> float:
        """The latest line up to this one that is whole blocks away from an earlier one.

        Should the device have moved meanwhile, it is too early by less than a block, which is safe.
        """
        period = self._block / self._rate
        return before + (line - before + _STEADY * period) // period * period

    def moment(self, frame: int) -> float:
        """The earliest moment at which this frame is taken; only where it is :attr:`sure`."""
        return self._line + frame / self._rate
