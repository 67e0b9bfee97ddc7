"""What comes in is moved to where the music of the model lies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import LatentInfo
from tests.live.stage.fed_by_hand import RATE, STEP, Stage, noise


def test_adapting_comes_and_goes_within_150_ms(stage: Stage) -> None:
    voice = stage.engine.decks["a"].voice
    assert voice is not None
    adapter: Any = vars(voice.controls.sources["input"])["_adapter"]
    stage.hear(noise(RATE))
    shares = []
    for shares_asked in ((1.0, 0.5), (0.0, 0.0)):
        stage("/adapt", *shares_asked)
        for _ in range(50):
            stage.hear(noise(64))
            shares.append((adapter._place, adapter._spread))
    assert np.max(shares, axis=0) == pytest.approx([1.0, 0.5])
    assert shares[-1] == (0.0, 0.0)
    steps = np.abs(np.diff([(0.0, 0.0), *shares], axis=0))
    assert steps.max() <= 64 / (0.15 * RATE) + 1e-9


def test_it_is_moved_to_where_the_music_lies_and_silence_stays_silence(
    models: Path, make_stream: Callable[..., Path]
) -> None:
    for name, mean in (("jazz", 1.5), ("metal", -1.0)):
        there = tuple(LatentInfo(f"latent {i}", mean, 0.5, -3.0, 3.0, 0.25) for i in range(4))
        make_stream(f"models/{name}.onnx", latents=there, covariance=())
    stage = Stage(models)

    def off() -> float:
        """How far the latents are from the mean of the model's music, on average over a second."""
        voice = stage.engine.decks["a"].voice
        assert voice is not None
        rows = []
        for at in range(RATE, 2 * RATE, STEP):
            stage.hear(sound[at : at + STEP])
            rows.append(voice.controls.sounding())
        return float(np.abs(np.mean(rows, axis=0) - home).max())

    sound, home = noise(8 * RATE), 1.5
    stage("/input/auto", 0)
    stage.hear(sound)
    far = off()
    stage("/adapt", 0.5)
    between = off()
    stage("/adapt", 1)
    near = off()
    assert far > 1.3
    assert between == pytest.approx(far / 2, abs=0.2)
    assert near < 0.25
    stage("/model/load", "metal")  # which goes on with what was heard
    home = -1.0
    assert off() < 0.2
    assert not stage.hear(np.zeros((RATE, 2), np.float32))[-4000:].any()
