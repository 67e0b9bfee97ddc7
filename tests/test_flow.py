from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.flow import Flow
from musicvae.session import open_artifact


@pytest.fixture
def flow(make_stream: Callable[..., Path]) -> Flow:
    opened = open_artifact(make_stream(), "stream", 1)
    return Flow(opened.session, "latent", "audio", opened.info.state_size)


def block(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((frames, 4)).astype(np.float32)


def test_a_run_leaves_the_state_until_it_is_kept(flow: Flow) -> None:
    first, state = (array.copy() for array in flow.run(block(2), (128, 1)))
    assert not flow.state.any()
    again, _ = flow.run(block(2), (128, 1))
    np.testing.assert_array_equal(again, first)
    flow.keep()
    np.testing.assert_array_equal(flow.state, state)
    assert state.any()
    assert not np.array_equal(flow.run(block(2), (128, 1))[0], first)


def test_equal_shapes_are_answered_in_the_same_memory(flow: Flow) -> None:
    one, _ = flow.run(block(1), (64, 1))
    other, _ = flow.run(block(1, seed=1), (64, 1))
    assert np.shares_memory(one, other)
    three, _ = flow.run(block(3), (192, 1))
    assert not np.shares_memory(one, three)


def test_bound_buffers_give_what_arrays_give(flow: Flow) -> None:
    state = np.zeros((1, 68), np.float32)
    for frames in (1, 1, 5, 2, 1):
        latents = block(frames, seed=frames)
        feed = {"latent": latents[None], "state": state}
        audio, state = flow._session.run(["audio", "next_state"], feed)
        answer, _ = flow.run(latents, (64 * frames, 1))
        flow.keep()
        np.testing.assert_array_equal(answer, audio[0])
        np.testing.assert_array_equal(flow.state, state[0])


def test_a_failed_run_changes_nothing(flow: Flow) -> None:
    flow.run(block(1), (64, 1))
    flow.keep()
    state = flow.state.copy()
    with pytest.raises(Exception, match="shape"):  # onnxruntime has no kind of its own for it
        flow.run(block(1), (65, 1))
    np.testing.assert_array_equal(flow.state, state)
    flow.run(block(1), (64, 1))


def test_a_state_is_copied_in(flow: Flow) -> None:
    values = np.arange(68, dtype=np.float32)
    flow.load(values)
    values[:] = -1
    np.testing.assert_array_equal(flow.state, np.arange(68))
    flow.load(0.0)
    assert not flow.state.any()
