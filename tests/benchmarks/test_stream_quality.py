"""The tables of the stream, made with small stand-ins for the trained models."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from musicvae.audio import Sound, Sounds, read

if TYPE_CHECKING:
    from stream_figures import Figures  # of benchmarks/, which only the fixture puts on sys.path

pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

RATE, STEP, WIDTH = 22_050, 512, 4


@dataclass
class StandIn:
    """A model that gives back what it hears, at half the level."""

    test: list[Path]
    train: list[Path]
    rows: list[dict[str, float]]
    genre: str = "jazz"

    recipe = SimpleNamespace(
        family="clip", sample_rate=RATE, latent_dim=WIDTH, seconds=2.0, kl_weight=0.5
    )
    settings = SimpleNamespace(step=STEP)
    dynamics = SimpleNamespace(one_step_error=0.25)
    provenance = {"steps": 20}  # noqa: RUF012
    run = SimpleNamespace(path=Path("run"))

    def test_tracks(self) -> list[Path]:
        return self.test

    def train_tracks(self) -> list[Path]:
        return self.train

    def history(self) -> list[dict[str, float]]:
        return self.rows

    def reconstruct(self, sound: Sound) -> Sound:
        return Sound.of(sound.samples / 2, sound.sample_rate)

    def encode(self, sound: Sound) -> np.ndarray:
        return np.ones((len(sound.samples) * RATE // sound.sample_rate // STEP + 3, WIDTH))

    def walk(self, steps: int, seed: int) -> np.ndarray:
        return np.random.default_rng(seed).standard_normal((steps, WIDTH))

    def decode(self, latents: np.ndarray) -> Sounds:
        return Sounds(
            Sound.of(0.1 * np.repeat(sequence.mean(axis=1), STEP), RATE) for sequence in latents
        )


@pytest.fixture
def model(tiny_sounds: Path) -> StandIn:
    paths = sorted((tiny_sounds / "jazz").iterdir())
    rows: list[dict[str, Any]] = [
        {"step": 20, "seconds": 60.0, "test_kl": 100.0},
        {"step": 30, "seconds": 120.0, "test_kl": 300.0},
    ]
    return StandIn(paths[-2:], paths[:-2], rows)


def test_kl_is_that_of_the_weights_in_use_for_each_step(
    benchmark: Callable[[str], ModuleType], model: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = benchmark("stream_figures")
    assert figures.kl_per_step(model) == pytest.approx(100 / 2.0 * 512 / RATE)
    monkeypatch.setattr(model.recipe, "family", "stream")  # whose figures are per step
    assert figures.kl_per_step(model) == 100.0


def test_kept_figures_are_used_until_a_setting_changes(
    benchmark: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    figures = benchmark("stream_figures")
    made = []

    def make() -> Figures:
        made.append(True)
        value: Figures = figures.Figures([0.1, 0.3], [1.0, 2.0], [0.9, 0.8], [5000.0, 7000.0])
        return value

    path = tmp_path / "kept.json"
    first = figures.kept(path, {"dimensions": 32}, make)
    assert figures.kept(path, {"dimensions": 32}, make) == first
    assert len(made) == 1
    figures.kept(path, {"dimensions": 16}, make)
    assert len(made) == 2
    assert first.means()["log_mel"] == pytest.approx(0.2)


def test_the_table_of_one_genre(
    benchmark: Callable[[str], ModuleType],
    model: StandIn,
    tiny_sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    quality = benchmark("stream_quality")
    monkeypatch.setattr(quality, "SPLIT", "last 2")
    monkeypatch.setattr(quality, "trained", lambda recipe, genre, options: model)
    quick = partial(quality.MelBaseline.fit, method=benchmark("griffin_lim").Method(iterations=2))
    monkeypatch.setattr(quality.MelBaseline, "fit", quick)
    options = argparse.Namespace(runs=tmp_path / "runs", pictures=tmp_path / "pictures")
    tracks = quality.Tracks.find(tiny_sounds, "jazz")
    assert [len(tracks.train), len(tracks.test)] == [4, 2]
    quality.report(tracks, options)
    printed = capsys.readouterr().out
    table = [line for line in printed.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 6
    assert len({line.count("|") for line in table}) == 1
    assert "2 unheard tracks of jazz; `clip` trained for 2 min" in printed
    assert table[2].startswith("| the tracks themselves | 0.000 | 0.000 | 1.000 |")
    assert table[-2].startswith("| `stream` / (a) | 1.00 × | 1.00 × | 1.00 × | 1.00 ×")
    assert (tmp_path / "pictures" / "stream_jazz.png").stat().st_size > 10_000
    assert [path.name for path in (tmp_path / "runs" / "griffin-lim").iterdir()] == ["jazz-4.json"]


def test_a_run_that_was_split_otherwise_is_refused(
    benchmark: Callable[[str], ModuleType],
    model: StandIn,
    tiny_sounds: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quality = benchmark("stream_quality")
    monkeypatch.setattr(quality, "SPLIT", "last 2")
    model.test, model.train = model.train, model.test
    with pytest.raises(SystemExit, match="last 2"):
        quality.Tracks.find(tiny_sounds, "jazz").check(model)


def test_every_kind_of_sound_is_as_long_as_the_others(
    benchmark: Callable[[str], ModuleType], model: StandIn
) -> None:
    samples = benchmark("stream_samples")
    tracks = samples.excerpts(model.test_tracks(), 2, seconds=2.0)
    kinds = samples.sounds_of(model, tracks, 2, seconds=2.0)
    assert len(kinds) == 6
    for sounds in kinds.values():
        assert len(sounds) == 2
        assert all(sound.seconds == pytest.approx(2.0, abs=STEP / RATE) for sound in sounds)
    first, other = kinds["N(0, I), held"]
    assert np.ptp(first.samples) == 0
    assert first.samples[0] != other.samples[0]
    assert np.ptp(kinds["N(0, I), anew each step"][0].samples) > 0


def test_what_lies_outside_the_range_is_marked(
    benchmark: Callable[[str], ModuleType], model: StandIn
) -> None:
    samples = benchmark("stream_samples")
    learnt = [samples.describe(read(path)) for path in model.train_tracks()]
    legal = samples.range_of(learnt)
    assert "5 of 5" in samples.row("learnt from", learnt, legal, 0.0)
    quiet = [samples.describe(Sound.of(np.full(RATE, 1e-4), RATE))]
    marked = samples.row("quiet", quiet, legal, 12.34)
    assert "**-80.0 dBFS (low)**" in marked
    assert marked.endswith("| 12.3 |")
    assert "5 of 5" not in marked


def test_the_table_of_one_run(
    benchmark: Callable[[str], ModuleType],
    model: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    samples = benchmark("stream_samples")
    monkeypatch.setattr(samples.mv, "load", lambda run: model)
    options = argparse.Namespace(sounds=2, seconds=2.0, write=tmp_path / "sounds")
    samples.report(Path("runs/jazz-stream"), options)
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 8
    assert len({line.count("|") for line in table}) == 1
    assert len(list((tmp_path / "sounds" / "jazz-stream").glob("*.wav"))) == 2 * 6
