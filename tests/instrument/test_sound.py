"""The way of the sound in JavaScript: how much of it waits, and at which rate it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.live.resampling import Resampler

Ask = Callable[..., Any]


def test_as_little_waits_as_never_ran_out_and_more_after_an_interruption(in_node: Ask) -> None:
    def told(*heard: tuple[int, int, bool]) -> list[int]:
        ahead = in_node("supply", rate=1000, block=20, heard=heard)
        return [round(1000 * each) for each in ahead]

    assert told((10, 40, False), (1900, 12, False), (2010, 30, False)) == [50, 50, 40]
    # Too little to be safe, though nothing was interrupted.
    assert told((2010, 12, False), (4020, 0, False), (6030, 2, False)) == [40, 42, 42]
    # An underrun is remembered for half a minute: twice as much is always to wait.
    after = [(10, 0, True), (2020, 34, False), (4030, 4, False), (30_020, 4, False)]
    assert told(*after, (32_040, 4, False)) == [70, 40, 40, 40, 38]
    assert max(told(*[(10 * n, 0, True) for n in range(30)])) == 250
    assert min(told(*[(2010 * n, 200, False) for n in range(30)])) == 2


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (22_050, 2), (44_099, 1)])
def test_a_higher_rate_is_reached_as_in_python(in_node: Ask, rate: int, channels: int) -> None:
    sound = np.random.default_rng(0).standard_normal((1000, channels)).astype(np.float32)
    blocks = np.split(sound, [1, 200, 256, 700])
    resampler = Resampler(rate, 44_100, channels, 1000)
    expected = []
    for block in blocks:
        out = np.zeros((resampler.most, channels), np.float32)
        expected.append(out[: resampler.push(block, out)].ravel())
    given = [block.ravel().tolist() for block in blocks]
    made = in_node("resample", **{"from": rate}, to=44_100, channels=channels, blocks=given)
    assert [len(one) for one in made] == [len(one) for one in expected]
    np.testing.assert_allclose(np.concatenate(made), np.concatenate(expected), rtol=0, atol=1e-5)
