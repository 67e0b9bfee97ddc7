"""What was played last outlives the process that played it."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from musicvae.live.last_state import MOST, LastState, State

Events = list[list[list[Any]]]
EVENTS: Events = [
    [["/deck/a/model/load", "jazz"]],
    [["/deck/a/gain", -3.5], ["/deck/a/play", 1]],
]


def test_the_newest_state_counts() -> None:
    last = LastState()
    assert last.read() is None
    for port in (7700, 7701, 7702):
        assert last.keep(State(port, EVENTS))
        assert last.read() == State(port, EVENTS)


def test_what_is_too_long_leaves_the_one_before() -> None:
    last = LastState()
    assert last.keep(State(7700, EVENTS))
    assert not last.keep(State(7700, [[["/a", "x" * MOST]]]))
    assert last.read() == State(7700, EVENTS)


def test_numbers_survive_to_the_bit() -> None:
    last = LastState()
    exact: Events = [[["/latent", 0.1, 1e-300, 854811661506708e-15, -0.0, 2**31 - 1]]]
    last.keep(State(1, exact))
    read = last.read()
    assert read is not None
    assert repr(read.events) == repr(exact)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.skipif(sys.platform == "darwin", reason="not forked there")
def test_a_process_that_dies_while_it_writes_leaves_a_whole_one() -> None:
    last = LastState()
    for length in range(40):
        if not (child := os.fork()):
            last.keep(State(7700, [[["/a", "x" * length]]]))
            last._memory[-1000:] = bytes(1000)  # into the half that does not count, or behind it
            os.kill(os.getpid(), 9)
        assert os.waitpid(child, 0)[1] == 9
        read = last.read()
        assert read is not None
        assert read.events == [[["/a", "x" * length]]]
