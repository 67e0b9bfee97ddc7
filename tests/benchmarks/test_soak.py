"""A few minutes of the day-long soak, and that it notices what it is there to notice."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae import limiter
from musicvae.live import fades
from musicvae.live.engine import deck, stream_voice
from musicvae.live.fades import Glide
from musicvae.live.sources.tape import TapeSource

MINUTE = 1 / 60


@pytest.fixture(scope="module")
def soak(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("soak_engine")


@pytest.fixture(scope="module")
def command(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("soak")


def run(soak: ModuleType, minutes: float, seed: int = 1, pause: float = 0.2) -> Any:
    """Many more commands a minute than in a soak."""
    session = soak.Soak(soak.built_in(soak.RATE), seed)
    session._performer = soak.Performer(seed, pause)
    return session.run(minutes * MINUTE)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_promise_is_kept(soak: ModuleType, seed: int) -> None:
    figures = run(soak, 2, seed)
    assert figures.broken() == []
    assert figures.commands > 400
    assert min(figures.swaps, figures.tapes, figures.presets, figures.failed) > 0
    assert figures.peak > 0.1
    assert figures.nearest > 0.5


def test_equal_seeds_soak_alike(soak: ModuleType) -> None:
    one, other = (run(soak, 0.5) for _ in range(2))
    assert (one.commands, one.peak, one.jump) == (other.commands, other.peak, other.jump)


def test_real_artifacts(
    command: ModuleType,
    make_stream: Callable[..., Path],
    make_artifact: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("soxr", reason="soxr, which resamples clips, is not installed")
    paths = [make_stream(hop=512), make_artifact(sample_rate=8000)]
    code = command.main(["--hours", "0.01", "--models", *map(str, paths)])
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "| sound, h | 0.01 |" in printed


def sudden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play, mute and panic cut."""

    def glide(value: float, frames: int) -> Any:
        return Glide(value, 1 if frames == 160 else frames)

    monkeypatch.setattr(deck, "Glide", glide)


def unfaded_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame that fails is silence at once."""
    monkeypatch.setattr(stream_voice.StreamVoice, "_conceal", lambda self, frame: frame.fill(0))


def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loud is as loud as it is."""
    monkeypatch.setattr(limiter.Limiter, "apply", lambda self, block: 0.0)


def not_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fade to nothing divides by it."""

    def fill(self: Any, out: Any) -> None:
        out[:] = np.nan if self.target == 0 else self.target

    monkeypatch.setattr(fades.Glide, "fill", fill)


def a_frame_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tapes go to the frame after the one that was meant."""

    def scrub(self: Any, place: float) -> None:
        self.position = place * self.frames + 1

    monkeypatch.setattr(TapeSource, "scrub", scrub)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(
    ("fault", "promise"),
    [
        (sudden, "no step is steeper"),
        (unfaded_failures, "no step is steeper"),
        (unlimited, "no sample passes the ceiling"),
        (not_a_number, "every sample is finite"),
        (a_frame_late, "presets are recalled"),
    ],
)
def test_a_fault_is_noticed(
    soak: ModuleType, monkeypatch: pytest.MonkeyPatch, fault: Any, promise: str
) -> None:
    fault(monkeypatch)
    broken = run(soak, 2).broken()
    assert any(text.startswith(promise) for text in broken), broken


def test_memory_that_grows_is_noticed(soak: ModuleType) -> None:
    figures = importlib.import_module("soak_figures")
    assert figures.Figures(memory=(100.0, 112.0)).broken() == []
    assert figures.Figures(memory=(100.0, 114.0)).broken() == ["memory stays as it is"]


def test_a_broken_promise_is_the_exit_status(
    command: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unlimited(monkeypatch)
    assert command.main(["--hours", "0.6"]) == 1
    assert "broken: no sample passes the ceiling" in capsys.readouterr().out
