from __future__ import annotations

import dataclasses
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.audio import AudioSpec, Sound, write
from musicvae.data.cache import build
from musicvae.data.corpus import Corpus
from musicvae.data.loader import load
from musicvae.data.tracks import scan
from musicvae.errors import SettingError
from musicvae.recipes import Recipe
from musicvae.vae.training import dataset
from musicvae.vae.training.strategies import worker_rows

tf = pytest.importorskip("tensorflow")

RECIPE = Recipe("test", "clip", 4_000, samples=3_000, latent_dim=5, batch_size=6, seed=11)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("sources")
    random = np.random.default_rng(0)
    for number, seconds in enumerate((1.0, 2.0, 5.0, 3.0)):
        samples = 0.1 * random.standard_normal((round(seconds * 4_000), 1))
        write(folder / f"{number}.wav", Sound.of(samples, 4_000))
    return build(scan(folder).tracks, AudioSpec(4_000), tmp_path_factory.mktemp("cache"), workers=1)


def take(batches: Any, count: int) -> list[dict[str, np.ndarray]]:
    return list(islice(batches.as_numpy_iterator(), count))


def equal(one: list[dict[str, np.ndarray]], other: list[dict[str, np.ndarray]]) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(a[name], b[name]) for a, b in zip(one, other, strict=True) for name in a
    )


def test_shapes(corpus: Corpus) -> None:
    batches = dataset.training_batches(corpus, RECIPE)
    assert {name: tuple(spec.shape) for name, spec in batches.element_spec.items()} == {
        "audio": (6, 3_000, 1),
        "noise": (6, 5),
    }
    assert {spec.dtype for spec in batches.element_spec.values()} == {tf.float32}


def test_every_row_is_a_piece_of_a_track(corpus: Corpus) -> None:
    tracks = [np.array(corpus.audio(i)[:, 0]) for i in range(len(corpus))]
    seen = []
    for batch in take(dataset.training_batches(corpus, RECIPE), 4):
        for row in batch["audio"][..., 0]:
            starts = [np.flatnonzero(track == row[0]) for track in tracks]
            (place,) = (
                (number, start)
                for number, found in enumerate(starts)
                for start in found
                if np.array_equal(tracks[number][start : start + 3_000], row)
            )
            seen.append(place)
    assert [sum(number == n for number, _ in seen) for n in range(4)] == [6, 6, 6, 6]
    assert len(set(seen)) == len(seen)


def test_starting_later_gives_the_same_batches(corpus: Corpus) -> None:
    whole = take(dataset.training_batches(corpus, RECIPE), 12)
    assert equal(take(dataset.training_batches(corpus, RECIPE, first_step=7), 5), whole[7:])
    assert not equal(whole[:5], whole[7:])


def test_seeds_differ(corpus: Corpus) -> None:
    other = dataclasses.replace(RECIPE, seed=12)
    one, two = (take(dataset.training_batches(corpus, r), 1)[0] for r in (RECIPE, other))
    assert not np.array_equal(one["audio"], two["audio"])
    assert not np.array_equal(one["noise"], two["noise"])


def test_workers_make_parts_of_the_same_batches(corpus: Corpus) -> None:
    whole = take(dataset.training_batches(corpus, RECIPE), 3)
    parts = [
        take(dataset.training_batches(corpus, RECIPE, rows=worker_rows(6, worker, 3)), 3)
        for worker in range(3)
    ]
    joined = [
        {name: np.concatenate([part[step][name] for part in parts]) for name in ("audio", "noise")}
        for step in range(3)
    ]
    assert equal(joined, whole)
    policy = dataset.training_batches(corpus, RECIPE).options().experimental_distribute
    assert policy.auto_shard_policy == tf.data.experimental.AutoShardPolicy.OFF


def test_test_batches_are_fixed(corpus: Corpus) -> None:
    batches = take(dataset.test_batches(corpus, RECIPE), 99)
    # 4000, 8000, 20000 and 12000 samples hold 1 + 2 + 6 + 4 whole clips.
    assert [len(batch["audio"]) for batch in batches] == [6, 6, 1]
    assert [len(batch["noise"]) for batch in batches] == [6, 6, 1]
    assert equal(batches, take(dataset.test_batches(corpus, RECIPE), 99))
    np.testing.assert_array_equal(batches[0]["audio"][1], corpus.audio(1)[:3_000])
    np.testing.assert_array_equal(batches[0]["audio"][2], corpus.audio(1)[3_000:6_000])
    few = take(dataset.test_batches(corpus, RECIPE, limit=4), 99)
    for number in range(4):
        np.testing.assert_array_equal(few[0]["audio"][number], corpus.audio(number)[:3_000])


def test_short_tracks_end_in_zeros(corpus: Corpus) -> None:
    recipe = dataclasses.replace(RECIPE, samples=6_000)
    short = np.pad(corpus.audio(0), ((0, 2_000), (0, 0)))
    rows = np.concatenate([b["audio"] for b in take(dataset.training_batches(corpus, recipe), 2)])
    assert sum(np.array_equal(row, short) for row in rows) == 3
    (first, *_) = take(dataset.test_batches(corpus, recipe), 1)
    np.testing.assert_array_equal(first["audio"][0], short)


def test_steps_per_epoch(corpus: Corpus) -> None:
    assert dataset.steps_per_epoch(corpus, RECIPE) == 3  # 44000 samples / 18000
    assert dataset.steps_per_epoch(corpus, dataclasses.replace(RECIPE, batch_size=99)) == 1


LEFT_OPEN = """
import sys
from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.tracks import scan
from musicvae.recipes import Recipe
from musicvae.vae.training.dataset import training_batches
corpus = build(scan(sys.argv[1]).tracks, AudioSpec(4_000), sys.argv[2])
recipe = Recipe("test", "clip", 4_000, samples=3_000, latent_dim=5)
batches = iter(training_batches(corpus, recipe))
for _ in range(20):
    next(batches)
"""


def test_a_program_ends_with_its_batches_still_open(corpus: Corpus) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-c",
        LEFT_OPEN,
        corpus.tracks[0].path.parent,
        corpus.folder,
    ]
    # Without care it would hang for ever: the limit only turns that into a failure.
    assert subprocess.run(command, timeout=120, check=False, capture_output=True).returncode == 0


def test_refused(corpus: Corpus) -> None:
    other = dataclasses.replace(RECIPE, sample_rate=8_000)
    for wrong in (
        lambda: dataset.training_batches(corpus, other),
        lambda: dataset.test_batches(corpus, other),
        lambda: dataset.test_batches(corpus, RECIPE, limit=0),
        lambda: dataset.training_batches(corpus, RECIPE, first_step=-1),
        lambda: dataset.training_batches(corpus, RECIPE, rows=slice(6, 9)),
        lambda: worker_rows(6, 0, 4),
        lambda: worker_rows(6, 3, 3),
    ):
        with pytest.raises(SettingError):
            wrong()


def test_map_data_as_in_the_notebook(corpus: Corpus) -> None:
    paths = [str(track.path) for track in corpus.tracks]
    assert any(path.endswith("3.wav") for path in paths)
    rows = list(tf.data.Dataset.from_tensor_slices(paths).map(dataset.map_data).as_numpy_iterator())
    assert [row.shape for row in rows] == [(1, 90_001)] * 4
    for path, row in zip(paths, rows, strict=True):
        np.testing.assert_array_equal(row, load(Path(path))[0])


AUGMENTED = RECIPE.with_settings(augment="speed:12 mix:1 band shelves compress gain")


def test_augmented_batches_go_on_where_they_were_and_are_shared_by_workers(corpus: Corpus) -> None:
    whole = take(dataset.training_batches(corpus, AUGMENTED), 6)
    plain = take(dataset.training_batches(corpus, RECIPE), 6)
    assert not any(
        np.array_equal(a["audio"], b["audio"]) for a, b in zip(whole, plain, strict=True)
    )
    assert all(np.array_equal(a["noise"], b["noise"]) for a, b in zip(whole, plain, strict=True))
    assert equal(take(dataset.training_batches(corpus, AUGMENTED, first_step=4), 2), whole[4:])
    halves = [
        take(dataset.training_batches(corpus, AUGMENTED, rows=worker_rows(6, worker, 2)), 6)
        for worker in range(2)
    ]
    joined = [
        {name: np.concatenate([half[step][name] for half in halves]) for name in ("audio", "noise")}
        for step in range(6)
    ]
    assert equal(joined, whole)


def test_test_batches_are_never_augmented(corpus: Corpus) -> None:
    batches, plain = (take(dataset.test_batches(corpus, r), 99) for r in (AUGMENTED, RECIPE))
    assert equal(batches, plain)
