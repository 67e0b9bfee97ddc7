"""Models that are too slow, by a clock that only their decoders move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo, LatentInfo
from musicvae.errors import ArtifactError
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.stage.loading import Loader
from musicvae.live.stage.pace import TRIES, Pace
from musicvae.live.storage.library import Library
from musicvae.runtime.stream_decoder import StreamDecoder

RATE = 16_000
HOP = 64  # of the model "jazz": 4 ms


class Clock:
    """Seconds that pass only while a decoder works."""

    def __init__(self, *durations: float) -> None:
        self.now = 0.0
        self.decoded = 0
        self._durations = self._cycle(durations)

    @staticmethod
    def _cycle(durations: tuple[float, ...]) -> Iterator[float]:
        yield from durations
        while True:
            yield durations[-1]

    def __call__(self) -> float:
        return self.now

    def decode(self) -> None:
        self.decoded += 1
        self.now += next(self._durations)


@pytest.fixture
def slowed(models: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a loader whose clock a decode of a frame moves by these seconds, one after another."""
    push = StreamDecoder.push

    def make(*durations: float, rate: int = RATE) -> tuple[Loader, Clock]:
        clock = Clock(*durations)

        def slow(self: Any, latents: Any, out: Any = None) -> Any:
            clock.decode()
            return push(self, latents, out)

        monkeypatch.setattr(StreamDecoder, "push", slow)
        # What is tried once a model is known to be in time is not counted.
        monkeypatch.setattr(StreamDecoder, "frames_at_once", lambda self, most: most)
        library = Library([models], models)
        told: list[Any] = []
        register = SimpleNamespace(know_model=lambda *model: told.append(model))
        pace = Pace(rate, 2, clock)
        loader = Loader(library, rate, 2, InlineClips(), register, pace=pace)
        loader.told = told  # type: ignore[attr-defined]
        return loader, clock

    return make


def test_a_model_that_is_too_slow_is_refused_in_numbers(slowed: Any) -> None:
    loader, clock = slowed(0.040)
    with pytest.raises(ArtifactError, match=r"too slow.* 3\.6 ms for 4 ms of sound.* 40 ms") as e:
        loader.voice("jazz", "a")
    assert "--allow-slow" in str(e.value)
    assert clock.decoded == TRIES + 1
    assert loader.told == []  # what is refused is not told to the journal


def test_a_model_in_time_is_measured_once_and_is_as_new(slowed: Any) -> None:
    loader, clock = slowed(9.0, 0.001)  # the first frame allocates
    voice = loader.voice("jazz", "a")
    assert clock.decoded == 2
    assert voice.work.decoded == 0
    out, same = np.zeros((2, 4000, 2), np.float32)
    voice.controls.manual.jump(1.0)
    voice.read(out)
    unmeasured = Loader(loader.library, RATE, 2, InlineClips()).voice("jazz", "a")
    unmeasured.controls.manual.jump(1.0)
    unmeasured.read(same)
    np.testing.assert_array_equal(out, same)
    assert out.any()


def test_a_busy_machine_refuses_no_good_model(slowed: Any) -> None:
    loader, clock = slowed(9.0, 0.5, 0.2, 0.1, 0.5, 0.3, 0.5, 0.9, 0.003)
    loader.voice("jazz", "a")
    assert clock.decoded == TRIES + 1


def test_clips_and_offline_renderings_are_not_timed(slowed: Any, models: Path) -> None:
    loader, clock = slowed(5.0)
    loader.voice("loops", "a")
    assert clock.decoded == 0
    Loader(loader.library, RATE, 2, InlineClips()).voice("jazz", "a")
    assert clock.decoded == 0


def test_a_model_at_another_rate_is_timed_with_its_resampler(slowed: Any) -> None:
    loader, _ = slowed(0.0046)  # "wide" has frames of 60 samples at 12 kHz, 5 ms
    with pytest.raises(ArtifactError, match="too slow"):
        loader.voice("wide", "a")
    loader, _ = slowed(0.0040)
    assert isinstance(loader.voice("wide", "a"), StreamVoice)


def test_a_long_frame_may_not_stop_the_sound_even_if_it_is_in_time() -> None:
    """A second of sound in 60 ms is fast, but no device waits for 60 ms."""
    clock = Clock(0.06)
    known = ArtifactInfo(
        "stream",
        "test",
        "stream",
        sample_rate=8000,
        channels=1,
        latent_dim=1,
        samples=0,
        latents=(LatentInfo("only", 0, 1, -2, 2, 1),),
        hop=8000,
        stride=1,
        state_size=1,
    )

    class Long:
        info = known

        def push(self, latents: Any, out: Any) -> Any:
            clock.decode()
            out[:] = 0
            return out

        def reset(self) -> None:
            pass

    with pytest.raises(ArtifactError, match=r"at most 40 ms for 1e\+03 ms of sound"):
        Pace(8000, 2, clock).check(StreamVoice("long", Long(), 8000, 2))
