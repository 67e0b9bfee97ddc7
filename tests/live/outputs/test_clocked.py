from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.errors import DeviceError
from musicvae.live.outputs.output import Null, WavFile, choose


class Ramp:
    """Counts frames; tells when there are enough."""

    def __init__(self, enough: int = 10**9) -> None:
        self.frames = 0
        self.enough = enough
        self.done = threading.Event()

    def __call__(self, out: Any) -> None:
        out[:] = np.arange(self.frames, self.frames + len(out))[:, None] / 2**20
        self.frames += len(out)
        if self.frames >= self.enough:
            self.done.set()


def ended(output: Any) -> None:
    output._thread.join(30)
    assert output.finished


def test_a_file_ends_at_the_exact_frame(tmp_path: Path) -> None:
    output = WavFile(tmp_path / "take.wav", 8000, fast=True, block=64)
    output.start(Ramp(), frames=1000)
    ended(output)
    output.stop()
    sound, rate = soundfile.read(tmp_path / "take.wav", dtype="float32")
    assert rate == 8000
    np.testing.assert_allclose(sound[:, 1], np.arange(1000) / 2**20, atol=2**-23)


def test_the_clock_paces(monkeypatch: pytest.MonkeyPatch) -> None:
    ramp = Ramp()
    output = Null(48_000, block=480)
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    monkeypatch.setattr(output._stopping, "wait", wait)
    output.start(ramp, frames=4800)
    ended(output)
    # Waits ask for a moment on one time line, so without real waiting they grow by a block each.
    assert len(waits) == 10
    assert waits[-1] > waits[0]
    assert waits[-1] <= 0.1


def test_a_late_block_is_counted() -> None:
    output = Null(8000, block=80)
    slow = threading.Event()

    def render(out: Any) -> None:
        slow.wait(0.05)

    output.start(render, frames=240)
    ended(output)
    assert output.underruns == 3


def test_stopping_twice_is_fine(tmp_path: Path) -> None:
    ramp = Ramp(enough=1)
    output = WavFile(tmp_path / "take.wav", 8000)
    output.start(ramp)
    assert ramp.done.wait(10)
    output.stop()
    output.stop()
    assert soundfile.info(tmp_path / "take.wav").frames == ramp.frames


def test_a_failing_file_is_a_failure_not_a_crash(tmp_path: Path) -> None:
    output = WavFile(tmp_path / "take.wav", 8000, fast=True)

    def full(block: Any) -> None:
        raise DeviceError("full")

    output._put = full  # type: ignore[method-assign]
    output.start(Ramp())
    ended(output)
    assert str(output.failure) == "full."
    output.stop()


@pytest.mark.parametrize("error", [KeyError("x"), MemoryError(), SystemExit(0)], ids=repr)
def test_what_rendering_raises_fades_out_and_is_a_failure(
    tmp_path: Path, error: BaseException
) -> None:
    output = WavFile(tmp_path / "take.wav", 8000, fast=True)
    blocks = [0.5, 0.5]

    def render(out: Any) -> None:
        out[:] = 1.0  # a part of a block that is never heard
        if not blocks:
            raise error
        out[:] = blocks.pop()

    output.start(render)
    ended(output)
    output.stop()
    assert output.faulty
    assert "rendering failed" in str(output.failure)
    assert type(error).__name__ in str(output.failure)
    sound, _ = soundfile.read(tmp_path / "take.wav")
    assert len(sound) == 2 * 512 + 80
    assert sound.max() == pytest.approx(0.5, abs=1e-6)
    assert sound[-1].max() == pytest.approx(0.0, abs=1e-6)
    assert np.abs(np.diff(sound[:, 0])).max() < 0.5 * np.pi / 2 / 80 * 1.01


def test_a_block_that_never_ends_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("musicvae.live.outputs.clocked._PATIENCE", 0.01)
    output = WavFile(tmp_path / "take.wav", 8000)
    begun, go = threading.Event(), threading.Event()

    def render(out: Any) -> None:
        begun.set()
        go.wait(60)

    output.start(render)
    begun.wait()
    output.stop()  # returns
    assert soundfile.info(tmp_path / "take.wav").frames == 0
    go.set()


def test_the_options_choose(tmp_path: Path) -> None:
    nowhere = choose("null", 16_000, block=256)
    assert (nowhere.name, nowhere.sample_rate, nowhere.block) == ("nowhere", 16_000, 256)
    file = choose(tmp_path / "take.wav", 16_000, rate=48_000)
    assert isinstance(file, WavFile)
    assert file.sample_rate == 48_000
    file.stop()


def test_a_path_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="cannot create"):
        choose(tmp_path, 16_000)
