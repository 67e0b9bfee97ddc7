"""The common base of stream decoders and encoders: a graph with a state, run block by block."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

import numpy as np

from musicvae.artifact import ArtifactInfo, Kind
from musicvae.artifact.ports import AUDIO, NEXT_STATE, STATE, main_ports
from musicvae.errors import (
    ArtifactError,
    CorruptArtifactError,
    MusicVAEError,
    RunStoppedError,
    SettingError,
    StateError,
)
from musicvae.latents.arrays import Float32, all_finite
from musicvae.runtime.binding import BoundSession
from musicvae.runtime.session import broken, first_line, open_artifact
from musicvae.runtime.stopping import Run, trial


@dataclass(frozen=True, eq=False)
class StreamState:
    """Everything that a stream decoder, an encoder or a prior remembers of what came before.

    Attributes:
        graph_sha256: of the graph, 64 hex digits; the state fits every file with this graph.
        values: float32, shape (S,); no unit.
    """

    graph_sha256: str
    values: Float32


def state_values(state: object, name: str, digest: str, size: int) -> Float32:
    """The values of a state, float32 (size,), if it is one of this graph.

    Args:
        state: what somebody takes for a state.
        name: of the artifact, for messages.
        digest: SHA-256 of its graph, 64 hex digits.
        size: S, of its state.

    Raises:
        StateError: it is no state, that of another graph, or does not fit.
    """
    if not isinstance(state, StreamState):
        raise StateError("this is not a state", expected="a StreamState", received=repr(state)[:80])
    if state.graph_sha256 != digest:
        raise StateError(
            f"this state belongs to another model than {name!r}",
            expected=f"a state of the graph {digest[:16]}…",
            received=f"one of {str(state.graph_sha256)[:16]}…",
        )
    values = np.asarray(state.values)
    if values.dtype != np.float32 or values.shape != (size,) or not np.isfinite(values).all():
        raise StateError(
            "this state does not fit the model",
            expected=f"finite float32 numbers of shape ({size},)",
            received=f"{values.dtype} of shape {values.shape}",
        )
    return values


class Stateful(ABC):
    """An opened artifact of kind ``"stream"`` or ``"encoder"``, with its current state.

    Args:
        path: the file; it is read once, and may be replaced afterwards.
        kind: the required kind.
        threads: CPU threads for one call.

    Raises:
        ArtifactError: the file cannot be played; see :func:`musicvae.artifact.reading.read_info`.
        SettingError: ``threads`` is less than 1.
    """

    def __init__(self, path: str | os.PathLike[str], kind: Kind, threads: int) -> None:
        opened = open_artifact(path, kind, threads)
        self._session, self._info, self._name, self._digest, self._loops = opened
        self._ports = main_ports(kind)
        self._bound = self._at_start()
        self._run_once(np.zeros(self._shapes(2)[0], np.float32), first=True)

    @property
    def info(self) -> ArtifactInfo:
        """The artifact's description."""
        return self._info

    @property
    def graph_sha256(self) -> str:
        """SHA-256 of the graph that was loaded, 64 hex digits; the file may have changed since."""
        return self._digest

    @property
    def state(self) -> StreamState:
        """A copy of the current state; set it to continue from there.

        Raises:
            StateError: on setting, it is not a state, or that of another model.
        """
        return StreamState(self._digest, self._bound.state.copy())

    @state.setter
    def state(self, state: StreamState) -> None:
        self._bound.load(state_values(state, self._name, self._digest, self._info.state_size))

    def limit(self, seconds: float) -> None:
        """End each block that takes longer, where a daemon looks; see ``runtime/stopping.py``."""
        self._bound.present.patience = seconds

    def twin(self) -> Self:
        """Another one of the same graph and weights, with a state of its own, at the start."""
        twin = copy(self)
        twin._bound = self._at_start()
        twin._bound.present.patience = self._bound.present.patience
        return twin

    def reset(self) -> None:
        """Return to the start: the next block is the first one."""
        self._bound.load(0.0)

    def warm_up(self, frames: int = 1) -> None:
        """Run a block of this many frames and drop the result; the state stays.

        The next block of this length then allocates nothing. A frame of an encoder is ``info.hop``
        samples in and one latent out.
        """
        source, target = self._shapes(frames)
        self._bound.run(np.zeros(source, np.float32), target)

    def _shapes(self, frames: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Shapes of a block of this many frames and of its result."""
        latent = (frames, self._info.latent_dim)
        audio = (frames * self._info.hop, self._info.channels)
        return (latent, audio) if self._info.kind == "stream" else (audio, latent)

    #: The largest magnitude of an input for which every sound model gives finite numbers.
    _legal: ClassVar[float]

    @abstractmethod
    def _beyond(self, block: Float32) -> MusicVAEError:
        """The error for a block, float32 (n, width), whose result is not finite."""

    def _at_start(self) -> BoundSession:
        """The graph with buffers and a state of its own, at the start state."""
        size, name = self._info.state_size, self._name
        return BoundSession(self._session, *self._ports, size, name, loops=self._loops)

    def _continue(self, block: Float32, frames: int, bound: BoundSession | None = None) -> Float32:
        """The result of a block from the current state, which becomes the next one.

        Args:
            block: latents or samples, float32, with the shape of a block of ``frames``.
            frames: in the block.
            bound: holds the state; ``None`` is the one that :meth:`reset` and ``state`` set.

        Returns:
            Samples or latents, float32, with the shape of the result; the next call overwrites it.

        Raises:
            MusicVAEError: that of :meth:`_beyond`: the result or the next state is not finite.
            ArtifactError: onnxruntime fails.
        """
        bound = self._bound if bound is None else bound
        try:
            result, _ = bound.run(block, self._shapes(frames)[1])
        except RunStoppedError:
            raise
        except Exception as error:  # onnxruntime's errors have no common base but this
            raise self._failed(error) from error
        if not (all_finite(result) and bound.finite):
            raise self._beyond(block)
        bound.keep()
        return result

    def _run_once(self, block: Float32, first: bool = False) -> Float32:
        """The result of a block from the start state; the current state stays.

        Args:
            block: latents or samples, float32, a whole number of frames.
            first: whether this is a trial, which has to come to an end soon.

        Returns:
            Samples or latents, float32, in an array of its own.

        Raises:
            MusicVAEError: that of :meth:`_beyond`: the result or the last state is not finite.
            CorruptArtifactError: its shape is not what the description says, or the input is one
                for which every model gives finite numbers.
            ArtifactError: onnxruntime fails.
            RunStoppedError: the run was ended from outside.
        """
        source, target = self._ports
        start = np.zeros((1, self._info.state_size), np.float32)
        try:
            result, state = (partial(trial, self._name) if first else Run(self._name))(
                lambda options: self._session.run(
                    [target, NEXT_STATE], {source: block[None], STATE: start}, options
                )
            )
        except RunStoppedError:
            raise
        except Exception as error:  # as above
            raise self._failed(error) from error
        frames = len(block) if target == AUDIO else len(block) // self._info.hop
        expected = (1, *self._shapes(frames)[1])
        if result.shape != expected or state.shape != start.shape:
            raise CorruptArtifactError(
                f"{self._name!r} gives other shapes than its description says",
                expected=f"{target} of shape {expected}, a state of shape {start.shape}",
                received=f"shapes {result.shape} and {state.shape}",
            )
        if not (np.isfinite(result).all() and np.isfinite(state).all()):
            largest = float(np.abs(block).max())
            raise broken(self._name, largest) if largest <= self._legal else self._beyond(block)
        found: Float32 = result[0]
        return found

    def _failed(self, error: Exception) -> ArtifactError:
        return ArtifactError(f"{self._name!r} could not be run", received=first_line(error))

    def _check_out(self, out: Float32, frames: int) -> None:
        """Refuse an array that is not a writeable float32 with the shape of a block's result."""
        shape = self._shapes(frames)[1]
        if out.dtype != np.float32 or out.shape != shape or not out.flags.writeable:
            raise SettingError(
                "the result does not fit into `out`",
                expected=f"a writeable float32 array of shape {shape}",
                received=f"{out.dtype} of shape {out.shape}",
            )
