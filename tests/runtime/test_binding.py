"""Bound buffers: the results of plain arrays, in the same memory, with the state kept apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.runtime.binding import BoundSession
from musicvae.runtime.session import open_artifact


@pytest.fixture
def bound(make_stream: Callable[..., Path]) -> BoundSession:
    opened = open_artifact(make_stream(), "stream", 1)
    return BoundSession(opened.session, "latent", "audio", opened.info.state_size)


def block(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((frames, 4)).astype(np.float32)


def test_a_run_leaves_the_state_until_it_is_kept(bound: BoundSession) -> None:
    first, state = (array.copy() for array in bound.run(block(2), (128, 1)))
    assert not bound.state.any()
    again, _ = bound.run(block(2), (128, 1))
    np.testing.assert_array_equal(again, first)
    bound.keep()
    np.testing.assert_array_equal(bound.state, state)
    assert state.any()
    assert not np.array_equal(bound.run(block(2), (128, 1))[0], first)


def test_equal_shapes_are_answered_in_the_same_memory(bound: BoundSession) -> None:
    one, _ = bound.run(block(1), (64, 1))
    other, _ = bound.run(block(1, seed=1), (64, 1))
    assert np.shares_memory(one, other)
    three, _ = bound.run(block(3), (192, 1))
    assert not np.shares_memory(one, three)


def test_bound_buffers_give_what_arrays_give(bound: BoundSession) -> None:
    state = np.zeros((1, 68), np.float32)
    for frames in (1, 1, 5, 2, 1):
        latents = block(frames, seed=frames)
        feed = {"latent": latents[None], "state": state}
        audio, state = bound._session.run(["audio", "next_state"], feed)
        answer, _ = bound.run(latents, (64 * frames, 1))
        bound.keep()
        np.testing.assert_array_equal(answer, audio[0])
        np.testing.assert_array_equal(bound.state, state[0])


def test_a_failed_run_changes_nothing(bound: BoundSession) -> None:
    bound.run(block(1), (64, 1))
    bound.keep()
    state = bound.state.copy()
    with pytest.raises(Exception, match="shape"):  # onnxruntime has no kind of its own for it
        bound.run(block(1), (65, 1))
    np.testing.assert_array_equal(bound.state, state)
    bound.run(block(1), (64, 1))


def test_a_state_is_copied_in(bound: BoundSession) -> None:
    values = np.arange(68, dtype=np.float32)
    bound.load(values)
    values[:] = -1
    np.testing.assert_array_equal(bound.state, np.arange(68))
    bound.load(0.0)
    assert not bound.state.any()


def test_a_state_that_decays_ends_at_zero(bound: BoundSession) -> None:
    """The poles of the test model fall by a quarter each frame; below 1e-38 they would be slow."""
    bound.run(block(1), (64, 1))
    bound.keep()
    silence, decayed = np.zeros((1, 4), np.float32), 0
    while bound.state.any():
        bound.run(silence, (64, 1))
        bound.keep()
        decayed += 1
        found = np.abs(bound.state[bound.state != 0])
        assert not len(found) or found.min() >= np.finfo(np.float32).tiny
    assert 100 < decayed < 200


def test_long_blocks_are_cut_each_time(bound: BoundSession) -> None:
    bound.run(block(1), (64, 1))
    bound.keep()
    silence = np.zeros((150, 4), np.float32)
    bound.run(silence, (150 * 64, 1))
    bound.keep()
    assert not bound.state.any()
