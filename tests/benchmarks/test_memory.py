"""The figures of a memory: it follows what is asked for, and copies."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from musicvae.artifact import AttributeInfo
from musicvae.audio import Sound
from musicvae.latents.memory.places import Places
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.remembering import pieces_of, remember
from tests.latents.memories import make_memory
from tests.sounds import RATE, track


def test_what_is_asked_for_is_chosen(
    benchmark: Callable[[str], ModuleType],
    make_stream: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    steering = benchmark("memory_steering")
    bright = AttributeInfo("brightness", "Hz", (1.0, 0.0, 0.0, 0.0), 0.0, 1.0, 0.5)
    model = make_stream(attributes=(bright,))
    monkeypatch.setattr(steering, "ATTRIBUTES", ("brightness",))
    monkeypatch.setattr(steering, "SEEDS", (1,))
    monkeypatch.setattr(steering, "STEPS", (-1.0, 0.0, 1.0))
    steering.steering(Places(make_memory(parts=8)), str(model), seconds=12.0)
    said = capsys.readouterr().out
    assert "brightness: Spearman of chosen 1.000" in said


def test_what_is_played_is_a_copy_and_unheard_tracks_are_none(
    benchmark: Callable[[str], ModuleType],
    make_encoder: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(6):
        folder = "held" if number < 2 else "unheard"
        Sound.of(track(number), RATE).write(tmp_path / folder / f"{number}.wav")
    encoder = make_encoder()
    memory = remember(pieces_of([tmp_path / "held"]), Encoder(encoder))
    rows = np.asarray(memory.rows())
    benchmark("memory_steering").copies(Places(memory), [rows], tmp_path / "unheard", str(encoder))
    copied, common = map(float, re.findall(r"([0-9.]+)%", capsys.readouterr().out))
    assert copied > common + 30  # the tiny encoder's latents are small: their bytes are coarse
