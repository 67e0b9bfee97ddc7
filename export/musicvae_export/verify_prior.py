"""Compares an exported prior with the TensorFlow model: step by step, and its steps with crops."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicvae.errors import MusicVAEError, ParityError
from musicvae.families import Exportable
from musicvae.latents.arrays import Float32
from musicvae.runtime.noise import StepNoise
from musicvae.runtime.prior import Prior
from musicvae_export.verify import refuse_differences

#: Largest difference of a latent, in standard deviations, and of a number in a state, relative to
#: its size or to 1, by the precision of the weights.
_LATENTS = {"float32": 1e-3, "float16": 0.1, "int8": 0.2}
_STATES = {"float32": 1e-3, "float16": 0.1, "int8": 0.2}
#: Steps that are compared: some periods of the slow path, of real and of random latents.
_STEPS = 150


def verify_prior(part: Exportable, player: Prior, precision: str | None = None) -> dict[str, float]:
    """Compare a prior with the model it was exported from.

    Both hear the same latents with the same noise and conditions, each from its own state. So what
    differs in a step adds up over the next.

    Args:
        part: the model.
        player: the file.
        precision: how nearly they are to agree: as files with such weights; by default as those of
            the file.

    Returns:
        The largest difference of a latent or of the surprise, by kind of input.

    Raises:
        ParityError: a difference is too large, or a step does not come out equal twice.
    """
    precision = precision or player.info.precision
    real = part.real_input(_STEPS)
    random = np.random.default_rng(0).standard_normal(real.shape, np.float32)
    worst = {
        name: _difference(part.function, player, rows, _STATES[precision])
        for name, rows in {"random": random, "real": real}.items()
    }
    refuse_differences(worst, _LATENTS[precision], "a standard deviation of a latent")
    rough = {"float16": "half", "int8": "int8"}.get(precision)
    return {rough: max(worst.values())} if rough else worst


def _difference(function: Any, player: Prior, rows: Float32, states: float) -> float:
    """The largest difference over all steps, each model with a state of its own."""
    draws = np.random.default_rng(1)
    noise = StepNoise(player.prior.noise, seed=1)
    state = np.zeros((1, player.info.state_size), np.float32)
    player.reset()
    worst = 0.0
    for number, row in enumerate(rows):
        condition = draws.uniform(-1, 1, player.conditions.row.shape).astype(np.float32)
        player.conditions.row[:] = condition
        drawn = noise.row(number)
        following, surprise, state = (
            np.asarray(x) for x in function(row[None], condition[None], drawn[None], state)
        )
        before = player.state
        received = _step(player, row, drawn).copy()
        player.state = before
        if not np.array_equal(received, _step(player, row, drawn)):
            raise ParityError("the ONNX graph does not play the same step the same way twice")
        found = max(
            float(np.abs(received - following[0]).max()),
            abs(player.surprise - float(surprise[0, 0])) / max(1.0, abs(float(surprise[0, 0]))),
        )
        size = np.maximum(1.0, np.abs(state[0]))
        apart = float((np.abs(player.state.values - state[0]) / size).max())
        if not apart <= states:
            raise ParityError(
                "the states of the ONNX graph and the TensorFlow model disagree",
                expected=f"a difference of at most {states:g} of each number, or of 1",
                received=f"{apart:.2e} after {number + 1} steps",
            )
        worst = max(worst, found)
    player.conditions.clear()
    player.reset()
    return worst


def _step(player: Prior, row: Float32, noise: Float32) -> Float32:
    try:
        return player.step(row, noise)
    except MusicVAEError as error:
        raise ParityError("the ONNX graph cannot take a step", received=str(error)) from error
