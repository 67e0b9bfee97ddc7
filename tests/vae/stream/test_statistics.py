"""What a stream's latents do, kept as playing.json: saved, loaded, and refused when damaged."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.artifact.parts import AttributeInfo
from musicvae.errors import RunError
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.effects import Effects
from musicvae.vae.stream.statistics import Playing


@pytest.fixture
def playing() -> Playing:
    kept = np.array([[0.9, 0.1], [0.0, 0.5]])
    covariance = np.array([[1.2, 0.3], [0.3, 0.7]])
    return Playing(
        latent_space="0123456789abcdef",
        mean=np.array([0.25, -1.0], np.float32),
        std=np.array([1.0, 0.5], np.float32),
        low=np.array([-2.0, -2.5], np.float32),
        high=np.array([2.0, 0.1], np.float32),
        covariance=covariance.astype(np.float32),
        dynamics=LinearDynamics(kept, covariance - kept @ covariance @ kept.T, 0.2, 43.07),
        attributes=(
            AttributeInfo(
                "loudness", "dBFS", (1.5, -0.1), -20.0, 6.0, 0.9, spearman=0.8, method="linear"
            ),
        ),
    )


def test_saved_is_loaded(playing: Playing, tmp_path: Path) -> None:
    path = tmp_path / "playing.json"
    playing.save(path)
    again = Playing.load(path)
    for name in ("mean", "std", "low", "high", "covariance"):
        np.testing.assert_array_equal(getattr(again, name), getattr(playing, name))
        assert getattr(again, name).dtype == np.float32
    assert again.latent_space == playing.latent_space
    assert again.attributes == playing.attributes
    assert again.dynamics.info() == playing.dynamics.info()
    np.testing.assert_array_equal(again.walk(20, seed=3), playing.walk(20, seed=3))


def test_what_its_latents_do_is_kept_and_may_be_missing(playing: Playing, tmp_path: Path) -> None:
    path = tmp_path / "playing.json"
    playing.save(path)
    assert Playing.load(path).effects is None
    assert [info.effect for info in playing.infos([0.6, 0.4])] == ["", ""]
    effects = Effects(("bass", "mid"), np.array([[6.0, 0.0], [0.0, -2.0]]), np.array([8.0, 4.0]))
    words = ("bass +6 dB", "mid -2 dB")
    told = dataclasses.replace(
        playing, slopes={"loudness": {"loudness": 0.05}}, effects=effects, words=words
    )
    told.save(path)
    again = Playing.load(path, dims=2)
    assert [info.effect for info in again.infos([0.6, 0.4])] == list(words)
    assert again.attributes  # a run keeps what it does not offer
    assert again.offered == ()
    assert playing.offered == playing.attributes
    values = json.loads(path.read_text())
    for bad in (
        {"words": ["one"]},
        {"words": [1, 2]},
        {"effects": {"names": ["bass"], "spreads": [1.0], "changes": [[1.0]]}},
        {"slopes": {"loudness": {"loudness": float("nan")}}},
    ):
        path.write_text(json.dumps(values | bad))
        with pytest.raises(RunError):
            Playing.load(path)


def test_saving_twice_writes_the_same_and_nothing_else(playing: Playing, tmp_path: Path) -> None:
    path = tmp_path / "playing.json"
    playing.save(path)
    first = path.read_bytes()
    Playing.load(path).save(path)
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


def test_walks_are_about_the_mean_of_the_training_set(playing: Playing) -> None:
    walk = playing.walk(20_000, seed=0)
    assert walk.shape == (20_000, 2)
    assert walk.dtype == np.float32
    np.testing.assert_allclose(walk.mean(axis=0), playing.mean, atol=0.15)
    np.testing.assert_allclose(np.cov(walk, rowvar=False), playing.covariance, atol=0.15)


def test_walks_are_seeded(playing: Playing) -> None:
    np.testing.assert_array_equal(playing.walk(9, seed=4), playing.walk(9, seed=4))
    assert np.abs(playing.walk(9, seed=4) - playing.walk(9, seed=5)).max() > 0.1
    assert np.abs(playing.walk(9) - playing.walk(9)).max() > 0


def test_latents_are_described_in_order(playing: Playing) -> None:
    first, second = playing.infos([0.75, 0.25])
    assert (first.name, second.name) == ("latent 0", "latent 1")
    assert (first.mean, first.std, first.low, first.high) == (0.25, 1.0, -2.0, 2.0)
    assert (second.mean, second.low, second.explained_variance) == (-1.0, -2.5, 0.25)
    with pytest.raises(ValueError, match="zip"):
        playing.infos([1.0])


def _without(name: str) -> Any:
    return lambda values: {key: value for key, value in values.items() if key != name}


@pytest.mark.parametrize(
    "damage",
    [
        *map(_without, ("latent_space", "mean", "covariance", "dynamics", "attributes")),
        lambda values: values | {"mean": ["loud", "soft"]},
        lambda values: values | {"dynamics": {"matrix": 3}},
        lambda values: values | {"dynamics": values["dynamics"] | {"matrix": [[2, 0], [0, 2]]}},
        lambda values: values | {"attributes": [{"name": "loudness"}]},
        lambda values: [values],
    ],
)
def test_a_damaged_file_is_a_clear_error(playing: Playing, tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "playing.json"
    playing.save(path)
    path.write_text(json.dumps(damage(json.loads(path.read_text("utf-8")))), "utf-8")
    with pytest.raises(RunError, match=r"playing\.json cannot be read"):
        Playing.load(path)


@pytest.mark.parametrize("text", [None, "", "{", '{"mean": [0'])
def test_a_missing_or_cut_file_is_a_clear_error(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "playing.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(RunError, match=r"playing\.json cannot be read"):
        Playing.load(path)
