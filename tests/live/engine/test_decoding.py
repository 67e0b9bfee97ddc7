from __future__ import annotations

import threading
from typing import Any

import numpy as np

from musicvae.live.engine.decoding import InlineDecoding, ThreadDecoding
from musicvae.live.engine.loops import Loop


def loop_of(latents: Any) -> Loop:
    return Loop(np.zeros((4, 1), np.float32), latents)


def test_inline_decodes_before_it_returns() -> None:
    loops: list[Loop] = []
    decoding = InlineDecoding(loop_of, loops.append)
    decoding.request(np.ones(2, np.float32))
    assert [loop.latents.tolist() for loop in loops] == [[1, 1]]
    assert decoding.counts.decoded == 1


def test_only_the_newest_waits() -> None:
    started, go_on, done = threading.Event(), threading.Event(), threading.Event()
    delivered: list[float] = []

    def slow(latents: Any) -> Loop:
        started.set()
        assert go_on.wait(10)
        return loop_of(latents)

    def deliver(loop: Loop) -> None:
        delivered.append(float(loop.latents[0]))
        if len(delivered) == 2:
            done.set()

    decoding = ThreadDecoding(slow, deliver)
    decoding.start()
    decoding.request(np.array([0], np.float32))
    assert started.wait(10)
    for value in (1, 2, 3):
        decoding.request(np.array([value], np.float32))
    go_on.set()
    assert done.wait(10)
    decoding.stop()
    assert delivered == [0, 3]
    assert decoding.counts.coalesced == 2


def test_a_failure_is_counted_and_the_next_one_works() -> None:
    delivered, done = [], threading.Event()

    def sometimes(latents: Any) -> Loop:
        if latents[0] < 0:
            raise ValueError("no")
        return loop_of(latents)

    def deliver(loop: Loop) -> None:
        delivered.append(loop)
        done.set()

    failing = InlineDecoding(sometimes, deliver)
    failing.request(np.array([-1], np.float32))
    assert (failing.counts.failed, failing.counts.problem) == (1, "ValueError: no")

    decoding = ThreadDecoding(sometimes, deliver)
    decoding.start()
    decoding.request(np.array([-1], np.float32))
    decoding.request(np.array([1], np.float32))
    assert done.wait(10)
    decoding.stop()
    assert len(delivered) == 1


def test_stopping_before_starting_is_fine() -> None:
    ThreadDecoding(loop_of, lambda loop: None).stop()
