from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest

from musicvae.live.outputs import priority
from musicvae.live.outputs.render_thread import RenderThread
from musicvae.live.outputs.ring import PlainRing
from musicvae.live.outputs.ring_writer import needed

RATE, BLOCK, AHEAD = 48_000, 512, 0.005


class Device:
    """Takes a block at a time: when it is told to, or every 10.7 ms on a thread of its own."""

    def __init__(self, channels: int = 1) -> None:
        self.ring = PlainRing(needed(BLOCK, RATE, AHEAD), channels)
        self.xruns = 0
        self.here = True
        self.heard: list[Any] = []
        self._channels = channels

    def keep_playing(self) -> None:
        pass

    def alive(self) -> bool:
        return self.here

    def take(self) -> None:
        out = np.zeros((BLOCK, self._channels), np.float32)
        self.ring.take(out)
        self.heard.append(out)

    def run(self, end: threading.Event) -> None:
        moment = time.perf_counter()
        while not end.is_set():
            self.take()
            moment += BLOCK / RATE
            time.sleep(max(0.0, moment - time.perf_counter()))


def test_every_gap_is_counted_and_nothing_is_lost(hearing: Any, jacks: Any) -> None:
    device, render, end = Device(), hearing.Counting(), threading.Event()
    feeder = RenderThread(device, RATE, BLOCK, AHEAD)
    feeder.start(render)
    thread = threading.Thread(target=device.run, args=(end,))
    thread.start()
    for late in (0.06, 0.2, 0.0):
        reached = render.rendered + 40_000
        jacks.wait_for(lambda: render.rendered > reached)  # noqa: B023 (waits here)
        render.late = late
    feeder.stop()
    end.set()
    thread.join()
    assert feeder.ahead.drained
    assert feeder.underruns >= 2
    assert feeder.lead > AHEAD
    assert hearing.gaps(np.concatenate(device.heard)[:, 0]) == feeder.underruns


def test_a_block_is_rendered_shortly_before_it_is_taken(jacks: Any, hearing: Any) -> None:
    device, end = Device(), threading.Event()
    feeder = RenderThread(device, RATE, BLOCK, AHEAD)
    count, waiting = hearing.Counting(), []

    def render(out: Any) -> None:
        waiting.append(feeder.ahead.pending)
        count(out)

    feeder.start(render)
    thread = threading.Thread(target=device.run, args=(end,))
    thread.start()
    jacks.wait_for(lambda: len(waiting) > 150)
    feeder.stop()
    end.set()
    thread.join()
    assert max(waiting[:8]) >= 1024  # nothing is known of the device: rather too early
    assert waiting.count(0) > 20  # 5 ms before the next take of 10.7 ms nothing else waits


def test_a_gap_that_the_audio_system_reports_as_well_is_one(hearing: Any) -> None:
    device, render = Device(), hearing.Counting()
    feeder = RenderThread(device, RATE, BLOCK, AHEAD)
    feeder._turn(render)
    device.xruns = 1
    assert feeder.underruns == 1  # the audio system's own
    feeder._turn(render)
    while not feeder.ahead.drained:
        device.take()
    feeder._turn(render)
    assert feeder.underruns == 2  # late
    device.xruns = 2
    assert feeder.underruns == 2  # reported in the gap
    feeder._turn(render)
    assert feeder.underruns == 2
    device.xruns = 3
    assert feeder.underruns == 3
    while not feeder.ahead.drained:
        device.take()
    assert hearing.gaps(np.concatenate(device.heard)[:, 0]) == 1


def test_in_quiet_times_it_renders_as_late_as_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    feeder = RenderThread(Device(), RATE, BLOCK, AHEAD)
    feeder.lead = 0.006
    monkeypatch.setattr(feeder, "_eased", time.perf_counter() - 11)
    feeder._look_after(time.perf_counter())
    assert feeder.lead == pytest.approx(0.0054)
    feeder._look_after(time.perf_counter())
    assert feeder.lead == pytest.approx(0.0054)  # one step a spell
    monkeypatch.setattr(feeder, "_eased", time.perf_counter() - 11)
    feeder._look_after(time.perf_counter())
    assert feeder.lead == AHEAD


def test_a_ring_that_was_dropped_while_it_was_filled_is_played_again(hearing: Any) -> None:
    """rtmixer's dry take may end the playing just after the feeder saw that it goes on."""
    device, render, asked = Device(), hearing.Counting(), []
    device.keep_playing = lambda: asked.append(1)  # type: ignore[method-assign]
    feeder = RenderThread(device, RATE, BLOCK, AHEAD)
    while not feeder._turn(render):
        pass
    before = len(asked)
    assert feeder._turn(render) > 0  # enough is waiting, nothing is rendered
    assert len(asked) == before + 1


def test_a_device_that_takes_nothing_is_gone(monkeypatch: pytest.MonkeyPatch, jacks: Any) -> None:
    monkeypatch.setattr("musicvae.live.outputs.render_thread._PATIENCE", 0.05)
    feeder = RenderThread(Device(), RATE, BLOCK, AHEAD)
    feeder.start(lambda block: None)
    jacks.wait_for(lambda: feeder.gone)
    feeder.stop()


def test_the_system_is_asked_for_what_it_may_give(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError

    given: list[Any] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "sched_setscheduler", lambda *what: given.append(what), raising=False)
    monkeypatch.setattr(os, "setpriority", lambda *what: given.append(what), raising=False)
    if not hasattr(os, "SCHED_RESET_ON_FORK"):
        pytest.skip("this system knows no real-time threads")
    assert priority.go_first() == "real-time 5"
    assert given.pop()[1] == os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert priority.go_first() == "nice -10"
    assert given.pop() == (os.PRIO_PROCESS, threading.get_native_id(), -10)
    monkeypatch.setattr(os, "setpriority", refuse)
    assert priority.go_first() == "normal"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert priority.go_first() == "normal"


def test_the_estimate_of_the_takes_does_not_drift(
    hearing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute of simulated time: who looks only after each take sees all of them a little late."""
    period, now, taken = BLOCK / RATE, 0.0, 0

    class Clock:
        perf_counter = staticmethod(lambda: now)

    monkeypatch.setattr("musicvae.live.outputs.render_thread.time", Clock)
    device, render = Device(), hearing.Counting()
    feeder = RenderThread(device, RATE, BLOCK, 0.002)
    monkeypatch.setattr(feeder.ahead, "_clock", Clock.perf_counter)
    while taken < 60 / period:
        now += feeder._turn(render) + 0.0001  # a sleep is a little longer than it was asked to be
        while now >= (taken + 1) * period:
            taken += 1
            device.take()
    expected = feeder._takes.moment(device.ring.taken)
    assert expected == pytest.approx((taken + 1) * period, abs=0.0006)
    assert feeder.underruns == 0
    assert feeder.ahead.pending <= 2 * BLOCK


def test_a_long_rendering_begins_earlier(hearing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated time: renderings of 5 ms must be over when their block is due, not begin then."""
    period, now, taken = BLOCK / RATE, 0.0, 0

    class Clock:
        perf_counter = staticmethod(lambda: now)

    monkeypatch.setattr("musicvae.live.outputs.render_thread.time", Clock)
    device, count, ready = Device(), hearing.Counting(), []

    def run(seconds: float) -> None:
        nonlocal now, taken
        now += seconds
        while now >= (taken + 1) * period:
            taken += 1
            device.take()

    def render(out: Any) -> None:
        run(0.005)
        count(out)
        ready.append((taken + 1) * period - now)

    feeder = RenderThread(device, RATE, BLOCK, 0.002)
    monkeypatch.setattr(feeder.ahead, "_clock", Clock.perf_counter)
    while taken < 10 / period:
        run(feeder._turn(render) + 0.0001)
    assert feeder.underruns == 0
    assert np.median(ready[-200:]) == pytest.approx(0.002, abs=0.0007)


def test_only_a_machine_that_is_late_again_is_believed_to_be_slow(hearing: Any) -> None:
    device, render = Device(), hearing.Counting()
    feeder = RenderThread(device, RATE, BLOCK, AHEAD)
    feeder._takes._seen.extend([0.0] * 64)  # sure, and far too early
    for gaps in (1, 2):
        while feeder.underruns < gaps:
            while not feeder.ahead.drained:
                device.take()
            feeder._takes._seen.extend([0.0] * 64)
            feeder._gap = False
            feeder.ahead.committed = device.ring.taken - BLOCK
            feeder._turn(render)
        assert (feeder.lead > AHEAD) is (gaps == 2)
