"""The engines whose decks the benchmark counts: who sounds, who goes on, who stands still."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("how", "sounding", "moving"),
    [({}, "acd", "acd"), ({"heard": False}, "a", "acd"), ({"plays": False}, "a", "a")],
)
def test_what_is_timed_is_what_is_said(
    benchmark: Callable[[str], ModuleType],
    make_stream: Callable[..., Path],
    how: dict[str, Any],
    sounding: str,
    moving: str,
) -> None:
    module = benchmark("decks")
    made = module.engine([str(make_stream("one.onnx")), str(make_stream("two.onnx"))], 3, **how)
    made.render(np.zeros((module.RATE, 2), np.float32))
    voices = {name: deck.voice for name, deck in made.decks.items() if deck.voice is not None}
    assert "".join(voices) == "acd"
    decoded = {name: voice.work.decoded for name, voice in voices.items()}
    moved = {name for name, voice in voices.items() if any(voice.controls.sounding())}
    most = decoded["a"]
    assert [name for name in voices if decoded[name] > most / 2] == [*sounding]
    assert moved == set(moving)
    (speed,) = module.speeds([made], 0.1)
    assert speed > 0
