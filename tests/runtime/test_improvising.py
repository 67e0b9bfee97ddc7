"""``mv.improvise``: the sound of a memory that is played on, and refusals by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musicvae as mv
from musicvae.artifact import AttributeInfo
from musicvae.errors import (
    ArtifactError,
    LatentError,
    MemoryBankError,
    SettingError,
    UnknownNameError,
)
from musicvae.latents.memory.choosing import Wishes
from musicvae.limiter import Limiter
from musicvae.runtime.improvising import improvised
from tests.latents.memories import make_memory

RATE = 16_000


def limited(samples: np.ndarray) -> np.ndarray:
    """As the daemon's limiter leaves it."""
    bent = np.ascontiguousarray(samples)
    Limiter(*bent.shape).apply(bent)
    return bent


@pytest.fixture
def jazz(make_stream: Callable[..., Path]) -> Path:
    """A stream with a memory beside it."""
    path = make_stream("jazz.onnx")
    make_memory().save(path.with_suffix(".memory"))
    return path


def test_it_is_the_sound_of_the_memory_that_is_played_on(jazz: Path) -> None:
    sound = mv.improvise(jazz, 0.5, 3)
    assert (sound.sample_rate, sound.samples.shape) == (RATE, (RATE // 2, 1))
    stream = mv.StreamDecoder(jazz)
    rows = improvised(make_memory(), 80, 3)
    expected = stream.decode(np.repeat(rows, stream.info.stride, axis=0))[stream.info.latency :]
    np.testing.assert_allclose(sound.samples, limited(expected[: RATE // 2]), atol=1e-6)


def test_equal_seeds_give_equal_sounds_and_settings_are_heard(jazz: Path) -> None:
    whole = mv.improvise(jazz, 2.0, 3, continuity=1.0).samples
    np.testing.assert_array_equal(mv.improvise(jazz, 2.0, 3, continuity=1.0).samples, whole)
    np.testing.assert_array_equal(
        mv.improvise(jazz, 1.0, 3, continuity=1.0).samples, whole[:RATE]
    )  # a longer one begins alike
    for other in (
        mv.improvise(jazz, 2.0, 4, continuity=1.0),
        mv.improvise(jazz, 2.0, 3, continuity=0.5),
        mv.improvise(jazz, 2.0, 3, continuity=1.0, memory=make_memory(seed=5)),
    ):
        assert not np.array_equal(other.samples, whole)


def test_temperature_changes_the_choice_alone(jazz: Path) -> None:
    first, other = (
        improvised(make_memory(parts=8), 4000, 3, Wishes(continuity=1.0, temperature=heat))
        for heat in (0.0, 4.0)
    )
    assert not np.array_equal(first, other)


def test_a_memory_may_be_an_object_or_a_file(jazz: Path) -> None:
    whole = mv.improvise(jazz, 0.5, 3).samples
    for memory in (make_memory(), jazz.with_suffix(".memory"), str(jazz.with_suffix(".memory"))):
        np.testing.assert_array_equal(mv.improvise(jazz, 0.5, 3, memory=memory).samples, whole)


def test_without_a_seed_it_differs_each_time(jazz: Path) -> None:
    assert not np.array_equal(mv.improvise(jazz, 0.5).samples, mv.improvise(jazz, 0.5).samples)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"seconds": 0.0}, "of this length"),
        ({"seconds": float("nan")}, "of this length"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"continuity": 0.4}, "continuity is out of range"),
        ({"continuity": float("inf")}, "continuity is out of range"),
        ({"temperature": float("nan")}, "temperature is out of range"),
        ({"temperature": -0.1}, "temperature is out of range"),
        ({"temperature": 4.1}, "temperature is out of range"),
    ],
)
def test_numbers_out_of_range_are_refused(jazz: Path, given: dict[str, Any], reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        mv.improvise(jazz, **{"seconds": 0.1, **given})


def test_extremes_are_taken(jazz: Path) -> None:
    for given in ({"seed": 2**32 - 1}, {"continuity": 30.0, "temperature": 0.0}):
        assert np.isfinite(mv.improvise(jazz, 0.1, **given).samples).all()


def test_what_does_not_fit_is_refused_by_name(
    jazz: Path, make_stream: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(LatentError, match="another encoder"):
        mv.improvise(jazz, 0.1, memory=make_memory(space="f" * 16))
    with pytest.raises(MemoryBankError, match=r"has no memory.*alone\.memory"):
        mv.improvise(make_stream("alone.onnx"), 0.1)
    with pytest.raises(MemoryBankError, match="no file"):
        mv.improvise(jazz, 0.1, memory=tmp_path / "lost.memory")
    with pytest.raises(UnknownNameError):
        mv.improvise("tango", 0.1)
    torn = tmp_path / "torn.memory"
    torn.write_bytes(jazz.with_suffix(".memory").read_bytes()[:-1])
    with pytest.raises(MemoryBankError, match="damaged"):
        mv.improvise(jazz, 0.1, memory=torn)


def test_attributes_choose_the_places_and_move_the_latents(
    make_stream: Callable[..., Path],
) -> None:
    bright = AttributeInfo("brightness", "Hz", (0.5, 0.0, 0.0, 0.0), 0.0, 1.0, 0.5)
    path = make_stream("bright.onnx", attributes=(bright,))
    memory = make_memory(parts=8)
    sound = mv.improvise(
        path, 3.0, 3, memory=memory, continuity=0.5, attributes={"brightness": 1.5}
    )
    info = mv.inspect(path)
    wishes = Wishes(0.5, lead=np.zeros(4, np.float32), asked=np.array([1.5], np.float32))
    rows = improvised(memory, 400, 3, wishes) + np.array([0.75, 0, 0, 0], np.float32)
    stream = mv.StreamDecoder(path)
    expected = stream.decode(np.repeat(rows, info.stride, axis=0))[info.latency :]
    np.testing.assert_allclose(sound.samples, limited(expected[: 3 * RATE]), atol=1e-5)
    alone = improvised(memory, 400, 3, Wishes(0.5))
    assert not np.array_equal(rows[:, 1:], alone[:, 1:])  # other places
    for asked in ({"soul": 1.0}, {"brightness": float("nan")}, {"brightness": 11.0}):
        with pytest.raises(SettingError):
            mv.improvise(path, 0.1, memory=memory, attributes=asked)


def test_a_clip_improvises_over_nothing(artifacts: Any, tmp_path: Path) -> None:
    clip = artifacts.write_clip_artifact(tmp_path / "loops.onnx")
    with pytest.raises(ArtifactError):
        mv.improvise(clip, 0.1, memory=make_memory())


def test_a_memory_of_another_hop_is_played_step_by_step(jazz: Path) -> None:
    """Steps are of the decoder, whatever the memory says: a latent space has one step."""
    memory = make_memory()
    other = type(memory)(dataclasses.replace(memory.header, hop=32), memory.body)
    sound = mv.improvise(jazz, 0.5, 3, memory=other, continuity=30.0)
    assert np.isfinite(sound.samples).all()
