"""Saves and restores checkpoints: one ``.npz`` file each, which can be read without TensorFlow.

The newest checkpoint holds everything that decides the steps to come: the variables of model and
optimiser, and the counters. Batches and noise are functions of the step number, so there is no
random state to keep.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.errors import RunError, TrainingDivergedError
from musicvae.files import parse_json_object, replacing
from musicvae.vae.run.reading import Fields, damaged, guarded, read_array, read_arrays
from musicvae.vae.run.writing import writing

_COUNTERS = "counters"
#: Most characters of the counters.
_COUNTERS_LENGTH = 1_000_000


def save(path: Path, variables: Sequence[Any], counters: Mapping[str, Any]) -> None:
    """Write variables and counters; a crash leaves the old file or the new one.

    Args:
        path: the ``.npz`` file.
        variables: Keras variables, in the order in which they are restored.
        counters: JSON values such as the step.

    Raises:
        TrainingDivergedError: a weight is NaN or infinite; the file on disk is not changed.
        RunError: the disk is full, or the folder may not be written; nor is it then.
    """
    # Not named by path: Keras counts layers on with each model that a process builds.
    arrays = {f"{i:04d}": np.asarray(variable.value) for i, variable in enumerate(variables)}
    broken = [name for name, array in arrays.items() if not _finite(array)]
    if broken:
        raise TrainingDivergedError(
            "weights became NaN or infinite",
            received=f"{len(broken)} of {len(arrays)} variables",
            hint=_remedy(path),
        )
    arrays[_COUNTERS] = np.array(json.dumps(dict(counters)))
    with writing(path), replacing(path) as temporary, temporary.open("wb") as handle:
        np.savez(handle, allow_pickle=False, **arrays)


def restore(path: Path, variables: Sequence[Any]) -> dict[str, Any]:
    """Read a checkpoint into variables.

    Args:
        path: a file that :func:`save` wrote.
        variables: as many Keras variables of the same shapes, in the same order.

    Returns:
        The counters.

    Raises:
        RunError: the file is missing, damaged, or of another model; no variable is changed.
    """
    stored = read_arrays(path)
    counters = _counters(path, stored.pop(_COUNTERS, None))
    if [a.shape for a in stored.values()] != [tuple(v.shape) for v in variables]:
        raise RunError(
            f"the checkpoint {path.name} is of another model",
            expected=f"{len(variables)} variables of this recipe's shapes",
            received=f"{len(stored)} variables",
            hint=f"{path.name} and run.json of {path.parent} belong to different runs: put back "
            "the one that was exchanged",
        )
    for variable, (name, array) in zip(variables, stored.items(), strict=True):
        if array.dtype != np.dtype(variable.dtype):
            raise damaged(path, f"variable {name} is of type {array.dtype}, not {variable.dtype}")
        if not _finite(array):
            raise damaged(path, f"variable {name} is not finite")
    for variable, array in zip(variables, stored.values(), strict=True):
        variable.assign(array)
    return counters


def counters_of(path: Path) -> dict[str, Any]:
    """The counters of a checkpoint, without reading its weights.

    Raises:
        RunError: the file is missing or damaged.
    """
    return _counters(path, read_array(path, _COUNTERS))


def _counters(path: Path, text: Any) -> Fields:
    """The counters from the array that holds them as a text."""
    with guarded(path):
        if text is None or text.shape != () or text.dtype.kind != "U":
            raise ValueError("it holds no counters")
        counters = parse_json_object(str(text), _COUNTERS_LENGTH)
    return Fields(path, counters)


def _finite(array: np.ndarray) -> bool:
    """Whether an array of any shape and type holds no NaN and nothing infinite."""
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def diverged(last: Path, step: int, learning_rate: float) -> TrainingDivergedError:
    """The error of a loss that became NaN or infinite.

    Args:
        last: the newest checkpoint of the run.
        step: number of the optimiser step.
        learning_rate: of the recipe.
    """
    kept = last.is_file() and counters_of(last)["step"] > 0
    good = f"the last good checkpoint is {last}" if kept else "no checkpoint yet"
    return TrainingDivergedError(
        f"the loss became NaN or infinite at step {step}; {good}",
        expected="finite loss and weights",
        received=f"learning_rate {learning_rate}",
        hint="start a new run with a lower learning_rate or a gradient_norm (--set NAME=VALUE)",
    )


def _remedy(path: Path) -> str:
    if path.is_file():
        return f"the last good checkpoint is {path}; go on from it with a lower learning_rate"
    return "start again with a lower learning_rate"
