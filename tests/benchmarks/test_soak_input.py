"""A moment of the soak of the input, and that it notices what it is there to notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.live.engine import controls
from musicvae.live.hearing.gaps import Gaps
from tests.latents.memories import make_memory


@pytest.fixture
def soak(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("soak_input")


@pytest.fixture
def model(
    make_stream: Callable[..., Path], make_encoder: Callable[..., Path], tmp_path: Path
) -> Path:
    make_encoder("jazz.encoder.onnx")
    make_memory().save(tmp_path / "jazz.memory")
    return make_stream("jazz.onnx")


def run(soak: ModuleType, model: Path, minutes: float = 1.0) -> Any:
    return soak.InputSoak(model, 1).run(minutes / 60)


def test_every_promise_is_kept(soak: ModuleType, model: Path) -> None:
    figures = run(soak, model)
    assert figures.broken() == []
    assert set(figures.states) == set(soak.KINDS)
    assert figures.judged > 100_000
    assert figures.nearest > 0.3
    assert figures.latent == soak.CLAMP
    assert "not finite | 0" in figures.table()


def test_a_gap_that_clicks_is_noticed(
    soak: ModuleType, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hard(self: Any, block: np.ndarray) -> None:
        np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)

    monkeypatch.setattr(Gaps, "mend", hard)
    assert "no step is steeper than sounds and fades add up to" in run(soak, model).broken()


def test_latents_beyond_their_clamps_are_noticed(
    soak: ModuleType, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls.Controls, "clamp", lambda self, low, high: None)
    assert "latents stay within their clamps" in run(soak, model, 0.3).broken()
