"""The way of the sound in JavaScript: when it is made, and at which rate it goes on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from musicvae.live.resampling import Resampler

Ask = Callable[..., Any]
#: Of the device, in Hz.
RATE = 44_100


def pulls(seconds: float, start: float = 0.1, period: float = 0.01) -> list[list[float]]:
    """Of a device: when, how many sample frames, and how late that is told.

    It takes whole calls of 128 sample frames.
    """
    count = round(seconds / period)
    ends = [128 * round(RATE * period * n / 128) for n in range(count + 1)]
    sizes = [after - before for before, after in pairwise(ends)]
    return [[start + period * n, size, 0.0003] for n, size in enumerate(sizes)]


@pytest.fixture
def supplied(in_node: Ask) -> Ask:
    """What is known after each pull of a device, where a frame takes so many seconds."""
    return lambda device, takes=0.0007: in_node(
        "supply", rate=RATE, pulls=device, hop=256, takes=takes
    )


@pytest.mark.parametrize("period", [128 / RATE, 0.01, 0.025])
def test_sound_is_decoded_shortly_before_it_is_pulled(supplied: Ask, period: float) -> None:
    told = supplied(pulls(15, period=period))
    assert told[-1]["interruptions"] == 0
    assert told[0]["early"] == 0.05
    # What decoding takes, and 3 ms; before that, a hand waits for half the time between pulls.
    decoding = 0.0007 * np.ceil(1 + RATE * period / 256)
    assert 0.003 <= told[-1]["early"] < 0.003 + decoding
    assert told[-1]["waits"] < told[-1]["early"] + period / 2 + 256 / RATE


def test_an_interruption_is_remembered_for_a_while(supplied: Ask) -> None:
    device = pulls(60)
    before = supplied(device[:600])[-1]
    # Two pulls at once, which nobody could know of.
    device[600][0] = device[599][0] + 0.001
    told = supplied(device)
    assert told[-1]["interruptions"] == 1
    assert told[601]["early"] >= before["early"] + 0.0095
    # Until then, 10 ms are left.
    assert 0.01 < told[3000]["early"] < 0.015
    assert told[-1]["early"] < 0.01


def test_what_is_slow_is_begun_earlier_before_it_is_late(supplied: Ask) -> None:
    told = supplied(pulls(15), takes=0.004)
    assert told[-1]["interruptions"] == 0
    assert 0.008 < told[-1]["early"] < 0.02


def test_where_clocks_tell_nothing_an_interruption_does(supplied: Ask) -> None:
    """A browser that hides its clock: everything seems to be sent while it is pulled."""
    device = [[round(at, 1), size, 0.0] for at, size, _ in pulls(15)]
    told = supplied(device, takes=0)
    assert told[-1]["early"] <= 0.25
    assert told[-1]["interruptions"] == told[500]["interruptions"]


def test_after_a_pause_no_more_waits_than_before(supplied: Ask) -> None:
    device = pulls(6)
    device += pulls(3, start=device[-1][0] + 60)
    told = supplied(device)
    assert told[-1]["interruptions"] == 0
    assert max(one["waiting"] for one in told[500:]) < 0.03 * RATE


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
