from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest

from musicvae.live.outputs import priority
from musicvae.live.outputs.pull_clock import PullClock
from musicvae.live.outputs.render_thread import RenderThread
from tests.live.outputs.pulled import AHEAD, BLOCK, RATE, Device


def test_every_gap_is_counted_and_nothing_is_lost(hearing: Any, jacks: Any) -> None:
    device, render, end = Device(), hearing.Counting(), threading.Event()
    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    rendering.start(render)
    thread = threading.Thread(target=device.run, args=(end,))
    thread.start()
    for late in (0.06, 0.2, 0.0):
        reached = render.rendered + 40_000
        jacks.wait_for(lambda: render.rendered > reached)  # noqa: B023 (waits here)
        render.late = late
    rendering.stop()
    end.set()
    thread.join()
    assert rendering.writer.drained
    assert rendering.underruns >= 2
    assert rendering.reserve.ahead > AHEAD
    assert hearing.gaps(np.concatenate(device.heard)[:, 0]) == rendering.underruns


def test_a_block_is_rendered_shortly_before_it_is_pulled(jacks: Any, hearing: Any) -> None:
    device, end = Device(), threading.Event()
    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    count, waiting = hearing.Counting(), []

    def render(out: Any) -> None:
        waiting.append(rendering.writer.pending)
        count(out)

    rendering.start(render)
    thread = threading.Thread(target=device.run, args=(end,))
    thread.start()
    jacks.wait_for(lambda: len(waiting) > 150)
    rendering.stop()
    end.set()
    thread.join()
    assert max(waiting[:8]) >= 1024  # nothing is known of the device: rather too early
    assert waiting.count(0) > 20  # 5 ms before the next pull of 10.7 ms nothing else waits


def test_a_pull_between_two_looks_does_not_make_a_block_late(hearing: Any) -> None:
    """A block that is ready about a pull earlier than it must be is written when one comes."""
    device, render = Device(), hearing.Counting()
    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    while rendering.writer.pending < BLOCK:
        rendering._turn(render)
    clock = rendering._pulls = PullClock(RATE, BLOCK)
    clock._line = time.perf_counter() - device.ring.pulled / RATE  # a pull is due now,
    clock._lines.extend([clock._line] * 64)
    assemble = rendering.writer._assemble

    def pulled_meanwhile(*block: Any) -> None:
        rendering.writer._assemble = assemble  # type: ignore[method-assign]
        device.pull()  # and comes
        assemble(*block)

    rendering.writer._assemble = pulled_meanwhile  # type: ignore[method-assign,assignment]
    committed = rendering.writer.committed
    render(rendering._block)
    rendering._commit()
    assert rendering.underruns == 0
    assert rendering.writer.committed == committed + BLOCK
    device.drain(rendering.writer)
    assert hearing.gaps(np.concatenate(device.heard)[:, 0]) == 0


def test_a_gap_that_the_audio_system_reports_as_well_is_one(hearing: Any) -> None:
    device, render = Device(), hearing.Counting()
    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    rendering._turn(render)
    device.xruns = 1
    assert rendering.underruns == 1  # the audio system's own
    rendering._turn(render)
    device.drain(rendering.writer)
    rendering._turn(render)
    assert rendering.underruns == 2  # late
    device.xruns = 2
    assert rendering.underruns == 2  # reported in the gap
    rendering._turn(render)
    assert rendering.underruns == 2
    device.xruns = 3
    assert rendering.underruns == 3
    device.drain(rendering.writer)
    assert hearing.gaps(np.concatenate(device.heard)[:, 0]) == 1


def test_a_ring_that_was_dropped_while_it_was_filled_is_played_again(hearing: Any) -> None:
    """rtmixer's last pull may end the playing just after the rendering saw that it goes on."""
    device, render, asked = Device(), hearing.Counting(), []
    device.keep_playing = lambda: asked.append(1)  # type: ignore[method-assign]
    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    while not rendering._turn(render):
        pass
    before = len(asked)
    assert rendering._turn(render) > 0  # enough is waiting, nothing is rendered
    assert len(asked) == before + 1


def test_a_device_that_pulls_nothing_is_gone(monkeypatch: pytest.MonkeyPatch, jacks: Any) -> None:
    monkeypatch.setattr("musicvae.live.outputs.render_thread._PATIENCE", 0.05)
    rendering = RenderThread(Device(), RATE, BLOCK, AHEAD)
    rendering.start(lambda block: None)
    jacks.wait_for(lambda: rendering.gone)
    rendering.stop()


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


def test_the_estimate_of_the_pulls_does_not_drift(
    hearing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute of simulated time: who looks only after each pull sees all of them a little late."""
    period, now, pulled = BLOCK / RATE, 0.0, 0

    class Clock:
        perf_counter = staticmethod(lambda: now)

    monkeypatch.setattr("musicvae.live.outputs.render_thread.time", Clock)
    device, render = Device(), hearing.Counting()
    rendering = RenderThread(device, RATE, BLOCK, 0.002)
    monkeypatch.setattr(rendering.writer, "_clock", Clock.perf_counter)
    while pulled < 60 / period:
        now += rendering._turn(render) + 0.0001  # a sleep is a little longer than asked
        while now >= (pulled + 1) * period:
            pulled += 1
            device.pull()
    expected = rendering._pulls.moment(device.ring.pulled)
    assert expected == pytest.approx((pulled + 1) * period, abs=0.0006)
    assert rendering.underruns == 0
    assert rendering.writer.pending <= 2 * BLOCK


def test_a_long_rendering_begins_earlier(hearing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated time: renderings of 5 ms must be over when their block is due, not begin then."""
    period, now, pulled = BLOCK / RATE, 0.0, 0

    class Clock:
        perf_counter = staticmethod(lambda: now)

    monkeypatch.setattr("musicvae.live.outputs.render_thread.time", Clock)
    device, count, ready = Device(), hearing.Counting(), []

    def run(seconds: float) -> None:
        nonlocal now, pulled
        now += seconds
        while now >= (pulled + 1) * period:
            pulled += 1
            device.pull()

    def render(out: Any) -> None:
        run(0.005)
        count(out)
        ready.append((pulled + 1) * period - now)

    rendering = RenderThread(device, RATE, BLOCK, 0.002)
    monkeypatch.setattr(rendering.writer, "_clock", Clock.perf_counter)
    while pulled < 10 / period:
        run(rendering._turn(render) + 0.0001)
    assert rendering.underruns == 0
    assert np.median(ready[-200:]) == pytest.approx(0.002, abs=0.0007)


def test_only_a_machine_that_is_late_again_is_believed_to_be_slow(hearing: Any) -> None:
    device, render = Device(), hearing.Counting()
    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    rendering._pulls._lines.extend([0.0] * 64)  # sure, and far too early
    for gaps in (1, 2):
        while rendering.underruns < gaps:
            while not rendering.writer.drained:
                device.pull()
            rendering._pulls._lines.extend([0.0] * 64)
            rendering._gap = False
            rendering.writer.committed = device.ring.pulled - BLOCK
            rendering._turn(render)
        assert (rendering.reserve.ahead > AHEAD) is (gaps == 2)


def rendering_with(device: Any, render: Any) -> RenderThread:
    """A thread that renders until it ends by itself."""
    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    rendering.start(render)
    assert rendering._thread is not None
    rendering._thread.join()
    return rendering


@pytest.mark.parametrize("error", [ZeroDivisionError(), SystemExit(3)], ids=repr)
def test_what_rendering_raises_is_kept_and_the_sound_fades_out(error: BaseException) -> None:
    device, blocks = Device(), [1.0, 1.0]

    def render(out: Any) -> None:
        if not blocks:
            raise error
        out[:] = blocks.pop()

    rendering = rendering_with(device, render)
    assert (rendering.fault, rendering.gone) == (error, False)
    device.drain(rendering.writer)
    heard = np.concatenate(device.heard)
    assert heard.max() == 1.0
    assert np.abs(np.diff(heard[:, 0])).max() < 0.01
    assert heard[-1] == 0


def test_what_the_audio_system_raises_means_that_the_device_is_gone() -> None:
    device = Device()

    def broken() -> None:
        raise OSError("unanticipated host error")

    device.keep_playing = broken  # type: ignore[method-assign]
    rendering = rendering_with(device, lambda out: out.fill(0))
    assert (rendering.fault, rendering.gone) == (None, True)
    assert "unanticipated host error" in rendering.trouble


def test_a_block_that_never_ends_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvae.live.outputs.render_thread._PATIENCE", 0.01)
    device, begun, go = Device(), threading.Event(), threading.Event()

    def render(out: Any) -> None:
        begun.set()
        go.wait(60)

    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    rendering.start(render)
    begun.wait()
    rendering.stop()  # returns
    go.set()
