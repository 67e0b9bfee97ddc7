from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import musicvae as mv
from musicvae.errors import ArtifactError, SettingError, UnknownNameError
from musicvae.runtime import sounding
from musicvae.runtime.new_music import play_prior
from musicvae.runtime.walking import walk
from tests.latents.memories import make_memory


def test_a_ready_model_plays_itself_into_a_file(ready_site: Any, tmp_path: Path) -> None:
    ready_site.bring("jazz")
    sound = mv.play("jazz", seconds=0.5, seed=3)
    assert (sound.sample_rate, sound.samples.shape) == (16_000, (8_000, 1))
    assert np.ptp(sound.samples) > 0.05
    assert mv.read(sound.write(tmp_path / "jazz.wav")).seconds == 0.5


def test_equal_seeds_give_equal_sounds_however_it_is_cut(
    ready_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_site.bring("jazz")
    whole = mv.play("jazz", seconds=0.5, seed=3).samples
    assert not np.array_equal(whole, mv.play("jazz", seconds=0.5, seed=4).samples)
    assert not np.array_equal(whole, walk("jazz", seconds=0.5, seed=3, speed=0).samples)
    monkeypatch.setattr(sounding, "_FRAMES", 7)
    np.testing.assert_allclose(mv.play("jazz", seconds=0.5, seed=3).samples, whole, atol=1e-6)


def test_it_is_the_walk_of_the_stream(ready_site: Any) -> None:
    path = ready_site.own("mine", latency=32)
    stream = mv.StreamDecoder(path)
    expected = stream.decode(stream.walk(11, seed=5))[32:][:640]
    np.testing.assert_allclose(mv.play("mine", 640 / 16_000, seed=5).samples, expected, atol=1e-6)


def test_a_model_with_a_memory_improvises_and_any_source_may_be_named(
    ready_site: Any, prior_artifacts: ModuleType
) -> None:
    path = ready_site.own("mine")
    walked = mv.play(path, 0.5, seed=5)
    prior_artifacts.write_prior_artifact(path.with_suffix(".prior.onnx"))
    alone = mv.play(path, 0.5, seed=5)
    np.testing.assert_array_equal(alone.samples, play_prior("mine", 0.5, 5).samples)
    make_memory().save(path.with_suffix(".memory"))
    sounds = {source: mv.play("mine", 0.5, 5, source=source) for source in ("memory", "prior")}
    np.testing.assert_array_equal(mv.play("mine", 0.5, seed=5).samples, sounds["memory"].samples)
    np.testing.assert_array_equal(
        mv.play("mine", 0.5, seed=5, source="walk").samples, walked.samples
    )
    expected = {"memory": mv.improvise("mine", 0.5, 5), "prior": play_prior("mine", 0.5, 5)}
    for source, sound in sounds.items():
        np.testing.assert_array_equal(sound.samples, expected[source].samples)
    with pytest.raises(SettingError, match="walk, memory, prior"):
        mv.play("mine", source="guess")


def test_clips_follow_each_other(artifacts: ModuleType, tmp_path: Path) -> None:
    path = artifacts.write_clip_artifact(tmp_path / "loops.onnx", samples=4_000, channels=2)
    sound = mv.play(path, seconds=1.1, seed=1)
    assert sound.samples.shape == (17_600, 2)
    assert np.abs(sound.samples).max(axis=1).reshape(-1, 160).max(axis=1).min() > 0  # no gap
    first = mv.Decoder(path).random_latents(1, seed=1)
    begin = mv.Decoder(path).decode(first)[0][:2_000]
    np.testing.assert_array_equal(sound.samples[:2_000], begin)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 3601])
def test_a_length_must_be_one(ready_site: Any, seconds: float) -> None:
    with pytest.raises(SettingError, match="sound of this length"):
        mv.play("jazz", seconds=seconds)


def test_what_cannot_play_is_refused(ready_site: Any) -> None:
    with pytest.raises(UnknownNameError, match="no ready model named 'jazz'"):
        mv.play("jazz")
    ready_site.own("ears", encoder=True)
    with pytest.raises(ArtifactError, match="and not a stream"):
        mv.play("ears")
    with pytest.raises(SettingError, match="seed"):
        mv.play("ears", seed=-1)
