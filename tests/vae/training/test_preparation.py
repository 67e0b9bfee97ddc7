"""Preparing a run: what is written before the first step, and what can be resumed."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound, write
from musicvae.errors import DataError, RunError
from musicvae.genres import Genre
from musicvae.recipes import Recipe
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.training.preparation import (
    PACKAGES,
    TrackSource,
    resume_run,
    start_run,
    wait_for_chief,
)
from musicvae.vae.training.start_point import StartPoint

RECIPE = Recipe("toy", "clip", 4_000, samples=256, latent_dim=3, split="4+2", seed=5)
START = StartPoint(RECIPE)


@pytest.fixture
def source(noise_folder: Path, tiny_cache: Path) -> TrackSource:
    return TrackSource(noise_folder, "noise", tiny_cache, workers=1)


@pytest.fixture
def moved(noise_folder: Path, tiny_cache: Path, tmp_path: Path) -> TrackSource:
    """The same tracks in a folder that the test may change."""
    shutil.copytree(noise_folder, tmp_path / "moved")
    return TrackSource(tmp_path / "moved", None, tiny_cache, workers=1)


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_a_new_run_is_described(source: TrackSource, tmp_path: Path) -> None:
    prepared = start_run(tmp_path / "run", source, START, licence="CC0-1.0")
    described = _read(tmp_path / "run" / "run.json")
    assert list(described) == [
        *("genre", "licence", "recipe", "data", "train_digest", "test_digest"),
        *("started", "versions"),
    ]
    assert described["genre"] == "noise"
    assert described["licence"] == "CC0-1.0"
    assert Recipe.from_json(described["recipe"]) == RECIPE == prepared.recipe
    assert described["data"] == str(Path(source.folder).resolve())
    assert described["train_digest"] == prepared.train.digest
    assert described["test_digest"] == prepared.test.digest
    assert tuple(described["versions"]) == PACKAGES
    assert all(described["versions"].values())


def test_a_home_folder_is_remembered_as_it_is(
    moved: TrackSource, tiny_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    start_run(tmp_path / "run", TrackSource("~/moved", None, tiny_cache, workers=1), START)
    assert _read(tmp_path / "run" / "run.json")["data"] == str((tmp_path / "moved").resolve())


def test_the_tracks_are_split_as_the_recipe_says(source: TrackSource, tmp_path: Path) -> None:
    prepared = start_run(tmp_path / "run", source, START)
    assert (len(prepared.train), len(prepared.test)) == (4, 2)
    assert not set(prepared.train.keys) & set(prepared.test.keys)
    split = _read(tmp_path / "run" / "split.json")
    assert split == {"train": list(prepared.train.keys), "test": list(prepared.test.keys)}
    other = start_run(tmp_path / "b", source, StartPoint(RECIPE.with_settings(seed=6)))
    assert other.test.keys != prepared.test.keys


def test_every_file_is_accounted_for(moved: TrackSource, tmp_path: Path) -> None:
    (Path(moved.folder) / "noise" / "broken.wav").write_bytes(b"RIFF, and no more")
    prepared = start_run(tmp_path / "run", moved, START)
    data = _read(tmp_path / "run" / "data.json")
    assert [entry["key"] for entry in data["skipped"]] == ["noise/broken.wav"]
    assert sorted(track["set"] for track in data["tracks"]) == ["test"] * 2 + ["train"] * 4
    assert "noise/broken.wav" in prepared.report
    assert "4 to train on, 2 to test on" in prepared.report


def test_a_genre_is_described_by_its_name(noise_folder: Path, tmp_path: Path) -> None:
    genre = Genre("static", "what radios play", folders=("noise",))
    start_run(tmp_path / "run", TrackSource(noise_folder, genre, tmp_path / "c", 1), START)
    assert _read(tmp_path / "run" / "run.json")["genre"] == "static"


def test_decoding_is_reported(noise_folder: Path, tmp_path: Path) -> None:
    calls: list[tuple[int, int, str]] = []
    source = TrackSource(
        noise_folder, None, tmp_path / "c", 1, lambda *progress: calls.append(progress)
    )
    start_run(tmp_path / "run", source, START)
    assert [done for done, _, _ in calls] == [1, 2, 3, 4, 5, 6]
    assert {total for _, total, _ in calls} == {6}


def test_what_a_run_starts_from_is_copied_and_described(
    source: TrackSource, tmp_path: Path
) -> None:
    weights = tmp_path / "weights"
    weights.write_bytes(b"weights")
    start = StartPoint(RECIPE, ("encoder",), {"from": {"frozen": ["encoder"]}}, {"w": weights})
    prepared = start_run(tmp_path / "run", source, start)
    assert prepared.frozen == ("encoder",)
    assert (tmp_path / "run" / "w").read_bytes() == b"weights"
    assert list(_read(tmp_path / "run" / "run.json"))[-1] == "from"
    assert resume_run(tmp_path / "run", source).frozen == ("encoder",)


def test_a_run_is_never_created_twice(source: TrackSource, tmp_path: Path) -> None:
    start_run(tmp_path / "run", source, START)
    before = (tmp_path / "run" / "run.json").read_bytes()
    with pytest.raises(RunError, match="a run in this folder already"):
        start_run(tmp_path / "run", source, START)
    assert (tmp_path / "run" / "run.json").read_bytes() == before


@pytest.mark.parametrize("split", ["6+1", "last 6"])
def test_too_few_tracks_leave_no_folder(source: TrackSource, tmp_path: Path, split: str) -> None:
    with pytest.raises(DataError):
        start_run(tmp_path / "run", source, StartPoint(RECIPE.with_settings(split=split)))
    assert not (tmp_path / "run").exists()


def _same(one: Prepared, other: Prepared) -> bool:
    return (one.recipe, one.train.digest, one.test.keys) == (
        other.recipe,
        other.train.digest,
        other.test.keys,
    )


def test_a_run_is_resumed_with_its_own_recipe_and_split(
    source: TrackSource, tmp_path: Path
) -> None:
    prepared = start_run(tmp_path / "run", source, START)
    again = resume_run(tmp_path / "run", TrackSource("", None, source.cache, 1))
    assert _same(prepared, again)
    assert again.report == ""
    assert again.frozen == ()


def test_a_run_is_resumed_where_its_sounds_have_moved(
    source: TrackSource, moved: TrackSource, tmp_path: Path
) -> None:
    prepared = start_run(tmp_path / "run", source, START)
    assert _same(prepared, resume_run(tmp_path / "run", moved))


def test_added_sounds_do_not_matter(moved: TrackSource, tmp_path: Path) -> None:
    prepared = start_run(tmp_path / "run", moved, START)
    noise = 0.1 * np.random.default_rng(9).standard_normal((4_000, 1))
    write(Path(moved.folder) / "noise" / "new.wav", Sound.of(noise, 4_000))
    assert _same(prepared, resume_run(tmp_path / "run", moved))


def test_missing_sounds_are_named(moved: TrackSource, tmp_path: Path) -> None:
    prepared = start_run(tmp_path / "run", moved, START)
    key = prepared.train.keys[0]
    (Path(moved.folder) / key).unlink()
    with pytest.raises(RunError, match="have changed") as refused:
        resume_run(tmp_path / "run", moved)
    assert f"missing: {key}" in str(refused.value)


def test_other_contents_under_the_same_name_are_noticed(moved: TrackSource, tmp_path: Path) -> None:
    prepared = start_run(tmp_path / "run", moved, START)
    noise = 0.1 * np.random.default_rng(9).standard_normal((4_000, 1))
    write(Path(moved.folder) / prepared.train.keys[0], Sound.of(noise, 4_000))
    with pytest.raises(RunError, match="other contents"):
        resume_run(tmp_path / "run", moved)


def test_only_a_run_can_be_resumed(source: TrackSource, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run"):
        resume_run(tmp_path, source)
    sides: dict[str, Any] = {"train": [], "test": []}
    RunFolder.create(tmp_path / "run", {"recipe": {"name": "toy"}}, sides, {})
    with pytest.raises(RunError, match=r"run\.json cannot be read"):
        resume_run(tmp_path / "run", source)


def test_workers_wait_until_the_chief_has_prepared_the_run(
    source: TrackSource, tmp_path: Path
) -> None:
    chief = threading.Thread(target=start_run, args=(tmp_path / "run", source, START))
    chief.start()
    wait_for_chief(tmp_path / "run")
    assert resume_run(tmp_path / "run", source).recipe == RECIPE
    chief.join()


def test_workers_do_not_wait_for_ever(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not here") as refused:
        wait_for_chief(tmp_path / "run", seconds=0.0)
    assert "run.json" in str(refused.value)
