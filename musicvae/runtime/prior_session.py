"""Runs a prior's graph step by step, in buffers that are allocated once.

As :mod:`musicvae.runtime.binding` there are two buffers for the state, so that a step that fails
changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.ports import (
    CONDITION,
    LATENT,
    NEXT_LATENT,
    NEXT_STATE,
    NOISE,
    STATE,
    SURPRISE,
    ports_of,
)
from musicvae.latents.arrays import Float32
from musicvae.latents.tails import Tails
from musicvae.runtime.stopping import Run, trial


class PriorSession:
    """A session with buffers and a current state; for one thread at a time.

    Args:
        session: an ``onnxruntime.InferenceSession`` with the ports of a prior.
        info: the artifact's description.
        name: name of the artifact, for messages.
        loops: whether a run may have no end; see :class:`musicvae.runtime.binding.BoundSession`.

    Attributes:
        present: the run in progress, which another thread may end.
        latent: input, float32 (D,); written before a run.
        condition: input, float32 (C,).
        noise: input, float32 (N,).
        following: the next latents, float32 (D,); the next run overwrites them.
        surprise: float32 (1,), of ``latent``.
    """

    def __init__(self, session: Any, info: ArtifactInfo, name: str = "", *, loops: bool = True):
        ports = ports_of(info)
        shapes = {**ports.inputs, **ports.outputs}
        arrays = {port: np.zeros(_sizes(shape), np.float32) for port, shape in shapes.items()}
        self.present = Run(name)
        self.latent, self.condition = arrays[LATENT][0], arrays[CONDITION][0]
        self.noise = arrays[NOISE][0]
        self.following, self.surprise = arrays[NEXT_LATENT][0], arrays[SURPRISE][0]
        self._session, self._loops, self._name = session, loops, name
        self._states = (arrays[STATE], arrays[NEXT_STATE])
        self._tails = Tails(arrays[STATE].shape)
        self._turn = 0
        self._inputs = (self.latent, self.condition, self.noise)
        self._remembered = tuple(np.zeros_like(each) for each in self._inputs)
        self._foreseen = False
        fixed = {port: arrays[port] for port in (LATENT, CONDITION, NOISE)}
        answers = {port: arrays[port] for port in (NEXT_LATENT, SURPRISE)}
        self._bindings = [
            self._bound(fixed | {STATE: first}, answers | {NEXT_STATE: second})
            for first, second in (self._states, self._states[::-1])
        ]

    @property
    def state(self) -> Float32:
        """The current state, float32 (S,), not a copy."""
        current: Float32 = self._states[self._turn][0]
        return current

    def run(self, first: bool = False) -> None:
        """Run once from the current state, which stays the current one.

        Args:
            first: whether this is a trial, which has to come to an end soon.
        """
        self._foreseen = False
        binding = self._bindings[self._turn]
        if first:
            trial(self._name, lambda options: self._session.run_with_iobinding(binding, options))
        elif self._loops:
            self.present(lambda options: self._session.run_with_iobinding(binding, options))
        else:
            self._session.run_with_iobinding(binding)
        self._tails.cut(self._states[1 - self._turn])

    @property
    def foreseen(self) -> bool:
        """Whether the results are those of the present inputs and the current state already."""
        return self._foreseen and all(map(np.array_equal, self._inputs, self._remembered))

    def remember(self) -> None:
        """Note that the last run was one of the present inputs, and gave finite numbers."""
        for kept, given in zip(self._remembered, self._inputs, strict=True):
            np.copyto(kept, given)
        self._foreseen = True

    def is_finite(self) -> bool:
        """Whether the last run gave finite numbers."""
        following = self._states[1 - self._turn]
        # A sum is finite only where all are: numpy allocates no array for it.
        total = float(following.sum()) + float(self.following.sum()) + float(self.surprise[0])
        return bool(np.isfinite(total))

    def keep(self) -> None:
        """Make the next state, which the last run wrote, the current one."""
        self._turn = 1 - self._turn
        self._foreseen = False

    def load(self, state: Float32 | float) -> None:
        """Make a copy of ``state``, float32 (S,), the current one; 0 is the start."""
        self._states[self._turn][0] = state
        self._foreseen = False

    def _bound(self, inputs: dict[str, Float32], outputs: dict[str, Float32]) -> Any:
        binding = self._session.io_binding()
        for bind, arrays in ((binding.bind_input, inputs), (binding.bind_output, outputs)):
            for name, array in arrays.items():
                bind(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        return binding


def _sizes(shape: tuple[int | str, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if isinstance(size, int))
