from __future__ import annotations

import pytest

from musicvae.live.outputs.pull_clock import PullClock


def fed(clock: PullClock, moments: list[float], step: int, start: int = 0) -> int:
    for moment in moments:
        start += step
        clock.saw(start, moment)
    return start


def sure(clock: PullClock) -> bool:
    return clock.sure


def test_the_next_pull_is_foreseen() -> None:
    clock = PullClock(1000, 100)
    assert not sure(clock)
    pulled = fed(clock, [5.0 + 0.1 * i for i in range(31)], 100)
    assert not sure(clock)
    assert clock.saw(pulled + 100, 8.1)
    assert sure(clock)
    assert not clock.saw(pulled + 100, 8.12)  # no news
    assert clock.moment(pulled + 100) == pytest.approx(8.2)


def test_a_pull_that_is_seen_late_moves_nothing() -> None:
    clock = PullClock(1000, 100)
    pulled = fed(clock, [0.1 * i + (0.03 if i % 3 else 0.0) for i in range(41)], 100)
    assert clock.moment(pulled) == pytest.approx(4.1)


def test_bursts_count_by_their_most_urgent_frame() -> None:
    clock = PullClock(1000, 50)  # two clock at once, every 100 ms, seen as one
    pulled = fed(clock, [0.1 * i for i in range(40)], 100)
    assert clock.moment(pulled) == pytest.approx(4.0 - 0.05)


def test_after_a_pause_there_is_another_time_line() -> None:
    clock = PullClock(1000, 100)
    pulled = fed(clock, [0.1 * i for i in range(40)], 100)
    clock.saw(pulled + 100, 4.5)
    assert not sure(clock)
    fed(clock, [4.6 + 0.1 * i for i in range(31)], 100, pulled + 100)
    assert sure(clock)
    assert clock.moment(pulled + 100) == pytest.approx(4.6)


def test_after_a_gap_it_takes_longer_to_be_sure() -> None:
    clock = PullClock(1000, 100)
    clock.forget(0)
    pulled = fed(clock, [0.1 * i for i in range(63)], 100)
    assert not sure(clock)
    clock.saw(pulled + 100, 6.3)
    assert sure(clock)


@pytest.mark.parametrize("late", [0.0, 0.008, 0.03])
def test_a_steady_device_is_known_again_after_one_pull(late: float) -> None:
    clock = PullClock(1000, 100)
    pulled = fed(clock, [0.1 * i + (0.05 if i % 20 == 3 else 0.0) for i in range(40)], 100)
    assert clock.steady
    clock.forget(pulled)
    assert not sure(clock)
    clock.saw(pulled + 100, 7.3 + late)  # 33 pulls found nothing
    assert sure(clock)
    assert clock.moment(pulled + 100) == pytest.approx(7.4)


def test_one_that_has_moved_meanwhile_is_expected_too_early_by_less_than_a_block() -> None:
    clock = PullClock(1000, 100)
    pulled = fed(clock, [0.1 * i for i in range(40)], 100)
    clock.forget(pulled)
    clock.saw(pulled + 100, 7.36)
    assert 7.36 < clock.moment(pulled + 100) < 7.46


def test_pulls_that_come_unevenly_must_be_learnt_anew() -> None:
    clock = PullClock(1000, 100)
    pulled = fed(clock, [0.1 * i + 0.02 * (i % 5) for i in range(40)], 100)
    assert not clock.steady
    clock.forget(pulled)
    clock.saw(pulled + 100, 7.3)
    assert not sure(clock)
