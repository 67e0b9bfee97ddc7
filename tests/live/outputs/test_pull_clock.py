from __future__ import annotations

import pytest

from musicvae.live.outputs.pull_clock import PullClock


def fed(takes: PullClock, moments: list[float], step: int, start: int = 0) -> int:
    for moment in moments:
        start += step
        takes.saw(start, moment)
    return start


def test_the_next_take_is_foreseen() -> None:
    takes = PullClock(1000, 100)
    assert not takes.sure
    taken = fed(takes, [5.0 + 0.1 * i for i in range(31)], 100)
    assert not takes.sure
    assert takes.saw(taken + 100, 8.1)
    assert takes.sure
    assert not takes.saw(taken + 100, 8.12)  # no news
    assert takes.moment(taken + 100) == pytest.approx(8.2)


def test_a_take_that_is_seen_late_moves_nothing() -> None:
    takes = PullClock(1000, 100)
    taken = fed(takes, [0.1 * i + (0.03 if i % 3 else 0.0) for i in range(41)], 100)
    assert takes.moment(taken) == pytest.approx(4.1)


def test_bursts_count_by_their_most_urgent_frame() -> None:
    takes = PullClock(1000, 50)  # two takes at once, every 100 ms, seen as one
    taken = fed(takes, [0.1 * i for i in range(40)], 100)
    assert takes.moment(taken) == pytest.approx(4.0 - 0.05)


def test_after_a_pause_there_is_another_time_line() -> None:
    takes = PullClock(1000, 100)
    taken = fed(takes, [0.1 * i for i in range(40)], 100)
    takes.saw(taken + 100, 4.5)
    assert not takes.sure
    fed(takes, [4.6 + 0.1 * i for i in range(31)], 100, taken + 100)
    assert takes.sure
    assert takes.moment(taken + 100) == pytest.approx(4.6)


def test_after_a_gap_it_takes_longer_to_be_sure() -> None:
    takes = PullClock(1000, 100)
    takes.forget(0)
    taken = fed(takes, [0.1 * i for i in range(63)], 100)
    assert not takes.sure
    takes.saw(taken + 100, 6.3)
    assert takes.sure


@pytest.mark.parametrize("late", [0.0, 0.008, 0.03])
def test_a_steady_device_is_known_again_after_one_take(late: float) -> None:
    takes = PullClock(1000, 100)
    taken = fed(takes, [0.1 * i + (0.05 if i % 20 == 3 else 0.0) for i in range(40)], 100)
    assert takes.steady
    takes.forget(taken)
    assert not takes.sure
    takes.saw(taken + 100, 7.3 + late)  # 33 takes found nothing
    assert takes.sure
    assert takes.moment(taken + 100) == pytest.approx(7.4)


def test_one_that_has_moved_meanwhile_is_expected_too_early_by_less_than_a_block() -> None:
    takes = PullClock(1000, 100)
    taken = fed(takes, [0.1 * i for i in range(40)], 100)
    takes.forget(taken)
    takes.saw(taken + 100, 7.36)
    assert 7.36 < takes.moment(taken + 100) < 7.46


def test_takes_that_come_unevenly_must_be_learnt_anew() -> None:
    takes = PullClock(1000, 100)
    taken = fed(takes, [0.1 * i + 0.02 * (i % 5) for i in range(40)], 100)
    assert not takes.steady
    takes.forget(taken)
    takes.saw(taken + 100, 7.3)
    assert not takes.sure
