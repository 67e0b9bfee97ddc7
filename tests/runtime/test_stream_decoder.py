"""Streams of latents to sound: any blocks give the whole, and what is refused changes nothing."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import musicvae
from musicvae.errors import (
    ArtifactError,
    LatentError,
    SettingError,
)
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.tape import Tape
from musicvae.runtime.stream_decoder import StreamDecoder

Make = Callable[..., Path]
FRAMES = 60
LATENT_SPACE = "0123456789abcdef"  # of every stream that make_stream makes


@pytest.fixture
def stream(make_stream: Make) -> StreamDecoder:
    return StreamDecoder(make_stream())


@pytest.fixture(scope="module")
def stereo(stream_artifacts: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> StreamDecoder:
    path = tmp_path_factory.mktemp("stereo") / "stereo.onnx"
    return StreamDecoder(stream_artifacts.write_stream_artifact(path, channels=2, latent_dim=3))


def random(stream: StreamDecoder, frames: int = FRAMES, seed: int = 0) -> np.ndarray:
    size = (frames, stream.info.latent_dim)
    return np.random.default_rng(seed).standard_normal(size).astype(np.float32)


def test_decodes_what_the_graph_says(stream: StreamDecoder, stream_artifacts: ModuleType) -> None:
    latents = random(stream)
    audio = stream.decode(latents)
    assert audio.dtype == np.float32
    assert audio.shape == (FRAMES * 64, 1)
    np.testing.assert_allclose(
        audio, stream_artifacts.expected_audio(latents, stream.info), atol=1e-6
    )


def test_stereo(stereo: StreamDecoder, stream_artifacts: ModuleType) -> None:
    latents = random(stereo)
    audio = stereo.decode(latents)
    assert audio.shape == (FRAMES * 64, 2)
    np.testing.assert_allclose(
        audio, stream_artifacts.expected_audio(latents, stereo.info), atol=1e-6
    )


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_any_partition_equals_one_shot(stereo: StreamDecoder, blocks: list[int], seed: int) -> None:
    latents = random(stereo, sum(blocks), seed)
    stereo.reset()
    pieces = np.split(latents, np.cumsum(blocks)[:-1])
    streamed = np.concatenate([stereo.push(piece) for piece in pieces])
    np.testing.assert_allclose(streamed, stereo.decode(latents), rtol=0, atol=1e-6)


def test_a_change_is_not_heard_before_its_frame(stream: StreamDecoder) -> None:
    latents = random(stream)
    changed = latents.copy()
    changed[30:] += 1
    before, after = stream.decode(latents), stream.decode(changed)
    np.testing.assert_array_equal(before[: 30 * 64], after[: 30 * 64])
    assert not np.allclose(before[30 * 64 : 31 * 64], after[30 * 64 : 31 * 64])


def test_one_frame_without_an_axis_for_it(stream: StreamDecoder) -> None:
    latents = random(stream, 1)
    np.testing.assert_array_equal(stream.decode(latents[0]), stream.decode(latents))
    assert stream.push(latents[0].tolist()).shape == (64, 1)


def test_decode_does_not_touch_the_stream(stream: StreamDecoder) -> None:
    latents = random(stream)
    whole = stream.decode(latents)
    first = stream.push(latents[:20])
    stream.decode(-latents)
    stream.warm_up()
    stream.warm_up(7)
    rest = stream.push(latents[20:])
    np.testing.assert_allclose(np.concatenate([first, rest]), whole, rtol=0, atol=1e-6)


def test_results_are_not_overwritten(stream: StreamDecoder) -> None:
    latents = random(stream)
    first = stream.push(latents[0])
    kept = first.copy()
    stream.push(latents[1])
    np.testing.assert_array_equal(first, kept)


def test_writes_where_it_is_told_to(stream: StreamDecoder) -> None:
    latents = random(stream)
    whole = stream.decode(latents)
    sound = np.full((FRAMES * 64, 1), 7, np.float32)
    for frame in range(FRAMES):
        out = sound[frame * 64 : (frame + 1) * 64]
        assert stream.push(latents[frame], out=out) is out
    np.testing.assert_allclose(sound, whole, rtol=0, atol=1e-6)


# -- what is refused leaves the stream where it was


@pytest.fixture
def undisturbed(stream: StreamDecoder) -> Iterator[StreamDecoder]:
    """A stream that has begun, and goes on afterwards as if nothing had happened."""
    latents = random(stream)
    whole = stream.decode(latents)
    first = stream.push(latents[:20])
    yield stream
    rest = stream.push(latents[20:])
    np.testing.assert_allclose(np.concatenate([first, rest]), whole, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "latents",
    [
        [1.0, 2.0, 3.0],
        [[1.0] * 5],
        1.0,
        np.zeros((0, 4), np.float32),
        np.zeros((1, 1, 4)),
        [[1.0] * 4, [1.0] * 3],
        [np.nan] * 4,
        np.array([[0, 0, 0, np.inf]], np.float32),
        [0, 0, 0, 1e300],
        "abcd",
        None,
    ],
    ids=repr,
)
def test_latents_that_cannot_be_decoded(undisturbed: StreamDecoder, latents: Any) -> None:
    with pytest.raises(LatentError):
        undisturbed.push(latents)
    with pytest.raises(LatentError):
        undisturbed.decode(latents)


@pytest.mark.parametrize(
    "out",
    [
        np.zeros((64, 2), np.float32),
        np.zeros(64, np.float32),
        np.zeros((64, 1)),
        np.zeros((128, 1), np.float32),
    ],
    ids=lambda out: f"{out.dtype} {out.shape}",
)
def test_sound_that_does_not_fit(undisturbed: StreamDecoder, out: np.ndarray) -> None:
    with pytest.raises(SettingError, match="does not fit"):
        undisturbed.push(random(undisturbed, 1), out=out)


def test_sound_that_cannot_be_written(undisturbed: StreamDecoder) -> None:
    out = np.zeros((64, 1), np.float32)
    out.flags.writeable = False
    with pytest.raises(SettingError, match="writeable"):
        undisturbed.push(random(undisturbed, 1), out=out)


def test_sound_that_would_not_be_finite(make_stream: Make) -> None:
    stream = StreamDecoder(make_stream(sounding="Exp"))
    latents = random(stream)
    whole = stream.decode(latents)
    first = stream.push(latents[:20])
    out = np.full((64, 1), 7, np.float32)
    with pytest.raises(LatentError, match=r"beyond.*up to 1e\+04"):
        stream.push([1e4, 0, 0, 0], out=out)
    assert (out == 7).all()
    with pytest.raises(LatentError, match="beyond"):
        stream.decode([1e4, 0, 0, 0])
    rest = stream.push(latents[20:])
    np.testing.assert_allclose(np.concatenate([first, rest]), whole, rtol=1e-5, atol=1e-6)


# -- what else it offers


def test_held_latents(stream: StreamDecoder) -> None:
    steps = random(stream, 3)
    np.testing.assert_array_equal(stream.hold(steps), steps[[0, 0, 1, 1, 2, 2]])
    np.testing.assert_array_equal(stream.hold(steps[0]), steps[[0, 0]])
    with pytest.raises(LatentError, match="steps"):
        stream.hold([1.0])


def test_a_tape_is_played_where_its_source_was(stream: StreamDecoder) -> None:
    info = stream.info
    tape = Tape(random(stream, 10), info.sample_rate, info.hop, info.stride, 1000, LATENT_SPACE)
    sound = stream.play(tape)
    assert sound.shape == (1000, 1)
    held = stream.decode(tape.frames())
    np.testing.assert_array_equal(sound, held[2 * info.latency :][:1000])


def test_a_tape_of_another_encoder(stream: StreamDecoder) -> None:
    for space in ("", "f" * 16):
        tape = Tape(random(stream, 10), 16_000, 64, 2, 1000, space)
        with pytest.raises(LatentError, match=f"another encoder.*{LATENT_SPACE}"):
            stream.play(tape)


def test_a_walk_is_repeatable(stream: StreamDecoder) -> None:
    walk = stream.walk(500, seed=7)
    assert walk.shape == (500, 4)
    assert walk.dtype == np.float32
    np.testing.assert_array_equal(stream.walk(500, seed=7), walk)
    assert not np.array_equal(stream.walk(500, seed=8), walk)
    assert not np.array_equal(stream.walk(500), stream.walk(500))
    assert np.isfinite(stream.decode(walk)).all()


def test_a_walk_begins_the_same_however_long_it_is(stream: StreamDecoder) -> None:
    np.testing.assert_allclose(stream.walk(100, seed=7), stream.walk(500, seed=7)[:100], atol=1e-6)


def test_a_walk_goes_from_step_to_step(stream: StreamDecoder) -> None:
    assert stream.info.dynamics is not None
    steps = LinearDynamics.from_info(stream.info.dynamics).walk(6, 7)
    walk = stream.walk(11, seed=7)
    np.testing.assert_allclose(walk[::2], steps, atol=1e-6)
    assert not np.isin(walk[1::2], steps).any()
    np.testing.assert_allclose(stream.walk(6, seed=7, speed=2), steps, atol=1e-6)
    assert (stream.walk(5, seed=7, speed=0) == walk[0]).all()


@pytest.mark.parametrize("settings", [{"frames": 0}, {"speed": -1}, {"speed": np.nan}], ids=str)
def test_walks_that_cannot_be(stream: StreamDecoder, settings: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        stream.walk(**{"frames": 10, **settings})


def test_a_walk_is_about_the_mean(make_stream: Make) -> None:
    """Which is not 0 where a decoder was trained in another run's latent space."""
    centred = StreamDecoder(make_stream())
    latents = tuple(dataclasses.replace(latent, mean=3.0) for latent in centred.info.latents)
    moved = StreamDecoder(make_stream("moved.onnx", latents=latents))
    np.testing.assert_allclose(moved.walk(20, seed=7), centred.walk(20, seed=7) + 3, atol=1e-5)


def test_a_walk_needs_dynamics(make_stream: Make) -> None:
    with pytest.raises(ArtifactError, match="no dynamics"):
        StreamDecoder(make_stream(dynamics=None)).walk(10)


def test_several_threads_may_decode_beside_the_stream(stream: StreamDecoder) -> None:
    latents = random(stream)
    whole = stream.decode(latents)
    results: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: results.append(stream.decode(latents))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    streamed = np.concatenate([stream.push(latent) for latent in latents])
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for result in results:
        np.testing.assert_array_equal(result, whole)
    np.testing.assert_allclose(streamed, whole, rtol=0, atol=1e-6)


def test_info_repr_and_front_door(make_stream: Make) -> None:
    path = make_stream("night.onnx", genre="blues")
    stream = musicvae.StreamDecoder(path)
    assert stream.info == musicvae.inspect(path)
    path.unlink()
    stream.push([0, 0, 0, 0])
    assert repr(stream) == (
        "StreamDecoder('night.onnx': blues, 4 latents -> 64 samples a frame, 16000 Hz, "
        "1 channel(s))"
    )
