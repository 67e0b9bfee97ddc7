"""One track on both sides: trained on but for its end, which is tested on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound, write
from musicvae.data.corpus import Corpus
from musicvae.errors import DataError, RunError
from musicvae.recipes import Recipe
from musicvae.vae.training.preparation import TrackSource, resume_run, start_run
from musicvae.vae.training.sides import sides_of
from musicvae.vae.training.start_point import StartPoint

RECIPE = Recipe("toy", "clip", 4_000, samples=1_000, latent_dim=3, batch_size=2, epochs=1)


@pytest.fixture
def one(tmp_path: Path, tiny_cache: Path) -> TrackSource:
    """A single track of 1.5 s at 4 kHz."""
    noise = 0.1 * np.random.default_rng(1).standard_normal((6_000, 1))
    write(tmp_path / "one" / "a.wav", Sound.of(noise, 4_000))
    return TrackSource(tmp_path / "one", None, tiny_cache, workers=1)


@pytest.mark.parametrize(
    ("split", "samples", "train", "test"),
    [
        ("80/20", 1_000, (0, 4_800), (4_800, 6_000)),
        ("50/50", 1_000, (0, 3_000), (3_000, 6_000)),
        ("99/1", 1_000, (0, 5_000), (5_000, 6_000)),  # a whole crop on each side
        ("1/99", 1_000, (0, 1_000), (1_000, 6_000)),
        ("80/20", 3_000, (0, 3_000), (3_000, 6_000)),
    ],
)
def test_a_track_is_divided_as_the_ratio_says(
    one: TrackSource, tmp_path: Path, split: str, samples: int, train: Any, test: Any
) -> None:
    recipe = RECIPE.with_settings(split=split, samples=samples)
    prepared = start_run(tmp_path / "run", one, StartPoint(recipe))
    whole = np.array(Corpus.audio(prepared.train, 0))
    for side, (start, stop) in ((prepared.train, train), (prepared.test, test)):
        assert side.lengths.tolist() == [stop - start]
        assert side.seconds == (stop - start) / 4_000
        np.testing.assert_array_equal(side.audio(0), whole[start:stop])
    assert "tested on" in prepared.report
    again = resume_run(tmp_path / "run", one)
    assert again.train.lengths.tolist() == prepared.train.lengths.tolist()
    np.testing.assert_array_equal(again.test.audio(0), prepared.test.audio(0))


@pytest.mark.parametrize("samples", [3_001, 6_000, 20_000])
def test_a_track_too_short_to_be_divided_is_on_both_sides_with_a_note(
    one: TrackSource, tmp_path: Path, samples: int
) -> None:
    recipe = RECIPE.with_settings(samples=samples)
    prepared = start_run(tmp_path / "run", one, StartPoint(recipe))
    assert prepared.train.lengths.tolist() == [6_000]
    assert prepared.test.lengths.tolist() == [min(samples, 6_000)]
    assert "too short to be divided" in prepared.report
    data = json.loads((tmp_path / "run" / "data.json").read_text())
    assert [track["set"] for track in data["tracks"]] == ["both"]


@pytest.mark.parametrize("split", ["1+1", "last 1"])
def test_other_rules_say_what_they_need(one: TrackSource, tmp_path: Path, split: str) -> None:
    with pytest.raises(DataError) as refused:
        start_run(tmp_path / "run", one, StartPoint(RECIPE.with_settings(split=split)))
    assert '"80/20"' in str(refused.value.hint)


@pytest.mark.parametrize(
    "spans",
    [{}, {"train": [0, 9_999], "test": [5, 6]}, {"train": [3, 3], "test": [0, 1]}, {"train": 3},
     {"train": ["a", "b"], "test": [0, 1]}, {"train": [-1, 5], "test": [0, 1]}],
)  # fmt: skip
def test_damaged_spans_are_a_clear_error(one: TrackSource, tmp_path: Path, spans: Any) -> None:
    start_run(tmp_path / "run", one, StartPoint(RECIPE))
    path = tmp_path / "run" / "split.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"spans": spans}))
    with pytest.raises(RunError, match=r"split\.json cannot be read"):
        resume_run(tmp_path / "run", one)


def test_two_tracks_are_whole(one: TrackSource, tmp_path: Path) -> None:
    noise = 0.1 * np.random.default_rng(2).standard_normal((5_000, 1))
    write(Path(one.folder) / "b.wav", Sound.of(noise, 4_000))
    prepared = start_run(tmp_path / "run", one, StartPoint(RECIPE))
    assert {*prepared.train.keys, *prepared.test.keys} == {"a.wav", "b.wav"}
    assert len(prepared.train) == len(prepared.test) == 1
    assert "spans" not in json.loads((tmp_path / "run" / "split.json").read_text())
    assert sides_of(prepared.train, {"train": prepared.train.keys, "test": prepared.train.keys})
