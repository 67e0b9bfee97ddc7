from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import read
from musicvae.demo.performance import Gesture, perform, score


def test_the_score_visits_real_and_drawn_latents() -> None:
    random = np.random.default_rng(0)
    real = random.standard_normal((3, 5)).astype(np.float32)
    drawn = random.standard_normal((2, 5)).astype(np.float32)
    before = real.copy()
    gestures = score(real, drawn)
    assert sum(gesture.seconds for gesture in gestures) == pytest.approx(20, abs=1)
    visited = {gesture.target.tobytes() for gesture in gestures}
    assert {row.tobytes() for row in (*real, *drawn)} <= visited
    up, down = gestures[-2].target, gestures[-1].target
    assert (up[0], down[0]) == (2.0, -2.0)
    np.testing.assert_array_equal(up[1:], real[2, 1:])
    np.testing.assert_array_equal(real, before)


def test_gestures_reach_the_daemon(make_stream: Callable[..., Path], tmp_path: Path) -> None:
    target = np.array([1, -1, 0.5, 0], np.float32)
    status = perform(make_stream("a.onnx"), tmp_path / "take.wav", [Gesture("up", target, 0.3)])
    assert status["packets_received"] >= 3  # the gain, and at least two positions
    assert status["packets_refused"] == 0
    assert read(tmp_path / "take.wav").seconds > 0
