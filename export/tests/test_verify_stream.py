"""The gate must notice whatever could be wrong with a stream, and leave no file then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from musicvae_export import export_model
from musicvae_export.verify_stream import COMPARED_FRAMES, compare, streamed

from musicvae.errors import ExportError, LatentError, ParityError
from musicvae.vae.stream.clock import PERIOD

D = 6
Play = Callable[[Any, Any], tuple[Any, Any]]


def rows(name: str = "real") -> dict[str, np.ndarray]:
    return {name: np.random.default_rng(0).standard_normal((COMPARED_FRAMES, D), np.float32)}


def test_more_than_a_round_of_the_clock_is_compared() -> None:
    assert COMPARED_FRAMES > PERIOD


def test_it_tells_the_largest_difference(small_stream: Any, stream: Any) -> None:
    function = small_stream.playable_decoder()

    def off_in_long_blocks(block: Any, state: Any) -> tuple[Any, Any]:
        audio, after = function(block, state)
        return audio + (5e-6 if len(block[0]) == 64 else 0.0), after

    assert 4e-6 < compare(off_in_long_blocks, stream, rows())["real"] < 6e-6


def test_columns_count_what_they_are_told_to(small_stream: Any, encoder: Any) -> None:
    function = small_stream.playable_encoder()

    def off(block: Any, state: Any) -> tuple[Any, Any]:
        latents, after = function(block, state)
        return latents + tf.constant([0, 0, 0, 0, 0, 0.5]), after

    audio = np.zeros((COMPARED_FRAMES * encoder.info.hop, 1), np.float32)
    weights = np.array([1, 1, 1, 1, 1, 0.01], np.float32)
    assert 0.004 < compare(off, encoder, {"real": audio}, encoder.info.hop, weights)["real"] < 0.006


@pytest.mark.parametrize("place", [0, 1, -1], ids=["clock", "latents", "overlap"])
def test_another_state_is_a_disagreement(small_stream: Any, stream: Any, place: int) -> None:
    function = small_stream.playable_decoder()

    def forgetful(block: Any, state: Any) -> tuple[Any, Any]:
        audio, after = function(block, state)
        wrong = after.numpy()
        wrong[0, place] += 1.0
        return audio, wrong

    with pytest.raises(ParityError, match="the states of the ONNX graph"):
        compare(forgetful, stream, rows())


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("output", [0, 1])
def test_what_is_not_finite(small_stream: Any, stream: Any, value: float, output: int) -> None:
    function = small_stream.playable_decoder()

    def broken(block: Any, state: Any) -> tuple[Any, Any]:
        made = [part.numpy() for part in function(block, state)]
        made[output][0, -1] = value
        return made[0], made[1]

    with pytest.raises(ParityError, match="not finite"):
        compare(broken, stream, rows())


def test_another_shape(small_stream: Any, stream: Any) -> None:
    function = small_stream.playable_decoder()

    def short(block: Any, state: Any) -> tuple[Any, Any]:
        audio, after = function(block, state)
        return audio[:, 1:], after

    with pytest.raises(ParityError, match="shape"):
        compare(short, stream, rows())


class Tampered:
    """A player whose answers are changed on the way."""

    def __init__(self, player: Any, change: Callable[[np.ndarray, int], np.ndarray]) -> None:
        self._player, self._change = player, change
        self.info = player.info
        self.calls = 0

    @property
    def state(self) -> Any:
        return self._player.state

    @state.setter
    def state(self, state: Any) -> None:
        self._player.state = state

    def reset(self) -> None:
        self._player.reset()

    def push(self, block: np.ndarray) -> np.ndarray:
        self.calls += 1
        return self._change(self._player.push(block), self.calls)


def test_another_answer_the_second_time(small_stream: Any, stream: Any) -> None:
    restless = Tampered(stream, lambda audio, call: audio + np.float32(1e-7 * call))
    with pytest.raises(ParityError, match="twice"):
        compare(small_stream.playable_decoder(), restless, rows())


def test_blocks_that_do_not_join(stream: Any) -> None:
    def click(audio: np.ndarray, call: int) -> np.ndarray:
        audio[-1] += 1e-4 if len(audio) == 7 * stream.info.hop else 0.0
        return audio

    with pytest.raises(ParityError, match=r"1\.00e-04 in blocks of 7"):
        streamed(Tampered(stream, click), rows()["real"])
    assert streamed(stream, rows()["real"]) <= 1e-5


def test_latents_that_cannot_be_played(small_stream: Any, stream: Any) -> None:
    def refuse(audio: np.ndarray, call: int) -> np.ndarray:
        raise LatentError("no")

    with pytest.raises(ParityError, match="cannot play real input"):
        compare(small_stream.playable_decoder(), Tampered(stream, refuse), rows())


def noisy(play: Play) -> Play:
    def function(latent: Any, state: Any) -> tuple[Any, Any]:
        audio, after = play(latent, state)
        return audio + 1e-3 * tf.random.normal(tf.shape(audio)), after

    return function


def anxious(play: Play) -> Play:
    """Looks at the whole block, so that it plays blocks otherwise than one shot."""

    def function(latent: Any, state: Any) -> tuple[Any, Any]:
        audio, after = play(latent, state)
        return audio * tf.tanh(tf.reduce_sum(tf.abs(latent))), after

    return function


def forgetful(play: Play) -> Play:
    def function(latent: Any, state: Any) -> tuple[Any, Any]:
        return play(latent, state)[0], tf.zeros_like(state) + 0 * tf.reduce_sum(latent)

    return function


def long(play: Play) -> Play:
    def function(latent: Any, state: Any) -> tuple[Any, Any]:
        audio, after = play(latent, state)
        return tf.concat([audio, audio], axis=1), after

    return function


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        (noisy, ExportError, "random operators"),
        (anxious, ParityError, "blocks"),
        (forgetful, ParityError, "blocks"),
        (long, ExportError, r"audio \(1, 128, 1\).*audio \(1, 256, 1\)"),
    ],
)
def test_a_model_that_does_not_stream_leaves_no_file(
    small_stream: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Play], Play],
    error: type[ExportError],
    match: str,
) -> None:
    function = small_stream.playable_decoder()
    wrapped = tf.function(change(function), input_signature=function.input_signature)
    monkeypatch.setattr(small_stream, "playable_decoder", lambda: wrapped)
    path = tmp_path / "jazz.onnx"
    path.write_bytes(b"what was there before")
    with pytest.raises(error, match=match):
        export_model(small_stream, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["jazz.onnx"]
    assert path.read_bytes() == b"what was there before"
