"""What a prior is asked for reaches the prior, the memory beside it, and the latents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import musicvae as mv
from musicvae.artifact import AttributeInfo
from musicvae.errors import SettingError
from musicvae.limiter import Limiter
from musicvae.runtime.moods import usual
from musicvae.runtime.new_music import play_prior
from musicvae.runtime.prior import Prior
from tests.latents.memories import make_memory


@pytest.fixture
def model(make_stream: Callable[..., Path], prior_artifacts: ModuleType) -> Path:
    """A stream whose loudness is its own, and whose brightness its prior knows, too."""
    directions = {"brightness": (0.5, 0.0, 0.0, 0.0), "loudness": (0.0, 0.25, 0.0, 0.0)}
    attributes = tuple(
        AttributeInfo(name, "dB", row, 0.0, 1.0, 0.5) for name, row in directions.items()
    )
    path = make_stream("jazz.onnx", attributes=attributes)
    prior_artifacts.write_prior_artifact(path.with_name("jazz.prior.onnx"))
    return path


def decoded(model: Path, rows: np.ndarray, length: int) -> np.ndarray:
    stream = mv.StreamDecoder(model)
    sound = stream.push(stream.hold(rows.astype(np.float32)))[stream.info.latency :][:length]
    Limiter(*sound.shape).apply(sound)
    return sound


def test_the_prior_is_asked_and_what_it_does_not_know_is_added(model: Path) -> None:
    prior = Prior(model.with_name("jazz.prior.onnx"))
    knob = prior.prior.attributes[0].name
    assert knob == "brightness"
    sound = play_prior(model, 0.5, 7, attributes={"brightness": 1.0, "loudness": 2.0}).samples
    walk = prior.walk(80, 7, genre="jazz", attributes={"brightness": 1.0})
    assert not np.array_equal(walk, prior.walk(80, 7, genre="jazz"))
    expected = decoded(model, walk + np.array([0.0, 0.5, 0, 0], np.float32), len(sound))
    np.testing.assert_allclose(sound, expected, atol=1e-6)


def test_the_prior_is_asked_for_music_like_that_of_the_model(
    make_stream: Callable[..., Path], prior_artifacts: ModuleType
) -> None:
    own = AttributeInfo("brightness", "Hz", (0.5, 0.0, 0.0, 0.0), 1300.0, 200.0, 0.5)
    model = make_stream("jazz.onnx", attributes=(own,), genre="jazz")
    path = prior_artifacts.write_prior_artifact(model.with_name("jazz.prior.onnx"))
    mean, deviation = usual(mv.inspect(model), Prior(path).prior.attributes, 7)["brightness"]
    for asked in (0.0, 5.0, -1.0):
        sound = play_prior(model, 0.5, 7, attributes={"brightness": asked}).samples
        told = {"brightness": mean + asked * deviation}
        walk = Prior(path).walk(80, 7, genre="jazz", attributes=told)
        np.testing.assert_allclose(sound, decoded(model, walk, len(sound)), atol=1e-6)
    sound = play_prior(model, 0.5, 7, genre="metal").samples
    walk = Prior(path).walk(80, 7, genre="metal")
    np.testing.assert_allclose(sound, decoded(model, walk, len(sound)), atol=1e-6)


def test_at_variation_0_the_memory_goes_where_it_is_asked_to(model: Path) -> None:
    memory = make_memory(parts=8)
    asked = {"brightness": 1.5}
    varied = play_prior(model, 2.0, 3, variation=0.0, memory=memory, attributes=asked)
    remembered = mv.improvise(model, 2.0, 3, memory=memory, attributes=asked)
    np.testing.assert_allclose(varied.samples, remembered.samples, atol=1e-6)


@pytest.mark.parametrize("asked", [{"soul": 1.0}, {"loudness": np.nan}, {"brightness": 9.0}])
def test_what_neither_knows_or_nobody_can_ask(model: Path, asked: dict[str, float]) -> None:
    with pytest.raises(SettingError):
        play_prior(model, 0.1, 3, attributes=asked)
