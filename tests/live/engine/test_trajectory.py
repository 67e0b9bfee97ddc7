from __future__ import annotations

import numpy as np
import pytest

from musicvae.live.engine.ramps import Ramps
from musicvae.live.engine.trajectory import Trajectory

ROWS = np.array([[1.0, 2.0], [3.0, -2.0], [0.0, 0.0]], np.float32)


def frames(trajectory: Trajectory, ramps: Ramps, count: int) -> list[list[float]]:
    values = []
    for _ in range(count):
        trajectory.advance(ramps)
        ramps.advance()
        values.append(ramps.value.tolist())
    return values


def test_ramps_go_from_row_to_row() -> None:
    z = np.array(frames(Trajectory(ROWS, 2), Ramps(2), 8))
    assert z[:, 0].tolist() == [0.5, 1, 2, 3, 1.5, 0, 0, 0]
    assert z[:, 1].tolist() == [1, 2, 0, -2, -1, 0, 0, 0]


def test_an_ended_trajectory_and_one_without_rows_move_nothing() -> None:
    ramps = Ramps(2)
    trajectory = Trajectory(ROWS, 2)
    frames(trajectory, ramps, 2)
    trajectory.end()
    for still in (trajectory, Trajectory(ROWS[:0])):
        assert frames(still, ramps, 3) == [[1, 2]] * 3


@pytest.mark.parametrize("pace", [0.5, 1.0, 2.0])
def test_at_another_pace_the_rest_takes_as_long(pace: float) -> None:
    mine, its = Ramps(2), Ramps(2)
    one = Trajectory(ROWS, 4)
    frames(one, mine, 4)
    other = one.at_pace(pace)
    its.go_on(mine, pace)
    frames(one, mine, 4)
    assert frames(other, its, round(4 * pace))[-1] == mine.value.tolist() == ROWS[1].tolist()
    frames(one, mine, 4)
    assert frames(other, its, round(4 * pace))[-1] == mine.value.tolist() == ROWS[2].tolist()
