"""Minutes of the soaks in which anything fails, and that they notice what they are there for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest

from musicvae.errors import DeviceError
from musicvae.live import faults
from musicvae.live.daemon import Daemon
from musicvae.live.engine import guard, stream_voice

HALF_A_MINUTE = 1 / 120
#: Of the performance; by chance, some hold no fault that one of the tests below needs.
SEED = 2


@pytest.fixture(scope="module")
def soak(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("soak_faults")


@pytest.fixture(scope="module")
def daemon(soak: ModuleType) -> ModuleType:
    return importlib.import_module("soak_daemon")


def run(soak: ModuleType, scale: float = 12.0, seed: int = SEED) -> Any:
    """Half a minute, with many more commands and faults than in a soak."""
    return soak.soak_with_faults(HALF_A_MINUTE, seed, pause=0.1, scale=scale)


def promises(figures: Any) -> list[str]:
    """Those that were broken; it is too short to judge the memory."""
    return [text for text in figures.broken() if "memory" not in text]


def test_every_promise_is_kept_while_anything_fails(soak: ModuleType) -> None:
    figures = run(soak)
    assert promises(figures) == []
    places = ("push", "source", "voice", "command", "journal", "tap", "answer", "refused push")
    assert min(figures.injected[place] for place in places) > 0, figures.injected
    assert figures.stretches > 30
    assert figures.nearest > 0.3


def test_without_faults_it_is_the_twin(soak: ModuleType) -> None:
    figures = run(soak, scale=0.0)
    assert sum(figures.injected.values()) == figures.counted == figures.gaps == 0
    assert promises(figures) == []


def uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults are caught and forgotten."""
    monkeypatch.setattr(faults.Faults, "note", lambda self, where, error: None)


def mute_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame that fails is the last one."""

    def conceal(self: Any, frame: Any) -> None:
        frame[:] = self._last[::-1] * self._fade_out[:, None]
        self._broken = self._over = True

    monkeypatch.setattr(stream_voice.StreamVoice, "_conceal", conceal)


def sudden(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice that fails is silent at once."""
    monkeypatch.setattr(guard.Guard, "_fade_out", lambda self, out: out.fill(0.0))


@pytest.mark.parametrize(
    ("fault", "promise"),
    [(uncounted, "faults are counted"), (mute_after, "sound never ends"), (sudden, "no step")],
)
def test_a_broken_promise_is_noticed(
    soak: ModuleType, monkeypatch: pytest.MonkeyPatch, fault: Any, promise: str
) -> None:
    fault(monkeypatch)
    # In half a minute it may be that all that fails is quiet; with one of four seeds it is not.
    seen = [text for seed in range(SEED, SEED + 4) for text in promises(run(soak, seed=seed))]
    assert any(text.startswith(promise) for text in seen), seen


def test_a_daemon_in_which_anything_fails_sounds_answers_and_counts(daemon: ModuleType) -> None:
    figures = daemon.soak_daemon(0.03, seed=1, scale=4.0)
    assert figures.broken() == []
    assert figures.faults > 20
    assert min(figures.injected[place] for place in ("job", "packet", "journal", "file")) > 0


def test_jobs_whose_faults_are_not_counted_are_noticed(
    daemon: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    uncounted(monkeypatch)
    broken = daemon.soak_daemon(0.02, seed=1, scale=4.0).broken()
    assert broken == ["a daemon counts its faults"]


def test_an_end_that_hides_a_failure_is_noticed(
    daemon: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Daemon.stop

    def quietly(self: Daemon) -> None:
        with suppress(DeviceError):
            stop(self)

    monkeypatch.setattr(Daemon, "stop", quietly)
    assert daemon.soak_daemon(0.005, seed=1).broken() == ["the end tells how it went"]
