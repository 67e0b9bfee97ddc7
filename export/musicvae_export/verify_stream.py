"""Compares an exported stream decoder or encoder with the TensorFlow model, in blocks and at once.

Both kinds are compared in the same way: blocks of rows go in (latents, or samples of sound), and an
answer and the next state come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.errors import MusicVAEError, ParityError
from musicvae.latents.arrays import Float32
from musicvae.runtime.stateful import StreamState
from musicvae_export.verify import TOLERANCE

#: Frames of the consecutive blocks that are compared with TensorFlow. ``simplify`` used none of
#: these lengths, and together they are longer than a period of the decoder's clock.
_COMPARED = (1, 5, 8, 64, 600)
#: Frames of the blocks that are compared with one long block.
_STREAMED = (1, 2, 3, 7, 64)
#: Frames that :func:`compare` needs.
COMPARED_FRAMES = sum(_COMPARED)


def compare(
    function: Any,
    player: Player,
    rows: Mapping[str, Float32],
    unit: int = 1,
    weights: Float32 | None = None,
    states: float = 1e-4,
) -> dict[str, float]:
    """The largest difference between TensorFlow and an artifact, by kind of input.

    Args:
        function: the ``tf.function`` that was exported.
        player: the artifact, opened as a :class:`musicvae.StreamDecoder` or
            :class:`musicvae.Encoder`.
        rows: input by kind, such as ``"real"``: float32 (``COMPARED_FRAMES`` × unit, width).
        unit: rows per frame.
        weights: weight of each column of the answer, float32 (columns,); 1 by default.
        states: largest difference allowed in a number of the state, relative to its size or to 1.
            States lie inside a network, where sizes and errors are not those of sound.

    Raises:
        ParityError: the states disagree, an answer is not finite or of another shape, or the same
            rows do not give the same answer twice.
    """
    scale = np.float32(1.0) if weights is None else weights
    worst = {}
    for name, part in rows.items():
        differences = []
        for block in _compared(function, player, _blocks(part, unit), name):
            differences.append(float(np.abs((block.received - block.expected) * scale).max()))
            block.compare_states(states)
        worst[name] = max(differences)
    player.reset()
    return worst


def streamed(
    player: Player,
    rows: Float32,
    unit: int = 1,
    weights: Float32 | None = None,
    limit: float = TOLERANCE,
) -> float:
    """The largest difference between playing in blocks of several lengths and playing at once.

    Args:
        player: see :func:`compare`.
        rows: a minute of input, float32 (frames × unit, width).
        unit: rows per frame.
        weights: see :func:`compare`.
        limit: the largest difference allowed.

    Raises:
        ParityError: it is above ``limit``.
    """
    scale = np.float32(1.0) if weights is None else weights
    player.reset()
    whole = _push(player, rows, "a minute of real")
    worst = {}
    for frames in _STREAMED:
        player.reset()
        parts = [
            _push(player, rows[start : start + frames * unit], "a minute of real")
            for start in range(0, len(rows), frames * unit)
        ]
        worst[frames] = float(np.abs((np.concatenate(parts) - whole) * scale).max())
    player.reset()
    if not all(value <= limit for value in worst.values()):
        raise ParityError(
            "the ONNX graph gives another answer in blocks than at once",
            expected=f"a difference of at most {limit:g}",
            received=", ".join(f"{v:.2e} in blocks of {frames}" for frames, v in worst.items()),
        )
    return max(worst.values())


class Player(Protocol):
    """What is asked of a :class:`musicvae.StreamDecoder` and of a :class:`musicvae.Encoder`."""

    state: StreamState

    @property
    def info(self) -> ArtifactInfo:
        """The description of the artifact."""

    def push(self, rows: Float32, /) -> Float32:
        """The answer to the next rows, float32 both; advances the state."""

    def reset(self) -> None:
        """Begin again with the zero state."""


class _Compared(NamedTuple):
    """The answers and states of both for one block."""

    expected: Float32
    received: Float32
    expected_state: Float32
    received_state: Float32

    def compare_states(self, tolerance: float) -> None:
        size = np.maximum(1.0, np.abs(self.expected_state))
        difference = float((np.abs(self.received_state - self.expected_state) / size).max())
        if not difference <= tolerance:
            raise ParityError(
                "the states of the ONNX graph and the TensorFlow model disagree",
                expected=f"a difference of at most {tolerance:g} of each number, or of 1",
                received=f"{difference:.2e}",
            )


def _compared(
    function: Any, player: Player, blocks: Iterable[Float32], name: str
) -> Iterator[_Compared]:
    """Give both the same blocks, one after another, from the zero state."""
    state = np.zeros((1, player.info.state_size), np.float32)
    player.reset()
    for block in blocks:
        answer, state = (np.asarray(part) for part in function(block[None], state))
        if not (np.isfinite(answer).all() and np.isfinite(state).all()):
            raise ParityError(f"the TensorFlow model's answer to {name} input is not finite")
        before = player.state
        first = _push(player, block, name)
        player.state = before
        if not np.array_equal(first, _push(player, block, name)):
            raise ParityError("the ONNX graph does not play the same input the same way twice")
        if first.shape != answer.shape[1:]:
            raise ParityError(
                "the ONNX graph and the TensorFlow model disagree",
                expected=f"an answer of shape {answer.shape[1:]}",
                received=f"shape {first.shape}",
            )
        yield _Compared(answer[0], first, state[0], player.state.values)


def _blocks(rows: Float32, unit: int) -> Iterator[Float32]:
    start = 0
    for frames in _COMPARED:
        yield rows[start : start + frames * unit]
        start += frames * unit


def _push(player: Player, rows: Float32, name: str) -> Float32:
    try:
        answer: Float32 = player.push(rows)
    except MusicVAEError as error:
        raise ParityError(
            f"the ONNX graph cannot play {name} input", received=f"{len(rows)} rows: {error}"
        ) from error
    return answer
