"""What a stream's decoder and an encoder share: one graph, one state, blocks of any length."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo, Kind
from musicvae.artifact.ports import AUDIO, NEXT_STATE, STATE, main_ports
from musicvae.errors import ArtifactError, CorruptArtifactError, MusicVAEError, StateError
from musicvae.runtime.binding import BoundSession
from musicvae.runtime.session import first_line, open_artifact

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class StreamState:
    """All that a stream remembers; fits every file with the same graph.

    Attributes:
        graph_sha256: of the graph it belongs to, 64 hex digits.
        values: float32, shape (S,).
    """

    graph_sha256: str
    values: Array


class Stateful:
    """An artifact of kind ``"stream"`` or ``"encoder"``, opened.

    Args:
        path: the file; it is read once, and may be replaced afterwards.
        kind: what it must be.
        threads: CPU threads for one call.

    Raises:
        ArtifactError: the file cannot be played; see :func:`musicvae.artifact.reading.read_info`.
        SettingError: ``threads`` is less than 1.
    """

    def __init__(self, path: str | os.PathLike[str], kind: Kind, threads: int) -> None:
        self._session, self._info, self._name, self._digest = open_artifact(path, kind, threads)
        self._ports = main_ports(kind)
        self._bound = BoundSession(self._session, *self._ports, self._info.state_size)
        self._run_once(np.zeros(self._shapes(2)[0], np.float32))

    @property
    def info(self) -> ArtifactInfo:
        """What the artifact says about itself."""
        return self._info

    @property
    def graph_sha256(self) -> str:
        """SHA-256 of the graph, 64 hex digits: what was loaded, whatever the file is now."""
        return self._digest

    @property
    def state(self) -> StreamState:
        """A copy of what the stream remembers; set it to go on from there.

        Raises:
            StateError: on setting, it is no state, or that of another model.
        """
        return StreamState(self._digest, self._bound.state.copy())

    @state.setter
    def state(self, state: StreamState) -> None:
        if not isinstance(state, StreamState):
            raise StateError(
                "this is no state", expected="a StreamState", received=repr(state)[:80]
            )
        if state.graph_sha256 != self._digest:
            raise StateError(
                f"this state is not one of {self._name!r}",
                expected=f"a state of the graph {self._digest[:16]}…",
                received=f"one of {str(state.graph_sha256)[:16]}…",
            )
        values = np.asarray(state.values)
        size = self._info.state_size
        if values.dtype != np.float32 or values.shape != (size,) or not np.isfinite(values).all():
            raise StateError(
                "a state that cannot be",
                expected=f"finite float32 numbers of shape ({size},)",
                received=f"{values.dtype} of shape {values.shape}",
            )
        self._bound.load(values)

    def reset(self) -> None:
        """Forget everything: the next block is the first one."""
        self._bound.load(0.0)

    def warm_up(self, frames: int = 1) -> None:
        """Run a block of that many frames for nothing, so that the next one like it is fast.

        The stream is not touched.
        """
        source, target = self._shapes(frames)
        self._bound.run(np.zeros(source, np.float32), target)

    def _shapes(self, frames: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Shapes of a block and of its answer; a frame of an encoder is a latent."""
        latent = (frames, self._info.latent_dim)
        audio = (frames * self._info.hop, self._info.channels)
        return (latent, audio) if self._info.kind == "stream" else (audio, latent)

    def _beyond(self, block: Array) -> MusicVAEError:
        """The error for a block whose answer is not finite."""
        raise NotImplementedError

    def _continue(self, block: Array, frames: int) -> Array:
        """The answer to a block that goes on from the state; overwritten by the next call.

        Raises:
            MusicVAEError: that of :meth:`_beyond`: the answer or the next state is not finite.
            ArtifactError: onnxruntime fails.
        """
        try:
            answer, state = self._bound.run(block, self._shapes(frames)[1])
        except Exception as error:  # onnxruntime's errors have no common base but this
            raise self._failed(error) from error
        if not (np.isfinite(answer).all() and np.isfinite(state).all()):
            raise self._beyond(block)
        self._bound.keep()
        return answer

    def _run_once(self, block: Array) -> Array:
        """The answer to a block from the start state; does not touch the stream.

        Raises:
            MusicVAEError: that of :meth:`_beyond`: the answer is not finite.
            CorruptArtifactError: its shape is not what the description says.
            ArtifactError: onnxruntime fails.
        """
        source, target = self._ports
        start = np.zeros((1, self._info.state_size), np.float32)
        try:
            answer, state = self._session.run(
                [target, NEXT_STATE], {source: block[None], STATE: start}
            )
        except Exception as error:  # likewise
            raise self._failed(error) from error
        frames = len(block) if target == AUDIO else len(block) // self._info.hop
        expected = (1, *self._shapes(frames)[1])
        if answer.shape != expected or state.shape != start.shape:
            raise CorruptArtifactError(
                f"{self._name!r} does not answer with what it says",
                expected=f"{target} of shape {expected}, a state of shape {start.shape}",
                received=f"shapes {answer.shape} and {state.shape}",
            )
        if not np.isfinite(answer).all():
            raise self._beyond(block)
        found: Array = answer[0]
        return found

    def _failed(self, error: Exception) -> ArtifactError:
        return ArtifactError(f"{self._name!r} could not be run", received=first_line(error))
