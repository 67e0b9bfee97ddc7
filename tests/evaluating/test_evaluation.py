"""A model plays by its sources, and the command says how near that is to its tracks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.cli.main import main
from musicvae.errors import SettingError
from musicvae.evaluating.evaluation import UNHEARD, evaluated
from musicvae.evaluating.sources import Source

RATE = 16_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four tracks of rain, 6 s each."""
    for seed in range(4):
        noise = np.random.default_rng(seed).standard_normal((6 * RATE, 1))
        gusts = 1 + np.sin(np.arange(6 * RATE) / RATE * (5 + seed))[:, None]
        Sound.of(0.05 * gusts * noise, RATE).write(tmp_path / "genres" / "rain" / f"{seed}.wav")
    return tmp_path / "genres"


def test_each_source_is_judged_beside_the_unheard_tracks(
    folder: Path, make_stream: Callable[..., Path]
) -> None:
    told: list[str] = []
    verdicts = evaluated(
        make_stream(), [Source("walk")], folder, genre="rain", split="last 2", count=2,
        seconds=6.0, tell=told.append,
    )  # fmt: skip
    assert list(verdicts) == [UNHEARD, "walk"]
    assert verdicts[UNHEARD].ratio == 1
    assert np.isfinite(verdicts["walk"].distance)
    assert verdicts["walk"].tagged is None  # the embedding knows no rain
    assert told == ["hearing 4 tracks of rain", "playing walk"]


@pytest.mark.parametrize("seconds", [1.0, 3.0, 4.9, float("nan"), 3601.0])
def test_a_length_that_cannot_be_judged_is_told_before_anything_is_heard(
    folder: Path, make_stream: Callable[..., Path], seconds: float
) -> None:
    told: list[str] = []
    with pytest.raises(SettingError, match=r"the length in seconds.*from 5 to 3600"):
        evaluated(make_stream(), [Source("walk")], folder, seconds=seconds, tell=told.append)
    assert told == []


def test_the_command_prints_a_table_and_writes_all_figures(
    folder: Path, make_stream: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder.parent / "figures.json"
    words = ["evaluate", str(make_stream()), "--data", str(folder), "--genre", "rain"]
    assert main([*words, "--split", "last 2", "--n", "2", "--seconds", "6", "--out", str(out)]) == 0
    assert "| walk |" in capsys.readouterr().out
    figures = json.loads(out.read_text("utf-8"))
    assert figures["walk"]["ratio"] > 0
    assert len(figures[UNHEARD]["repeats"]) == 5


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--n", "0"], "no sound to judge"),
        (["--source", "drone"], "no source"),
        (["--source", "memory"], "no memory"),
        (["--memory", "x.memory"], "--memory has no use"),
        (["--prior", "x.onnx", "--source", "memory"], "Expected: --source prior"),
        (["--memory", "x.memory", "--source", "prior"], "--memory has no use"),
        (["--split", "many"], "split"),
        (["--genre", "polka"], "polka"),
        (["--seconds", "2"], "a number from 5 to 3600"),
        (["--out", "figures.txt"], "figures.txt"),
    ],
)
def test_refusals_say_why_and_write_nothing(
    folder: Path,
    make_stream: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    reason: str,
) -> None:
    out = folder.parent / "figures.json"
    basic = ["--genre", "rain", "--split", "last 2", "--n", "1", "--seconds", "6"]
    command = ["evaluate", str(make_stream()), "--data", str(folder), *basic, "--out", str(out)]
    assert main([*command, *words]) == 1
    assert reason in capsys.readouterr().err
    assert not out.exists()
