"""The agenda: batches that wait for their sample frame, and how many are applied at one time.

Applying commands takes the rendering thread's time, which a flood of them must not use up. So in
each *span* of sample frames only so many are applied, at so few places; the others wait, in order,
for the next spans. A batch is never cut. The rule counts sample frames, not time and not blocks, so
the same batches at the same sample frames are applied at the same ones. A journal says at which.
"""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count

from musicvae.live.engine.batch import Batch

#: Length of a span, in sample frames. Spans begin at its multiples.
SPAN = 64
#: Weight of the batches that may be applied in a second, a fifth of it; each span has its share.
ALLOWED_PER_SECOND = 24_000
#: Most sample frames in one span at which batches with a time of their own may be applied, since
#: each ends a block, and many short blocks take longer than one.
MOST_MOMENTS = 4
#: Most batches that wait for a later sample frame; further ones do not wait.
MOST_WAITING = 4096
#: Weight of all that waits, above which a sender should be refused: what 0.7 s allow.
MOST_BACKLOG = 16_384
#: Weight of looking at a command that is not applied now; sums of it are exact.
_GLANCE = 0.0625


def allowed(sample_rate: int) -> int:
    """The weight that each span allows at a sample rate in Hz."""
    return max(1, round(ALLOWED_PER_SECOND * SPAN / sample_rate))


class Agenda:
    """Keeps batches in order until they are due and may be applied.

    Args:
        sample_rate: in Hz.
        note: told where and which error was caught, so that the sound goes on.

    Attributes:
        coalesced: number of commands that a newer one replaced before they were applied.
        scheduled: the weight of all that waits for a later sample frame of its own.
        allowed: weight of the batches that may be applied in each span; a heavier batch uses up
            later spans, too.
    """

    def __init__(
        self,
        sample_rate: int,
        note: Callable[[str, Exception], None] = lambda where, error: None,
    ) -> None:
        self.coalesced = self.scheduled = 0
        self.allowed = allowed(sample_rate)
        self._note = note
        self._posted: deque[Batch] = deque()
        self._timed: list[tuple[int, int, Batch]] = []
        self._numbers = count()
        self._posting = threading.Lock()  # among those who post; the rendering thread never waits
        self._weight_in = self._weight_out = 0
        self._span = self._moments = 0
        self._moment = -1  # the last sample frame at which a batch with a time was applied
        self._left: float = self.allowed

    @property
    def backlog(self) -> int:
        """The weight of all that waits for its turn; without what is :attr:`scheduled`."""
        return self._weight_in - self._weight_out

    def post(self, batches: Iterable[Batch]) -> None:
        """Add batches, one directly behind the other; from any thread but the rendering one."""
        with self._posting:
            for batch in batches:
                self._weight_in += batch.weight
                self._posted.append(batch)

    def due(self, frame: int, *, everything: bool = False) -> Iterator[Batch]:
        """The batches to apply at a sample frame, as many as the span allows.

        Args:
            frame: the present one.
            everything: whatever the span allows.
        """
        self._renew(frame)
        while everything or self._left > 0:
            batch = self._next(frame, everything)
            if batch is None:
                return
            while (everything or self._left > 0) and self._is_replaced(batch):
                self.coalesced += len(batch.commands)
                self._weight_out += batch.weight
                self._left -= _GLANCE * len(batch.commands)
                batch = self._posted.popleft()
            self.coalesced += batch.dropped
            self._weight_out += batch.weight
            self._left -= batch.weight
            yield batch

    def horizon(self, frame: int, frames: int) -> int:
        """How many of the next ``frames`` can be rendered before a batch is to be applied.

        Args:
            frame: the present one, for which :meth:`due` was called.
            frames: at least 1.

        Returns:
            At least 1.
        """
        end = (self._span + 1) * SPAN
        opens = frame if self._left > 0 else end + SPAN * int(-self._left // self.allowed)
        wake = frame + frames
        if self._posted and self._left <= 0:
            wake = min(wake, opens)
        if self._timed:
            first = self._timed[0][0]
            if first < end and self._moments >= MOST_MOMENTS:
                first = end
            wake = min(wake, max(first, opens))
        return wake - frame

    def _renew(self, frame: int) -> None:
        """Begin the span of this sample frame, where it is another one than that before."""
        span = frame // SPAN
        if span != self._span:
            self._left = min(self.allowed, self._left + self.allowed * (span - self._span))
            self._span, self._moments = span, 0

    def _next(self, frame: int, everything: bool) -> Batch | None:
        """The next batch that is due; ``None`` if there is none, or the span allows none."""
        may = everything or frame == self._moment or self._moments < MOST_MOMENTS
        if may and self._timed and self._timed[0][0] <= frame:
            self._moments += frame != self._moment
            self._moment = frame
            batch = heapq.heappop(self._timed)[2]
            self.scheduled -= batch.weight
            self._weight_out -= batch.weight  # from now on it waits for its turn, as any other
            return batch
        while self._posted and (everything or self._left > 0):
            batch = self._posted.popleft()
            if batch.due is None or batch.due <= frame or len(self._timed) >= MOST_WAITING:
                return batch
            heapq.heappush(self._timed, (batch.due, next(self._numbers), batch))
            self.scheduled += batch.weight
            self._weight_out += batch.weight
            self._left -= _GLANCE
        return None

    def _is_replaced(self, batch: Batch) -> bool:
        try:
            return bool(self._posted) and self._posted[0].replaces(batch)
        except Exception as error:  # noqa: BLE001 - then both are applied
            self._note(batch.commands[0].address, error)
            return False
