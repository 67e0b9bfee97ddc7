"""The state of a stream decoder or an encoder: kept, given back, and unchanged by what fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.errors import ArtifactError, CorruptArtifactError, LatentError, StateError
from musicvae.runtime.stateful import StreamState
from musicvae.runtime.stream_decoder import StreamDecoder

Make = Callable[..., Path]


@pytest.fixture
def stream(make_stream: Make) -> StreamDecoder:
    return StreamDecoder(make_stream())


@pytest.fixture
def undisturbed(stream: StreamDecoder) -> Iterator[StreamDecoder]:
    """A stream that has begun, and goes on afterwards as if nothing had happened."""
    latents = random(stream)
    whole = stream.decode(latents)
    first = stream.push(latents[:20])
    yield stream
    rest = stream.push(latents[20:])
    np.testing.assert_allclose(np.concatenate([first, rest]), whole, rtol=0, atol=1e-6)


def random(stream: StreamDecoder, frames: int = 60) -> np.ndarray:
    size = (frames, stream.info.latent_dim)
    return np.random.default_rng(0).standard_normal(size).astype(np.float32)


def test_reset_begins_anew(stream: StreamDecoder) -> None:
    latents = random(stream)
    first = stream.push(latents)
    assert not np.array_equal(stream.push(latents), first)
    stream.reset()
    np.testing.assert_array_equal(stream.push(latents), first)


def test_a_state_can_be_kept_and_given_to_another(stream: StreamDecoder, make_stream: Make) -> None:
    latents = random(stream)
    stream.push(latents[:20])
    state = stream.state
    rest = stream.push(latents[20:])
    again = StreamDecoder(make_stream("again.onnx", genre="metal"))  # the same graph
    again.state = state
    np.testing.assert_array_equal(again.push(latents[20:]), rest)
    stream.state = state
    np.testing.assert_array_equal(stream.push(latents[20:]), rest)


def test_a_state_is_a_copy(stream: StreamDecoder) -> None:
    state = stream.state
    assert state.graph_sha256 == stream.info.graph_sha256
    assert state.values.shape == (stream.info.state_size,)
    stream.push(random(stream))
    assert not state.values.any()
    stream.state = state
    state.values[:] = 1
    assert not stream.state.values.any()


def test_a_state_of_another_model(undisturbed: StreamDecoder, make_stream: Make) -> None:
    other = StreamDecoder(make_stream("other.onnx", hop=32))
    with pytest.raises(StateError, match=r"another model than 'stream\.onnx'"):
        undisturbed.state = other.state


@pytest.mark.parametrize(
    "values",
    [np.zeros(67, np.float32), np.zeros(68), np.full(68, np.nan, np.float32), None],
    ids=["too short", "float64", "NaN", "nothing"],
)
def test_a_state_that_cannot_be(undisturbed: StreamDecoder, values: Any) -> None:
    with pytest.raises(StateError, match="does not fit"):
        undisturbed.state = StreamState(undisturbed.state.graph_sha256, values)


def test_no_state_at_all(undisturbed: StreamDecoder) -> None:
    with pytest.raises(StateError, match="not a state"):
        undisturbed.state = np.zeros(68, np.float32)  # type: ignore[assignment]


def test_a_state_that_would_not_be_finite(make_stream: Make) -> None:
    stream = StreamDecoder(make_stream(remembering="Exp"))
    stream.push([1, 1, 1, 1])
    state = stream.state.values
    with pytest.raises(LatentError, match="beyond"):
        stream.push([1e4, 0, 0, 0])  # the sound itself is bounded by tanh
    np.testing.assert_array_equal(stream.state.values, state)


def test_a_graph_that_answers_with_another_length(
    make_stream: Make, stream_artifacts: ModuleType
) -> None:
    path = stream_artifacts.described(make_stream(), hop=32, dynamics=None)
    with pytest.raises(
        CorruptArtifactError, match=r"gives other shapes.*\(1, 64, 1\).*\(1, 128, 1\)"
    ):
        StreamDecoder(path)


def test_a_graph_that_fails(undisturbed: StreamDecoder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no memory\nin some function")

    with monkeypatch.context() as patch:
        patch.setattr(undisturbed._session, "run_with_iobinding", fail)
        with pytest.raises(ArtifactError, match=r"'stream.onnx' could not be run.*no memory\.$"):
            undisturbed.push(random(undisturbed, 1))
        patch.setattr(undisturbed._session, "run", fail)
        with pytest.raises(ArtifactError, match="could not be run"):
            undisturbed.decode(random(undisturbed, 1))


def test_warming_up_leaves_the_state_and_binds_the_buffers(undisturbed: StreamDecoder) -> None:
    state = undisturbed.state.values
    undisturbed.warm_up(3)
    np.testing.assert_array_equal(undisturbed.state.values, state)
    kept = dict(undisturbed._bound._kept)
    assert ((3, 4), (3 * 64, 1)) in kept
    undisturbed._bound.run(random(undisturbed, 3), (3 * 64, 1))
    assert undisturbed._bound._kept == kept
