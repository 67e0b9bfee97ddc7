"""Estimates from a device's earlier pulls when it will pull next."""

from __future__ import annotations

from collections import deque

from musicvae.live.outputs.ring_writer import BURST

#: Pulls that are remembered: the drift of a device's clock meanwhile stays far below ``GUARD``.
_WINDOW = 64
#: Pulls that make an estimate, at first.
_ENOUGH = 32
#: Most pulls of a steady device are seen within this share of a block after the earliest.
_STEADY = 0.125


class PullClock:
    """Estimates the earliest moment at which a sample frame can be pulled.

    A pull is only ever *seen* later than it happened, and a device that pulls several blocks in a
    burst is late with the first of them. So of all recent pulls the one that was earliest, relative
    to its position, defines the time line: sample frame n is pulled at ``line + n / rate`` or
    later.

    Args:
        sample_rate: in Hz.
        block: sample frames of one pull.
    """

    def __init__(self, sample_rate: int, block: int) -> None:
        self._rate = sample_rate
        self._block = block
        self._pulled = 0
        self._lines: deque[float] = deque(maxlen=_WINDOW)
        self._line = 0.0
        self._before: float | None = None
        self._enough = _ENOUGH

    @property
    def sure(self) -> bool:
        """Whether enough pulls were seen for an estimate."""
        return len(self._lines) >= self._enough

    @property
    def steady(self) -> bool:
        """Whether pulls come at equal distances."""
        if not self.sure:
            return False
        usual = sorted(self._lines)[len(self._lines) * 3 // 4]
        return usual - self._line < _STEADY * self._block / self._rate

    @property
    def in_rhythm(self) -> bool:
        """Whether one pull is enough for an estimate, or was."""
        return self.sure or self._before is not None

    def forget(self, pulled: int) -> None:
        """Start again after a gap, when ``pulled`` sample frames have been pulled.

        A device whose pulls came at equal distances continues in the same rhythm, so one more pull
        is enough to find it. Otherwise require more pulls than before: where blocks do not divide
        the system's own periods, pulls follow a long pattern, and a few may miss its earliest.
        """
        self._before = self._line if self.steady else None
        self._enough = min(2 * self._enough, _WINDOW)
        self._pulled = pulled
        self._lines.clear()

    def saw(self, pulled: int, now: float) -> bool:
        """Note that ``pulled`` sample frames have been pulled at the moment ``now``, in seconds.

        Returns:
            Whether that is more than before.
        """
        if pulled == self._pulled:
            return False
        self._pulled = pulled
        line = now - (pulled - self._block) / self._rate
        if self._lines and line - self._line > BURST:
            self._lines.clear()  # the device stood still: its time line is another one now
        if self._before is not None:
            line = self._in_rhythm(line, self._before)
            self._lines.extend([line] * self._enough)
            self._before = None
        self._lines.append(line)
        self._line = min(self._lines)
        return True

    def _in_rhythm(self, line: float, before: float) -> float:
        """The latest time line up to this one that is whole blocks away from an earlier one.

        If the device's rhythm moved meanwhile, it is too early by less than a block, which is safe.
        """
        period = self._block / self._rate
        return before + (line - before + _STEADY * period) // period * period

    def moment(self, frame: int) -> float:
        """The earliest moment at which this sample frame is pulled; only while :attr:`sure`."""
        return self._line + frame / self._rate
