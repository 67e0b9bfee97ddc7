from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.engine.ramps import Ramps

FINITE = st.floats(-1000, 1000, width=32)


def way(ramps: Ramps, frames: int) -> np.ndarray:
    values = []
    for _ in range(frames):
        ramps.advance()
        values.append(ramps.value.copy())
    return np.array(values)


@given(FINITE, FINITE, st.integers(1, 300))
def test_a_straight_line_that_arrives_to_the_bit(start: float, end: float, frames: int) -> None:
    ramps = Ramps(1, start)
    ramps.to([end], frames)
    values = way(ramps, frames + 3)[:, 0]
    line = start + (end - start) * np.arange(1, frames + 1) / frames
    np.testing.assert_allclose(values[:frames], line, atol=4e-5 * (1 + abs(start) + abs(end)))
    assert (values[frames - 1 :] == np.float32(end)).all()


def test_each_number_is_on_its_own_way() -> None:
    ramps = Ramps(3)
    ramps.to([1.0, 2.0], 4, slice(0, 2))
    way(ramps, 2)
    ramps.to(-1.0, 1, 2)
    assert way(ramps, 3).tolist() == [[0.75, 1.5, -1], [1, 2, -1], [1, 2, -1]]
    assert ramps.target.tolist() == [1, 2, -1]


def test_a_new_target_is_gone_to_from_where_it_is() -> None:
    ramps = Ramps(1)
    ramps.to([1.0], 10)
    way(ramps, 5)
    ramps.to([0.0], 2)
    assert way(ramps, 3)[:, 0] == pytest.approx([0.25, 0, 0])


def test_a_jump_is_at_once_and_ends_what_was_on_its_way() -> None:
    ramps = Ramps(2, 0.5)
    ramps.to(7.0, 100)
    ramps.jump([1.0, 2.0])
    assert ramps.value.tolist() == [1, 2]
    assert way(ramps, 3).tolist() == [[1, 2]] * 3


def test_less_than_a_frame_is_one_frame() -> None:
    ramps = Ramps(1)
    ramps.to([3.0], 0)
    assert way(ramps, 1).tolist() == [[3]]


def test_no_numbers_are_fine() -> None:
    ramps = Ramps(0)
    ramps.to([], 5)
    assert way(ramps, 2).shape == (2, 0)


@pytest.mark.parametrize("pace", [0.5, 1.0, 2.0])
def test_going_on_where_another_one_is(pace: float) -> None:
    one, other = Ramps(3), Ramps(2)
    one.to([8.0, 4.0, 2.0], 8)
    way(one, 4)
    other.go_on(one, pace, [1, 0], [0, 2])
    assert other.value.tolist() == [1, 4]
    values = way(other, round(4 * pace) + 2)
    assert values[round(4 * pace) - 1].tolist() == [2, 8]
    assert values[round(4 * pace) - 2][1] < 8
    assert one.value.tolist() == [4, 2, 1]


def test_going_on_with_nothing_in_common_changes_nothing() -> None:
    one, other = Ramps(3, 1.0), Ramps(2)
    other.go_on(one, 1.0, [], [])
    assert way(other, 2).tolist() == [[0, 0]] * 2


def test_neutral_is_what_was_never_touched_or_is_back() -> None:
    ramps = Ramps(2, 1.0)
    found = [ramps.neutral]
    ramps.to(1.5, 2, 0)
    found.append(ramps.neutral)
    way(ramps, 2)
    found.append(ramps.neutral)  # they rest, but one of them elsewhere
    ramps.to(1.0, 3)
    way(ramps, 2)
    found.append(ramps.neutral)
    way(ramps, 1)
    assert [*found, ramps.neutral] == [True, False, False, False, True]


@pytest.mark.parametrize(("value", "neutral"), [(1.0, True), (0.5, False)])
def test_after_a_jump_neutral_is_the_value_that_was_the_first(value: float, neutral: bool) -> None:
    ramps = Ramps(2, 1.0)
    ramps.jump(value)
    assert ramps.neutral is neutral


@pytest.mark.parametrize(("value", "neutral"), [(0.0, True), (0.5, False)])
def test_what_goes_on_from_others_is_neutral_where_they_are(value: float, neutral: bool) -> None:
    ramps, other = Ramps(2), Ramps(2)
    other.jump(value)
    ramps.go_on(other, 1.0)
    way(ramps, 1)
    assert ramps.neutral is neutral
