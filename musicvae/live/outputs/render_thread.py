"""The thread that renders, as late as it can and as early as it must."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from musicvae.audio import Samples
from musicvae.live.outputs.priority import go_first
from musicvae.live.outputs.pull_clock import PullClock
from musicvae.live.outputs.ring import Ring
from musicvae.live.outputs.ring_writer import RingWriter

#: Seconds between two looks at the ring, where a take is due.
_LOOK = 0.00025
#: Seconds before the expected take from which on the ring is looked at.
_EARLY = 0.0005
#: How much of the longest rendering's length is remembered with each further block.
_FORGET = 0.99
#: Each late block lets the next ones be rendered so much earlier, up to so many seconds; each quiet
#: spell of so many seconds takes back so much, down to what was asked for.
_EARLIER, _EARLIEST = 1.5, 0.04
_SPELL, _TAKEN_BACK = 10.0, 0.9
#: Seconds between two questions whether the device is still there.
_ASK = 0.1
#: Seconds of sound that wait while nothing is known of the device: more than most take in a burst.
_DEEP = 0.05
#: A device that takes nothing for so many seconds is gone.
_PATIENCE = 2.0


class Stream(Protocol):
    """The running device, as far as a feeder is concerned."""

    @property
    def ring(self) -> Ring:
        """That it plays."""

    @property
    def xruns(self) -> int:
        """Gaps that the audio system itself reported, since the beginning."""

    def keep_playing(self) -> None:
        """Play the ring (again), where that has come to an end because it was dry."""

    def alive(self) -> bool:
        """Whether the device is still there."""


class RenderThread:
    """Keeps a device supplied.

    The device takes ``block`` frames at once. A block is ready ``ahead`` seconds before the
    earliest moment at which its first frame can be taken, if its rendering takes no longer than the
    longest of late, so that everything which arrives until shortly before is heard in it. As long
    as too few takes have been seen to tell that moment, two blocks are kept waiting.

    A block that is late waits until the tail has played (see ``RingWriter``), then the sound rises
    again with exactly this block. Nothing that was rendered is lost, and the engine renders nothing
    in between: a gap is a pause, not a hole. A machine that was late twice within ten seconds is
    likely to be late again, so the next blocks are rendered a little earlier, and later again in
    quiet times.

    Args:
        stream: the running device.
        sample_rate: in Hz.
        block: frames of one take, and of one rendering.
        ahead: seconds, at least, besides what rendering takes.

    Attributes:
        lead: seconds that blocks are to be ready ahead now.
        gone: whether the device went away; the thread has ended then.
        fault: what ``render`` raised, or ``None``; the thread has ended then.
        priority: what the system gave, see ``go_first``.
    """

    def __init__(self, stream: Stream, sample_rate: int, block: int, ahead: float) -> None:
        self.gone = False
        self.fault: BaseException | None = None
        self.priority = "normal"
        self.ahead = RingWriter(stream.ring, sample_rate, block)
        self._stream = stream
        self._rate = sample_rate
        self.lead = self._least = ahead
        self._takes = PullClock(sample_rate, block)
        self._block = np.zeros((block, stream.ring.memory.shape[1]), np.float32)
        self._held = False
        self._late = 0
        self._late_at = -np.inf
        self._rendering = 0.0
        self._depth = max(2 * block, round(_DEEP * sample_rate))
        self._gap = False
        self._xruns = self._forgiven = 0
        self._asked = self._moved = self._eased = time.perf_counter()
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def underruns(self) -> int:
        """Gaps: blocks that were late, and those that the audio system reported besides.

        A machine that stands still makes both at once. What the audio system reports between the
        last block in time and the end of a gap is part of that gap and not counted again.
        """
        reported = self._xruns if self._gap else self._stream.xruns
        return self._late + reported - self._forgiven

    def start(self, render: Callable[[Samples], None]) -> None:
        """Begin to render, on a thread of its own."""
        self._thread = threading.Thread(
            target=self._work, args=(render,), name="musicvae-feeder", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Render no more, and return when what is pending and its tail were taken."""
        self._stopping = True
        if self._thread is None:
            return
        self._thread.join()
        self._thread = None
        patience = time.perf_counter() + len(self._stream.ring.memory) / self._rate + 0.25
        while not (self.ahead.drained or self.gone) and time.perf_counter() < patience:
            if not self._stream.alive():
                self.gone = True
            self._stream.keep_playing()
            time.sleep(0.002)

    def _work(self, render: Callable[[Samples], None]) -> None:
        self.priority = go_first()
        self._asked = self._moved = time.perf_counter()
        try:
            while not (self._stopping or self.gone):
                wait = self._turn(render)
                if wait > 0:
                    time.sleep(wait)
        except Exception as error:  # noqa: BLE001
            # The tail is published: the sound fades. Whoever owns the feeder says what happened.
            self.fault = error

    def _turn(self, render: Callable[[Samples], None]) -> float:
        """Do what is due.

        Returns:
            Seconds to sleep.
        """
        now, taken = time.perf_counter(), self._stream.ring.taken
        if self._takes.saw(taken, now):
            self._moved = now
        self._look_after(now)
        if self._gap:
            if not self.ahead.drained:
                return _LOOK * 4
            self._recover(taken)
        wait = 0.0 if self._held else self._wait(now, taken)
        if wait > 0:
            return wait
        if not self._held:
            render(self._block)
            self._rendering = max(time.perf_counter() - now, _FORGET * self._rendering)
            self._held = True
        self._commit()
        return 0.0

    def _wait(self, now: float, taken: int) -> float:
        """Seconds until the next block is due, or until the next look at the ring."""
        ahead, block = self.ahead, len(self._block)
        if ahead.drained and not ahead.pending:
            return 0.0
        if ahead.room < 2 * block:
            return _LOOK * 4
        if not self._takes.sure:
            # A dry take that was under way when the ring was filled ends the playing after all.
            self._stream.keep_playing()
            return 0.0 if ahead.pending < self._depth else _LOOK * 2
        due = self._takes.moment(ahead.committed) - self.lead - self._rendering - now
        # Before the take, or what is seen would always be a little late, and the estimate with it.
        look = self._takes.moment(taken) - now - _EARLY
        overdue = -look - 2 * _EARLY
        return max(0.0, min(due, look if look > 0 else max(_LOOK, overdue / 8)))

    def _commit(self) -> None:
        # No take is under way if one is seen to be over and the next is not yet due.
        taken = self._stream.ring.taken
        quiet = self._takes.moment(taken) if self._takes.sure else -np.inf
        if self.ahead.commit(self._block, quiet):
            self._held = False
            self._xruns = self._stream.xruns
            self._stream.keep_playing()
        else:
            self._late += 1
            self._gap = True
            now = time.perf_counter()
            before, self._late_at = self._late_at, now
            if self._takes.sure:
                if now - before < _SPELL:
                    self.lead = max(self._least, min(_EARLIER * self.lead, _EARLIEST))
                    self._eased = now
            else:  # a device of longer bursts; the ring's room is the limit
                self._depth *= 2

    def _recover(self, taken: int) -> None:
        self.ahead.restart()
        self._takes.forget(taken)
        self._forgiven += self._stream.xruns - self._xruns
        self._gap = False

    def _look_after(self, now: float) -> None:
        """See whether the device has gone, and whether the machine has become calm."""
        if now - self._eased > _SPELL:
            self._eased = now
            self.lead = max(self._least, _TAKEN_BACK * self.lead)
        if now - self._asked > _ASK:
            self._asked = now
            self.gone = not self._stream.alive() or now - self._moved > _PATIENCE
