"""Clicks that come back: over a cable that is simulated, and over JACK."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.cli.main import main
from musicvae.errors import DeviceError, SettingError
from musicvae.live import loopback
from musicvae.live.loopback import EVERY, Clicks, Loop, click, delay_of, measure, report
from musicvae.live.options import Options

RATE = 48_000


@pytest.mark.parametrize("gain", [1.0, 0.02, -0.3])
def test_a_click_is_found_to_the_sample_in_noise(gain: float) -> None:
    played = click(RATE)
    sound = 1e-4 * np.random.default_rng(1).standard_normal(20_000)
    sound[1234 : 1234 + len(played)] += gain * played
    sound[15_000:15_100] = np.nan  # where a block was missing
    assert delay_of(sound.astype(np.float32), played) == 1234


def test_what_is_no_click_is_not_found() -> None:
    played = click(RATE)
    hum = 0.3 * np.sin(2 * np.pi * 100 * np.arange(20_000) / RATE)
    noise = 0.1 * np.random.default_rng(1).standard_normal(20_000)
    for sound in (hum, noise, np.zeros(20_000)):
        assert delay_of(sound.astype(np.float32), played) is None


def test_clicks_come_back_after_the_delay_of_the_cable() -> None:
    cable = np.zeros(1000 + 4 * RATE, np.float32)
    at = [0]

    def hear(out: Any) -> None:
        out[:] = cable[at[0] : at[0] + len(out), None]

    clicks = Clicks(RATE, hear, 3.0)
    out = np.zeros((480, 2), np.float32)
    for _ in range(300):
        clicks.render(out)
        cable[at[0] + 1000 : at[0] + 1480] = out[:, 1]
        at[0] += len(out)
    assert clicks.complete == round(3 / EVERY)
    assert [clicks.delay(number) for number in range(clicks.complete)] == [1000] * clicks.complete


def test_a_model_adds_its_own_time(models: Path) -> None:
    (models / "ears.onnx").rename(models / "jazz.encoder.onnx")
    loop = Loop(np.array([0.02, 0.02, 0.03]), 4, 19.0, True, "one", "two", 16_000, 256)
    lines = report(loop, None)
    assert "one to two, one device stream, 16000 Hz, blocks of 256" in lines[0]
    assert "3 of 4 came back" in lines[1]
    assert "20.0 ms (p50), 29.8 ms (p99); /status: 19.0 ms" in lines[2]
    (model, both) = report(loop, models / "jazz.onnx")[3:]
    # A step of the encoder, its latency, and that of the decoder: 128 + 32 + 32 samples.
    assert "model  12.0 ms: 10.0 until a sound is latents, 2.0 from there" in model
    assert "round trip  32.0 ms (p50), 41.8 ms (p99)" in both


def test_files_have_no_latency(capsys: pytest.CaptureFixture[str]) -> None:
    for options in (Options(output="null"), Options(input="voice.wav")):
        with pytest.raises(SettingError, match="between devices"):
            measure(options, print)
    assert main(["live", "--measure-latency", "--out", "take.wav"]) == 1
    assert "leave out --out" in capsys.readouterr().err


def test_what_is_missing_is_told_before_anybody_waits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def no_card(*_: Any, **__: Any) -> Any:
        raise DeviceError("there is no sound card", hint="record to a file: --out take.wav")

    monkeypatch.setattr(loopback, "choose", no_card)
    assert main(["live", str(tmp_path / "no-model.onnx"), "--measure-latency"]) == 1
    assert "no-model.onnx" in capsys.readouterr().err
    assert main(["live", "--measure-latency"]) == 1
    said = capsys.readouterr().err
    assert "there is no sound card" in said
    assert "--list-devices" in said
    assert "--out" not in said  # which this option refuses


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "_SETTLING", 1.0)


def test_the_ports_of_jack_are_measured(jack: Any, soon: None) -> None:
    # One block is rendered while another one is played, and JACK plays one later what is fed back.
    least = 2 * 512 / RATE
    for _ in range(3):  # a busy machine lets more wait
        loop = measured_in_a_loop(512)
        assert (loop.delays >= least - 1e-4).all()
        assert len(loop.delays) >= 1
        assert (loop.rate, loop.block, loop.shared) == (RATE, 512, True)
        if loop.delays.min() < least + 1e-4:
            return
    pytest.fail(f"more than two blocks: {loop.delays}")


def measured_in_a_loop(block: int) -> Any:
    told = threading.Event()

    def connect() -> None:
        told.wait(20)
        subprocess.run(["jack_connect", "PortAudio:out_0", "PortAudio:in_0"], check=True)

    connecting = threading.Thread(target=connect)
    connecting.start()
    loop = measure(Options(device="system", block=block), lambda line: told.set(), clicks=4)
    connecting.join()
    return loop


def test_it_says_where_nothing_comes_back(
    jack: Any, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loopback, "_PATIENCE", 1.0)
    with pytest.raises(DeviceError, match=r"nothing comes back.*a cable.*jack_connect"):
        measure(Options(device="system"), lambda line: None, clicks=1)


@pytest.mark.parametrize(
    ("delays", "complete", "message"),
    [([4800, *[None] * 60], 60, "nothing comes back"), ([4800], 1, "a device stands still")],
)
def test_a_cable_that_is_pulled_and_a_device_that_stands_still_are_told(
    monkeypatch: pytest.MonkeyPatch, delays: list[int | None], complete: int, message: str
) -> None:
    times = iter(range(0, 100_000, 10))
    clock = SimpleNamespace(monotonic=lambda: next(times), sleep=lambda _: None)
    monkeypatch.setattr(loopback, "time", clock)
    playing = SimpleNamespace(complete=complete, delay=delays.__getitem__, frame=0)
    card = SimpleNamespace(
        sample_rate=48_000, latency_ms=10.0, state="playing", name="card", shared=True, block=256
    )
    with pytest.raises(DeviceError, match=message):
        loopback._measured(playing, card, card, 20)  # type: ignore[arg-type]
