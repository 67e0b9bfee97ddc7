from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.parsing import ntp as theirs

from musicvae.live.osc.timetags import IMMEDIATELY, MOST_AHEAD, due, ntp

NOW = ntp(1_750_000_000.25)


def tag(seconds: float) -> int:
    """So many seconds from ``NOW``."""
    return (NOW + round(seconds * 2**32)) % 2**64


def test_ntp_is_that_of_python_osc() -> None:
    for unix in (0.0, 1_750_000_000.25, 1_999_999_999.999):
        assert ntp(unix) / 2**32 == pytest.approx(
            int.from_bytes(theirs.system_time_to_ntp(unix), "big") / 2**32, abs=1e-6
        )
    assert ntp(0.5) == (2_208_988_800 << 32) + 2**31


@pytest.mark.parametrize("seconds", [0.001, 0.2, 59.9, 60.0])
def test_what_lies_ahead_waits(seconds: float) -> None:
    assert due(tag(seconds), NOW) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "when",
    [
        0,
        IMMEDIATELY,
        NOW,
        tag(-0.1),  # late
        tag(60.1),
        tag(-3600),
        round(12.5 * 2**32),  # TouchDesigner: seconds since its own start
        2**64 - 1,
        0xFFFEF920_00000000,  # of the hostile packets: 2036
    ],
)
def test_anything_else_means_now(when: int) -> None:
    assert due(when, NOW) == 0.0


def test_the_count_of_seconds_may_begin_again() -> None:
    before = 2**64 - 2**31  # half a second before
    assert due(2**32, before) == 1.5
    assert due(before, 2**32) == 0.0


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_nothing_waits_for_long(when: int, now: int) -> None:
    assert 0.0 <= due(when, now) <= MOST_AHEAD
