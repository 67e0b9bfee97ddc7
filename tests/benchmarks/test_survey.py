"""The benchmark of surveys, with tracks whose summaries are made."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from musicvae.surveying.summaries import Summary


def _track(random: np.random.Generator, away: float) -> Summary:
    return Summary(*(away + random.standard_normal(size) for size in (24, 12, 6)))


def test_what_is_far_away_is_found_and_what_is_not_is_not(
    benchmark: Callable[[str], ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    survey, random = benchmark("survey"), np.random.default_rng(0)
    away = {"jazz": 0.0, "noise": 6.0, "metal": 4.0, "rock": 4.0, "swing": 0.0}
    counts = {"jazz": 55, "noise": 2, "metal": 4, "rock": 4, "swing": 4}
    tracks = [
        survey.Heard(genre, _track(random, away[genre]), 0.3, 0.0)
        for genre, count in counts.items() for _ in range(count)
    ]  # fmt: skip
    monkeypatch.setattr(survey, "one", lambda model, start, genre, sound, seconds: sound)
    monkeypatch.setattr(survey, "sounds", lambda options, *form: [(t.genre, t) for t in tracks])
    recipe = argparse.Namespace(sample_rate=1, channels=2)
    monkeypatch.setattr(survey.mv, "load", lambda run: argparse.Namespace(recipe=recipe))
    monkeypatch.setattr(survey, "load_start", lambda run: None)
    words = [
        "survey",
        "run",
        "--data",
        str(tmp_path),
        "--draws",
        "12",
        "--kept",
        str(tmp_path / "k.npz"),
    ]
    tables = []
    for _ in range(2):  # the second time from what was kept
        monkeypatch.setattr("sys.argv", words)
        survey.main()
        tables.append([line for line in capsys.readouterr().out.splitlines() if line[:1] == "|"])
    assert tables[0] == tables[1]
    found = {line.split(" | ")[0].strip("| "): line for line in tables[0]}
    assert found["noise"].endswith("| 100% |")
    assert found["metal"].endswith("| 100% |")
    assert not found["swing"].endswith("| 100% |")
    assert found["error alone"] != found["oddness"]
