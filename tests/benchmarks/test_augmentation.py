"""The comparison of augmentations, with stand-ins for the trainings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound

pytest.importorskip("tensorflow", reason="TensorFlow is not installed")


def _arguments(tmp_path: Path, sounds: Path, arms: str) -> list[str]:
    return [
        "augmentation", "--data", str(sounds), "--arms", arms, "--epochs", "2",
        "--runs", str(tmp_path / "runs"),
    ]  # fmt: skip


def test_arms_are_ratios_to_the_first(
    benchmark: Callable[[str], ModuleType],
    tiny_sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module, asked = benchmark("augmentation"), []

    def train(genre: str, data: Path, out: Path, **options: Any) -> SimpleNamespace:
        asked.append((out.name, options["resume"], options["settings"]))
        noise = 0.1 if "gain" in out.name else 0.3

        def reconstruct(sound: Sound) -> Sound:
            random = np.random.default_rng(0).standard_normal(sound.samples.shape)
            return Sound.of(sound.samples + noise * random, sound.sample_rate)

        return SimpleNamespace(
            history=lambda: [{"step": 10, "seconds": 5.0}],
            test_tracks=lambda: sorted((tiny_sounds / "jazz").iterdir())[:2],
            reconstruct=reconstruct,
        )

    (tmp_path / "runs" / "jazz-gain").mkdir(parents=True)
    (tmp_path / "runs" / "jazz-gain" / "run.json").write_text("{}")
    monkeypatch.setattr(module.mv, "train", train)
    monkeypatch.setattr("sys.argv", _arguments(tmp_path, tiny_sounds, "none/gain"))
    module.main()
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len(rows) == 4
    assert len({row.count("|") for row in rows}) == 1
    assert float(rows[3].split("|")[2].strip(" ×")) < 0.9
    assert asked[0] == (
        "jazz-none", False, {"epochs": 2, "minutes": None, "split": "40+10", "augment": "none"},
    )  # fmt: skip
    assert asked[1] == ("jazz-gain", True, {"epochs": 2, "minutes": None})


def test_where_the_time_is_over_the_next_call_goes_on(
    benchmark: Callable[[str], ModuleType],
    tiny_sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module = benchmark("augmentation")

    def train(*_: Any, reporter: Any, **__: Any) -> None:
        for step in range(1, 5):
            reporter.step(step, 4, {})

    monkeypatch.setattr(module.mv, "train", train)
    words = [*_arguments(tmp_path, tiny_sounds, "none/gain"), "--minutes", "0"]
    monkeypatch.setattr("sys.argv", words)
    module.main()
    assert "The time is over in the arm none" in capsys.readouterr().out
