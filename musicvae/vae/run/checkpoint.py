"""Saves and restores checkpoints: one ``.npz`` file each, which can be read without TensorFlow.

The newest checkpoint holds everything that decides the steps to come: the variables of model and
optimiser, and the counters. Batches and noise are functions of the step number, so there is no
random state to keep.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.errors import RunError, TrainingDivergedError
from musicvae.files import replacing

_COUNTERS = "counters"


def save(path: Path, variables: Sequence[Any], counters: Mapping[str, Any]) -> None:
    """Write variables and counters; a crash leaves the old file or the new one.

    Args:
        path: the ``.npz`` file.
        variables: Keras variables, in the order in which they are restored.
        counters: JSON values such as the step.

    Raises:
        TrainingDivergedError: a weight is NaN or infinite; the file on disk is not changed.
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
    with replacing(path) as temporary, temporary.open("wb") as handle:
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
    try:
        # Opened here, since numpy leaves a damaged file open.
        with path.open("rb") as handle, np.load(handle) as arrays:
            stored = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise RunError(f"the checkpoint {path.name} cannot be read", received=f"{error}") from error
    counters: dict[str, Any] = json.loads(str(stored.pop(_COUNTERS)))
    if [a.shape for a in stored.values()] != [tuple(v.shape) for v in variables]:
        raise RunError(
            f"the checkpoint {path.name} is of another model",
            expected=f"{len(variables)} variables of this recipe's shapes",
            received=f"{len(stored)} variables",
        )
    for variable, array in zip(variables, stored.values(), strict=True):
        variable.assign(array)
    return counters


def counters_of(path: Path) -> dict[str, Any]:
    """The counters of a checkpoint, without reading its weights."""
    with path.open("rb") as handle, np.load(handle) as arrays:
        counters: dict[str, Any] = json.loads(str(arrays[_COUNTERS]))
    return counters


def _finite(array: np.ndarray) -> bool:
    """Whether an array of any shape and type holds no NaN and nothing infinite."""
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _remedy(path: Path) -> str:
    if path.is_file():
        return f"the last good checkpoint is {path}; go on from it with a lower learning_rate"
    return "start again with a lower learning_rate"
