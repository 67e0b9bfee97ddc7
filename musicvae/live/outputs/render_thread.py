"""The thread that renders blocks for a sound card, each as late as possible but in time."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from musicvae.audio import Samples
from musicvae.live.outputs.priority import go_first
from musicvae.live.outputs.pull_clock import PullClock
from musicvae.live.outputs.reserve import Reserve
from musicvae.live.outputs.ring import Ring
from musicvae.live.outputs.ring_writer import RingWriter

#: Seconds between two looks at the ring while a pull is due.
_LOOK = 0.00025
#: Seconds before the expected pull from which on the ring is looked at.
_EARLY = 0.0005
#: With each block, the remembered duration of the longest rendering shrinks by this factor, and
#: in each second of sound to a third or less, however long the blocks are.
_FORGET = 0.99
#: Seconds between two checks whether the device is still there.
_ASK = 0.1
#: Seconds after which a device that pulls nothing counts as gone, and a block as endless.
_PATIENCE = 2.0
#: Seconds that must be left, beyond the longest time that it took lately, for what is done between
#: two blocks.
_SPARE = 0.001


class DeviceStream(Protocol):
    """A running device that plays a ring, as the rendering thread sees it."""

    @property
    def ring(self) -> Ring:
        """The ring that it plays."""

    @property
    def xruns(self) -> int:
        """Output underflows that the audio system reported, since the beginning."""

    def keep_playing(self) -> None:
        """Play the ring (again), where that ended because the ring was empty."""

    def alive(self) -> bool:
        """Whether the device is still there."""


class RenderThread:
    """Renders blocks and writes them into the ring of a device.

    The device pulls ``block`` sample frames at once. A block shall be ready ``ahead`` seconds
    before the earliest moment at which its first sample frame can be pulled; its rendering begins
    earlier by the longest rendering time of the recent blocks. So a command that arrives shortly
    before is still heard in it. As long as too few pulls were seen to estimate that moment, two
    blocks are kept waiting, or more where the device is not known to pull at equal distances.

    A block that is late waits until the tail has played (see ``RingWriter``), then the sound fades
    in again with exactly this block. Nothing that was rendered is lost, and the engine renders
    nothing in between: a gap is a pause, no music is skipped. After late blocks the next ones are
    ready earlier, which eases again; see ``Reserve``.

    Args:
        stream: the running device stream.
        sample_rate: in Hz.
        block: sample frames of one pull, and of one rendering.
        ahead: seconds by which blocks are ready early, at least.

    Attributes:
        writer: writes the blocks into the ring.
        reserve: how early blocks are to be ready, at present.
        between: called on this thread after a block, if there is time until the next one begins.
        gone: whether the device went away; the thread has ended then.
        fault: what ``render`` raised, or ``None``; the thread has ended then.
        trouble: what the audio system raised, so that the device counts as gone; or empty.
    """

    def __init__(self, stream: DeviceStream, sample_rate: int, block: int, ahead: float) -> None:
        self.gone = False
        self.fault: BaseException | None = None
        self.trouble = ""
        self.between: Callable[[], None] | None = None
        self.writer = RingWriter(stream.ring, sample_rate, block)
        self._stream = stream
        self._rate = sample_rate
        self.reserve = Reserve(sample_rate, block, ahead)
        self._pulls = PullClock(sample_rate, block)
        self._block = np.zeros((block, stream.ring.memory.shape[1]), np.float32)
        self._rendered = False
        self._late = 0
        self._rendering = self._working = 0.0
        self._forget = min(_FORGET, math.exp(-block / sample_rate))
        self._gap = False
        self._xruns = self._forgiven = 0
        self._asked = self._moved = time.perf_counter()
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def underruns(self) -> int:
        """Number of gaps: late blocks, and further ones that the audio system reported.

        A machine that stands still causes both at once. What the audio system reports between the
        last block in time and the end of a gap is part of that gap, and not counted again.
        """
        reported = self._xruns if self._gap else self._stream.xruns
        return self._late + reported - self._forgiven

    def start(self, render: Callable[[Samples], None]) -> None:
        """Begin to render, on a thread of its own.

        Args:
            render: fills each block, float32 (sample frames, channels).
        """
        self._thread = threading.Thread(
            target=self._work, args=(render,), name="musicvae-render", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop rendering, and return when the pending sound and its tail have been pulled."""
        self._stopping = True
        if self._thread is None:
            return
        self._thread.join(_PATIENCE)  # a block that never ends is left behind
        self._thread = None
        patience = time.perf_counter() + len(self._stream.ring.memory) / self._rate + 0.25
        while not (self.writer.drained or self.gone) and time.perf_counter() < patience:
            if not self._stream.alive():
                self.gone = True
            self._stream.keep_playing()
            time.sleep(0.002)

    def _work(self, render: Callable[[Samples], None]) -> None:
        go_first()
        self._asked = self._moved = time.perf_counter()
        try:
            while not (self._stopping or self.gone):
                wait = self._turn(render)
                if wait > 0:
                    time.sleep(wait)
        except BaseException as error:  # noqa: BLE001
            # The tail is published, so the sound fades out; the owner of this object reports it.
            if error is not self.fault:  # the audio system raised it, so another device may help
                self.trouble = repr(error)
                self.gone = True

    def _turn(self, render: Callable[[Samples], None]) -> float:
        """Do what is due now.

        Returns:
            Seconds to sleep.
        """
        now, pulled = time.perf_counter(), self._look()
        self._check(now)
        if self._gap:
            if not self.writer.drained:
                return _LOOK * 4
            self._recover(pulled)
        wait = 0.0 if self._rendered else self._wait(now, pulled)
        if wait > 0:
            return wait
        if not self._rendered:
            try:
                render(self._block)
            except BaseException as error:
                self.fault = error
                raise
            self._rendering = max(time.perf_counter() - now, self._forget * self._rendering)
            self._rendered = True
        self._commit()
        self._work_ahead()
        return 0.0

    def _work_ahead(self) -> None:
        """Use the time until the next block begins, if there is enough."""
        if self.between is None or self._gap or not self._pulls.sure:
            return
        now = time.perf_counter()
        enough = self._begins() - now > self._working + _SPARE
        self._working *= self._forget  # or what took too long once would not be tried again
        if enough:
            self.between()
            self._working = max(time.perf_counter() - now, self._working)

    def _begins(self) -> float:
        """When the next block is begun; only while it is known when the device pulls."""
        due = self._pulls.moment(self.writer.committed)
        return due - self.reserve.ahead - self._rendering

    def _wait(self, now: float, pulled: int) -> float:
        """Seconds until the next block is due, or until the next look at the ring."""
        writer, block = self.writer, len(self._block)
        if writer.drained and not writer.pending:
            return 0.0
        if writer.room < 2 * block:
            return _LOOK * 4
        if not self._pulls.sure:
            # A pull from the empty ring that was in progress when it was filled ends the playing.
            self._stream.keep_playing()
            depth = 2 * block if self._pulls.in_rhythm else self.reserve.depth
            return 0.0 if writer.pending < depth else _LOOK * 2
        due = self._begins() - now
        # Look before the pull, or it would always be seen a little late, and estimated so.
        look = self._pulls.moment(pulled) - now - _EARLY
        overdue = -look - 2 * _EARLY
        return max(0.0, min(due, look if look > 0 else max(_LOOK, overdue / 8)))

    def _look(self) -> int:
        """How many sample frames have been pulled; notes when that was seen."""
        now, pulled = time.perf_counter(), self._stream.ring.pulled
        if self._pulls.saw(pulled, now):
            self._moved = now
        return pulled

    def _commit(self) -> None:
        pulled = self._look()
        # No pull is in progress if one is seen to be over and the next is not yet due.
        while not self.writer.commit(self._block, self._due(pulled)):
            before, pulled = pulled, self._look()
            if pulled == before:  # else a pull came between both looks, which is not yet late
                self._note_gap()
                return
        self._rendered = False
        self.reserve.played(len(self._block))
        self._xruns = self._stream.xruns
        self._stream.keep_playing()

    def _due(self, pulled: int) -> float:
        """When the next pull is due at the earliest, after so many sample frames."""
        return self._pulls.moment(pulled) if self._pulls.sure else -np.inf

    def _note_gap(self) -> None:
        """Count a late block, which waits for the end of the tail; render the next ones earlier."""
        self._late += 1
        self._gap = True
        self.reserve.late(sure=self._pulls.sure)

    def _recover(self, pulled: int) -> None:
        """Start again behind a gap."""
        self.writer.restart()
        self._pulls.forget(pulled)
        self._forgiven += self._stream.xruns - self._xruns
        self._gap = False

    def _check(self, now: float) -> None:
        """Check whether the device is gone."""
        if now - self._asked > _ASK:
            self._asked = now
            self.gone = not self._stream.alive() or now - self._moved > _PATIENCE
