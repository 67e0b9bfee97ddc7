"""A device that brings a block with each that it takes, and an engine that asks between two."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.live.inputs.lockstep import Lockstep
from musicvae.live.outputs.input_ring import PythonInputRing

RATE, BLOCK = 48_000, 256


class Room:
    """A ring that is written with a rising count, and who reads it."""

    def __init__(self) -> None:
        self.ring = PythonInputRing(RATE, 1)
        self.lockstep = Lockstep(self.ring, RATE, BLOCK)
        self.brought = 0

    def bring(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            counts = np.arange(self.brought, self.brought + BLOCK, dtype=np.float32)
            self.ring.put(counts[:, None])
            self.brought += BLOCK

    def ask(self, size: int = BLOCK) -> np.ndarray:
        out = np.zeros((size, 2), np.float32)
        self.lockstep.read(out)
        return out


def test_each_block_is_heard_as_it_came() -> None:
    room = Room()
    assert np.isnan(room.ask()).all()  # nothing yet
    room.bring(3)
    np.testing.assert_array_equal(room.ask()[:, 0], np.arange(2 * BLOCK, 3 * BLOCK))  # the newest
    for number in range(3, 50):
        room.bring()
        heard = room.ask()
        np.testing.assert_array_equal(heard[:, 0], np.arange(number * BLOCK, (number + 1) * BLOCK))
        np.testing.assert_array_equal(heard[:, 0], heard[:, 1])
    assert (room.lockstep.late, room.lockstep.waiting) == (0, 0)
    assert room.lockstep.seconds == BLOCK / RATE


def test_an_early_question_is_a_fade_and_then_a_block_waits() -> None:
    room = Room()
    room.bring()
    room.ask()
    assert np.isnan(room.ask()).all()
    room.bring(2)
    heard = [room.ask()[0, 0]]
    for _ in range(20):
        room.bring()
        heard.append(room.ask()[0, 0])
    np.testing.assert_array_equal(heard, BLOCK * np.arange(1, 22))  # nothing is skipped
    assert (room.lockstep.late, room.lockstep.waiting) == (1, BLOCK)


def test_what_waits_without_need_is_skipped_once() -> None:
    room = Room()
    room.bring()
    room.ask()
    room.bring()
    skipped = 0
    for _ in range(round(12 * RATE / BLOCK)):
        room.bring()
        skipped += bool(np.isnan(room.ask()).any())
    assert (skipped, room.lockstep.waiting, room.lockstep.late) == (1, 0, 0)


def test_a_machine_that_stood_still_catches_up_at_once() -> None:
    room = Room()
    room.bring()
    for _ in range(round(6 * RATE / BLOCK)):
        room.ask()
        room.bring()
    room.bring(20)
    assert np.isnan(room.ask()).all()
    assert (room.lockstep.late, room.lockstep.waiting) == (1, 0)
    room.bring()
    assert room.ask()[-1, 0] == room.brought - 1


def test_as_long_as_it_may_wait_nothing_is_skipped() -> None:
    """An engine that asks now before and now after the device needs the block that waits."""
    room = Room()
    room.bring(2)
    room.ask()
    room.bring()
    lost = 0
    for _ in range(round(8 * RATE / BLOCK / 2)):
        lost += bool(np.isnan(room.ask()).any())
        lost += bool(np.isnan(room.ask()).any())
        room.bring(2)
    assert lost <= 1


@pytest.mark.parametrize("size", [1, 100, 300, 511])
def test_nothing_from_before_a_gap_is_heard_behind_it(size: int) -> None:
    """The device stands still when a part of a block waits, and has lost sound when it goes on."""
    room = Room()
    room.bring(4)
    room.ask(size)
    room.bring(2)
    heard = [room.ask(size)[:, 0]]
    while not np.isnan(heard[-1]).any():
        heard.append(room.ask(size)[:, 0])
    last = room.brought - 1
    room.brought = goes_on = 100_000
    for _ in range(6):
        while room.ring.available < size:
            room.bring()
        heard.append(room.ask(size)[:, 0])
    sound = np.concatenate(heard)
    missing = np.flatnonzero(np.isnan(sound))
    np.testing.assert_array_equal(np.diff(missing), 1)  # one gap
    assert len(missing) == size  # and as much waits as if it were given a block later
    before, after = sound[: missing[0]], sound[missing[-1] + 1 :]
    np.testing.assert_array_equal(before, last - np.arange(len(before))[::-1])
    np.testing.assert_array_equal(after, goes_on + np.arange(len(after)))


def test_a_block_that_is_needed_now_and_then_is_skipped_ever_more_rarely() -> None:
    """A busy machine asks too early every second: each skip would be a gap, and so is each miss."""
    room = Room()
    room.bring()
    room.ask()
    gaps = []
    for _ in range(60):
        gaps.append(np.isnan(room.ask()).any())  # too early, unless a block waits
        room.bring(2)
        for _ in range(RATE // BLOCK):
            gaps[-1] |= np.isnan(room.ask()).any()
            room.bring()
        room.ask()
    assert sum(gaps[:4]) >= 3
    assert sum(gaps[30:]) <= 6
