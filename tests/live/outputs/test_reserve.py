"""How early blocks are ready: earlier after late blocks, and as late as at first 30 s later."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from musicvae.live.outputs.render_thread import RenderThread
from musicvae.live.outputs.reserve import EARLIEST, Reserve
from musicvae.live.outputs.ring import PythonRing
from musicvae.live.outputs.ring_writer import needed

RATE, BLOCK, AHEAD = 48_000, 512, 0.0025


def frames_until_it_is_as_at_first(reserve: Reserve, block: int) -> int:
    played, start = 0, (AHEAD, Reserve(RATE, block, AHEAD).depth)
    while (reserve.ahead, reserve.depth) != start:
        reserve.played(block)
        played += block
        assert played < 100 * RATE
    return played


def test_only_a_machine_that_is_late_again_is_believed_to_be_slow() -> None:
    reserve = Reserve(RATE, BLOCK, AHEAD)
    reserve.late(sure=True)
    assert reserve.ahead == AHEAD
    for _ in range(11 * RATE // BLOCK):
        reserve.played(BLOCK)
    reserve.late(sure=True)
    assert reserve.ahead == AHEAD
    reserve.late(sure=True)
    assert reserve.ahead == pytest.approx(1.5 * AHEAD)


@pytest.mark.parametrize("block", [64, 512, 2048])
@pytest.mark.parametrize("late", [2, 5, 1000])
def test_thirty_seconds_of_sound_after_the_last_late_block_all_is_as_at_first(
    block: int, late: int
) -> None:
    reserve = Reserve(RATE, block, AHEAD)
    for number in range(late):
        reserve.late(sure=number % 3 > 0)
    assert reserve.ahead > AHEAD
    assert reserve.ahead <= EARLIEST
    assert reserve.depth > Reserve(RATE, block, AHEAD).depth
    assert 10 * RATE < frames_until_it_is_as_at_first(reserve, block) <= 30 * RATE + 2 * block


def test_it_eases_in_steps_that_nobody_hears_and_stops_easing_at_a_late_block() -> None:
    reserve = Reserve(RATE, BLOCK, AHEAD)
    for _ in range(20):
        reserve.late(sure=True)
    seen = []
    for _ in range(15 * RATE // BLOCK):
        reserve.played(BLOCK)
        seen.append(reserve.ahead)
    steps = -np.diff(seen)
    assert steps.max() * RATE < 2 * BLOCK * EARLIEST / 20  # 40 ms in 20 s, no faster
    assert steps.min() >= 0
    eased = reserve.ahead
    reserve.late(sure=True)
    reserve.played(BLOCK)
    assert reserve.ahead == eased  # one late block: the wait begins again


def test_who_asks_for_more_than_the_most_gets_that_and_no_more() -> None:
    reserve = Reserve(RATE, BLOCK, 0.1)
    for _ in range(5):
        reserve.late(sure=True)
    reserve.played(60 * RATE)
    assert reserve.ahead == 0.1


class Simulated:
    """A device and a rendering thread in simulated time; how early each block was begun."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
        self.now = 0.0
        self.pulled = 0
        self.early: list[float] = []
        self.ring = PythonRing(needed(block, RATE, AHEAD), 1)
        self.xruns = 0
        clock = SimpleNamespace(perf_counter=lambda: self.now)
        monkeypatch.setattr("musicvae.live.outputs.render_thread.time", clock)
        self.rendering = RenderThread(self, RATE, block, AHEAD)
        monkeypatch.setattr(self.rendering.writer, "_clock", clock.perf_counter)
        self._out = np.zeros((block, 1), np.float32)

    def keep_playing(self) -> None:
        """The ring plays on by itself."""

    def alive(self) -> bool:
        return True

    def passes(self, seconds: float) -> None:
        """Time in which the rendering thread does nothing else."""
        self.now += seconds
        while self.now >= (self.pulled + 1) * len(self._out) / RATE:
            self.pulled += 1
            self.ring.pull(self._out)

    def plays(self, seconds: float, taking: float = 0.001) -> float:
        """Pull for so long, while a rendering takes so long.

        Returns:
            Seconds from the beginning of a rendering until its block is pulled, in the last second.
        """

        def render(out: np.ndarray) -> None:
            pull = (self.pulled + 1) * len(out) / RATE
            self.early.append(pull + self.rendering.writer.pending / RATE - self.now)
            out.fill(0.1)
            self.passes(taking)

        block = len(self._out)
        end = self.pulled + round(seconds * RATE) // block
        while self.pulled < end:
            self.passes(self.rendering._turn(render) + 0.0001)
        return float(np.mean(self.early[-RATE // block :]))


@pytest.mark.parametrize("block", [128, 512, 2048])
def test_after_a_disturbance_blocks_are_rendered_as_late_as_before(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    device = Simulated(monkeypatch, block)
    before = device.plays(10)
    for _ in range(8):  # the machine stands still for longer than a block, again and again
        device.passes(0.03 + block / RATE)
        device.plays(1)
    late = device.rendering.underruns
    assert late > 3
    assert device.plays(2) > before + 0.002
    assert device.plays(30) == pytest.approx(before, abs=0.0005)
    assert device.rendering.underruns == late


@pytest.mark.parametrize("block", [128, 512, 2048])
def test_one_long_rendering_is_forgotten_within_ten_seconds_of_sound(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    device = Simulated(monkeypatch, block)
    before = device.plays(10)
    device.plays(0.1, taking=1.5)
    assert device.plays(0.5) > before + 0.01
    assert device.plays(10) == pytest.approx(before, abs=0.0005)
