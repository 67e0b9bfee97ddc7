from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.live.outputs.ring import NativeRing, PythonRing
from musicvae.live.outputs.ring_writer import GUARD, RingWriter, needed

RATE = 1600
FADE = 16
UP = (0.5 - 0.5 * np.cos(np.pi * np.arange(1, FADE + 1) / FADE)).astype(np.float32)[:, None]


class Plain:
    def __init__(self, frames: int, channels: int = 2) -> None:
        self.ring = PythonRing(frames, channels)
        self.channels = channels

    def pull(self, frames: int) -> Any:
        out = np.full((frames, self.channels), np.nan, np.float32)
        self.ring.pull(out)
        return out


class Native:
    """Reads with the library's own functions, as rtmixer's callback does."""

    def __init__(self, frames: int, channels: int = 2) -> None:
        rtmixer = pytest.importorskip("rtmixer", reason="rtmixer is not installed")
        self.ring = NativeRing(rtmixer, frames, channels)
        self.channels = channels

    def pull(self, frames: int) -> Any:
        out = np.zeros((frames, self.channels), np.float32)
        self.ring.native.readinto(out)
        return out


READERS = [Plain, Native]


def noise(frames: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).uniform(-1, 1, (frames, 2)).astype(np.float32)


@pytest.mark.parametrize("kind", READERS)
def test_without_a_next_block_the_sound_turns_back_and_fades(kind: Any) -> None:
    reader = kind(256)
    writer = RingWriter(reader.ring, RATE, longest=8)
    sound = noise(64)
    assert writer.commit(sound)
    waiting = not writer.drained
    heard = reader.pull(64 + FADE)
    np.testing.assert_allclose(heard[:FADE], sound[:FADE] * UP, rtol=1e-6)
    np.testing.assert_array_equal(heard[FADE:64], sound[FADE:])
    np.testing.assert_allclose(heard[64:], sound[-FADE:][::-1] * UP[::-1], rtol=1e-6)
    assert waiting
    assert writer.drained
    assert not reader.pull(8).any()


def test_a_block_in_time_replaces_the_tail() -> None:
    reader = Plain(256)
    writer = RingWriter(reader.ring, RATE, longest=8)
    sound = noise(60)
    assert writer.commit(sound[:50])
    reader.pull(42)
    assert writer.pending == 8
    assert writer.commit(sound[50:])
    np.testing.assert_array_equal(reader.pull(18), sound[42:])


def test_a_late_block_changes_nothing() -> None:
    reader = Plain(256)
    writer = RingWriter(reader.ring, RATE, longest=8, clock=lambda: 100.0)
    assert writer.commit(noise(50))
    before = reader.ring.memory.copy()
    reader.pull(43)  # 7 are left, and a pull may be reading 8 now
    assert not writer.commit(noise(50, 2))
    assert not writer.commit(noise(50, 2), quiet_until=100.0 + GUARD)
    reader.pull(8)  # in the tail: no promise helps
    assert writer.pending == -1
    assert not writer.commit(noise(50, 2), quiet_until=1e9)
    np.testing.assert_array_equal(reader.ring.memory, before)
    assert (writer.committed, reader.ring.published) == (50, 50 + FADE)


def test_a_promise_of_quiet_lets_a_block_stand_right_before_the_reader() -> None:
    reader = Plain(256)
    writer = RingWriter(reader.ring, RATE, longest=8, clock=lambda: 100.0)
    sound = noise(60)
    assert writer.commit(sound[:50])
    reader.pull(50)
    assert writer.commit(sound[50:], quiet_until=100.001)
    np.testing.assert_array_equal(reader.pull(10), sound[50:])


def test_a_pull_between_writing_and_publishing_hears_the_new_block() -> None:
    """The tail is as long as a pull, so that ``published`` may lag behind the memory."""
    reader = Plain(512)
    writer = RingWriter(reader.ring, RATE, longest=40, clock=lambda: 0.0)
    sound = noise(80)
    assert writer.commit(sound[:40])
    reader.pull(40)
    heard: list[Any] = []
    publish = reader.ring.publish

    def late(frames: int) -> None:
        heard.append(reader.pull(40))
        publish(frames)

    reader.ring.publish = late  # type: ignore[method-assign]
    assert writer.commit(sound[40:], quiet_until=1.0)
    np.testing.assert_array_equal(heard[0], sound[40:])


def test_room_and_size() -> None:
    reader = Plain(100)
    assert reader.ring.memory.shape == (128, 2)
    writer = RingWriter(reader.ring, RATE, longest=8)
    assert writer.room == 128 - FADE
    writer.commit(noise(50))
    assert writer.room == 128 - FADE - 50
    assert needed(512, 48_000, 0.005) == 2048 + 10_320


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_the_order_only_whole_blocks_are_heard(kind: Any, data: st.DataObject) -> None:
    longest = data.draw(st.integers(1, 40))
    reader = kind(data.draw(st.sampled_from([128, 256])))
    writer = RingWriter(reader.ring, RATE, longest, clock=lambda: 0.0)
    sound = noise(4000)
    heard: list[Any] = []
    expected: list[Any] = []
    piece: list[Any] = []
    at = pulled = 0

    def end_of_piece() -> None:
        """What the reader gets of the blocks since the last silence."""
        if piece:
            whole = np.concatenate(piece)
            whole[:FADE] *= UP[: len(whole)]
            past = np.concatenate([np.zeros((FADE, 2), np.float32), whole])[-FADE:]
            zeros = np.zeros((max(0, longest - FADE), 2), np.float32)
            expected.extend([whole, past[::-1] * UP[::-1], zeros])
            piece.clear()

    for _ in range(data.draw(st.integers(1, 60))):
        if data.draw(st.booleans()):
            frames = data.draw(st.integers(1, longest))
            ready = reader.ring.published - reader.ring.pulled
            heard.append(reader.pull(frames)[:ready])
            pulled += min(frames, ready)
        else:
            frames = data.draw(st.integers(1, 30))
            if frames > writer.room:
                continue
            block = sound[at : at + frames]
            while not writer.commit(block, data.draw(st.sampled_from([-1.0, 1.0]))):
                end_of_piece()
                while not writer.drained:
                    ready = reader.ring.published - reader.ring.pulled
                    heard.append(reader.pull(longest)[:ready])
                writer.restart()
            piece.append(block.copy())
            at += frames
    end_of_piece()
    heard.append(reader.pull(reader.ring.published - reader.ring.pulled))
    np.testing.assert_allclose(
        np.concatenate(heard), np.concatenate([*expected, np.zeros((0, 2))]), atol=1e-6
    )


@pytest.mark.parametrize("kind", READERS)
def test_a_reader_on_another_thread_hears_no_jump(kind: Any, hearing: Any) -> None:
    """Counting alone must do: nothing is said about when the reader pulls.

    As with a device whose period is longer than writing takes, at most one pull is in progress or
    begins while a block is committed; a machine that is busy with other things cannot break that.
    """
    longest, rate = 64, 48_000
    reader = kind(needed(longest, rate, 0.01), 1)
    writer = RingWriter(reader.ring, rate, longest)
    heard: list[Any] = []
    end, turn = threading.Event(), threading.Lock()
    pulling = committing = False
    pulls = 0  # in progress, or begun, since the commit began

    def read() -> None:
        nonlocal pulling, pulls
        while not end.is_set():
            with turn:
                pulling = not (writer.drained or (committing and pulls))
                pulls += pulling
            if pulling:
                heard.append(reader.pull(longest))
            with turn:
                pulling = False
            time.sleep(0.0004)

    def commit(block: Any) -> bool:
        nonlocal committing, pulls
        with turn:
            committing, pulls = True, int(pulling)
        done = writer.commit(block)
        with turn:
            committing = False
        return done

    thread = threading.Thread(target=read)
    render = hearing.Counting()
    block = np.zeros((longest, 1), np.float32)
    pause = np.random.default_rng(3)
    render(block)
    assert commit(block)
    thread.start()
    while render.rendered < 60_000:
        render(block)
        while not commit(block):
            while not writer.drained:
                time.sleep(0.0002)
            writer.restart()
        while writer.pending > 256:
            time.sleep(0.0002)
        if pause.random() < 0.02:
            time.sleep(0.01)
    end.set()
    thread.join()
    # Where the reader found nothing at all it was not run, so what it took is without holes.
    sound = np.concatenate(heard)[:, 0]
    assert hearing.gaps(sound) >= 1
