"""The tables of ready models: limits can be missed, a codec is found, a tape changes its genre."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.models.card_parts import Figures

Benchmark = Callable[[str], ModuleType]
RATE = 22_050

BASELINE = Figures(
    2, 60.0, "0" * 64, 0.2, 1.0, 0.9, -2.0, 2.5, width=3.0, width_worst=3.0, texture=2.0
)
GOOD = Figures(
    2, 60.0, "0" * 64, 0.2, 0.8, 0.985, 0.4, 0.9, width=-0.9, width_worst=1.4, texture=1.0
)


@pytest.fixture
def rows(benchmark: Benchmark) -> ModuleType:
    return benchmark("instruments_figures")


@pytest.mark.parametrize(
    ("change", "bold"),
    [
        ({}, []),
        ({"log_mel": 0.211}, ["**1.05 ×**"]),
        ({"stft": 0.86}, ["**0.86 ×**"]),
        ({"onsets": 0.975}, ["**0.975**"]),
        ({"level": -0.6}, ["**-0.60**"]),
        ({"width": 1.1}, ["**+1.10**"]),
        ({"width": None, "width_worst": None}, []),
        ({"level": 1.0, "stft": 1.0}, ["**1.00 ×**", "**+1.00**"]),
    ],
)
def test_each_limit_can_be_missed(
    rows: ModuleType, change: dict[str, Any], bold: list[str]
) -> None:
    row, good = rows.quality_row("jazz", dataclasses.replace(GOOD, **change), BASELINE)
    assert good is not bool(bold)
    assert [cell for cell in row.replace(",", " ").split(" ") if cell == "**"] == []
    assert row.count("**") == 2 * len(bold)
    assert all(text in row for text in bold)
    assert row.count("|") == rows.QUALITY.splitlines()[0].count("|")


def test_classical_music_has_a_limit_of_its_own(rows: ModuleType) -> None:
    figures = dataclasses.replace(GOOD, onsets=0.972)
    assert rows.quality_row("classical", figures, BASELINE)[1]
    assert not rows.quality_row("jazz", figures, BASELINE)[1]


def test_the_codec_at_the_nearest_rate(benchmark: Benchmark) -> None:
    opus = benchmark("opus")
    asked: list[float] = []

    def coded(sound: Sound, bitrate: float) -> tuple[Sound, float]:
        asked.append(bitrate)
        return sound, 1.1 * bitrate

    silence = Sound.of(np.zeros(10), RATE)
    found, rate = opus.nearest([silence, silence], 20.0, coded)
    assert len(found) == 2
    assert rate == pytest.approx(20.0, abs=0.2)
    assert len(asked) == 2 * (opus.HALVINGS + 1)
    asked.clear()
    assert opus.nearest([silence], 1.0, coded)[1] == pytest.approx(1.1 * opus.LOWEST)
    assert len(asked) == 1


def test_the_bitrate_is_without_the_container(benchmark: Benchmark) -> None:
    said = "  Bitrate: 9.54092 kbit/s (without overhead)\n  Overhead: 8.1%"
    assert benchmark("opus").printed_bitrate(said) == 9.54092
    with pytest.raises(SystemExit, match="does not say"):
        benchmark("opus").printed_bitrate("nothing")


def test_the_codec_gives_back_what_is_aligned(benchmark: Benchmark) -> None:
    opus = benchmark("opus")
    if not opus.is_installed():
        pytest.skip("opusenc and opusdec are not installed")
    time = np.arange(RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 440 * time) * (np.sin(2 * np.pi * 3 * time) > 0)
    sound = Sound.of(np.stack([tone, 0.5 * tone], axis=1), RATE)
    made, rate = opus.code(sound, 96.0)
    assert made.samples.shape == sound.samples.shape
    assert 20 < rate < 200
    assert np.corrcoef(made.samples.ravel(), sound.samples.ravel())[0, 1] > 0.95


def test_the_stereo_baseline_keeps_both_channels(benchmark: Benchmark) -> None:
    pytest.importorskip("librosa", reason="librosa is not installed")
    stereo, mono = benchmark("stereo_griffin_lim"), benchmark("griffin_lim")
    time = np.arange(RATE) / RATE
    left, right = 0.4 * np.sin(2 * np.pi * 500 * time), 0.1 * np.sin(2 * np.pi * 2000 * time)
    sound = Sound.of(np.stack([left, right], axis=1), RATE)
    baseline = stereo.StereoMelBaseline.fit([sound], 4, mono.Method(iterations=5))
    made = baseline.reconstruct(sound)
    assert made.samples.shape == sound.samples.shape
    loudness = np.sqrt((made.samples**2).mean(axis=0))
    assert loudness[0] > 2.5 * loudness[1]
    assert stereo.both(Sound.of(left, RATE)).shape == (len(stereo.both(sound)), 160)


def test_a_tape_that_stays_in_its_genre_is_bold(
    benchmark: Benchmark, make_stream: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    tape = benchmark("instruments_tape")
    assert tape._pair(1.0, 2.0) == "1.0, 2.0"
    assert tape._pair(2.0, 1.0) == "**2.0**, 1.0"
    quiet = Sound.of(np.random.default_rng(0).uniform(-0.01, 0.01, RATE), RATE)
    from musicvae.measures import level

    assert level(tape.at_level(quiet)) == pytest.approx(tape.LEVEL, abs=0.01)
    assert not tape.at_level(Sound.of(np.zeros(100), RATE)).samples.any()


def test_the_whole_benchmark_runs(
    benchmark: Benchmark,
    make_stream: Callable[..., Path],
    make_encoder: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("librosa", reason="librosa is not installed")
    for genre in ("jazz", "metal"):
        for number in range(3):
            noise = np.random.default_rng(number).uniform(-0.3, 0.3, 2 * RATE)
            Sound.of(noise, RATE).write(tmp_path / "data" / genre / f"{genre}.{number}.wav")
    decoders = [make_stream(f"{genre}.onnx", genre=genre) for genre in ("jazz", "metal")]
    options = ["--data", tmp_path / "data", "--split", "last 1", "--encoder", make_encoder()]
    more = ["--blocks", 5, "--only", "speed,tape"]
    arguments = ["instruments.py", *map(str, [*decoders, *options, *more])]
    monkeypatch.setattr("sys.argv", arguments)
    benchmark("instruments").main()
    said = capsys.readouterr().out
    assert "| jazz | metal |" in said
    assert "of 1 are nearer" in said
    assert said.count(" × |") == 2
    monkeypatch.setattr("sys.argv", [*arguments, "--only", "tape", "--sources", "jazz,metal"])
    benchmark("instruments").main()
    rows = [line for line in capsys.readouterr().out.splitlines() if " of 1 | " in line]
    assert [row.split("|")[1].strip() for row in rows] == ["jazz", "metal"]
    assert all(row.count(" of 1 | ") == 2 for row in rows)


def test_a_draw_of_noise_ranks_above_its_average(
    benchmark: Benchmark, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("librosa", reason="librosa is not installed")
    monkeypatch.setattr("sys.argv", ["texture_ranking.py"])
    benchmark("texture_ranking").main()
    draw, average = capsys.readouterr().out.splitlines()[-2:]
    mel, textures = ([float(line.split("|")[at]) for line in (draw, average)] for at in (2, 4))
    assert mel[0] > mel[1]
    assert textures[0] < 0.5 * textures[1]
