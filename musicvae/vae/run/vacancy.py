"""Decides whether a run can be created in a folder, without loss of what is in it.

A start that was cut off leaves files of its own and no ``run.json``, which is written last. Such a
folder is free: the next start writes the same files again. A folder that holds anything a training
made, or files of other programs under the same names, is not.
"""

from __future__ import annotations

import os
from pathlib import Path

from musicvae.errors import RunError
from musicvae.paths import output_folder
from musicvae.vae.run.reading import read_object

#: The files that a start writes, the last one last, and those that the training adds.
OF_START = ("start.npz", "start_latents.npz", "split.json", "data.json", "run.json")
OF_TRAINING = (
    "last.npz",
    "best.npz",
    "latents.npz",
    "playing.json",
    "history.json",
    "history.csv",
)

#: Keys by which a file of a start is known from one of another program.
_KEYS = {"split.json": ("train", "test"), "data.json": ("folder", "tracks")}


def check_vacant(folder: Path) -> None:
    """Check that a new run can be created in a folder, which need not exist.

    Raises:
        RunError: there is a run in that folder, or files that one would overwrite; or it is no
            folder, or cannot be written to.
    """
    if os.path.lexists(folder / "run.json"):
        trained = any(os.path.lexists(folder / name) for name in OF_TRAINING)
        raise RunError(
            "there is a run in this folder already",
            expected="a new folder, or going on with that run",
            received=str(folder),
            hint="add --resume to go on with it, or choose another --out"
            + ("" if trained else "; it has trained nothing yet, and can be removed"),
        )
    there = [name for name in OF_TRAINING if os.path.lexists(folder / name)]
    there += [name for name in _KEYS if not _is_free(folder / name)]
    if there:
        raise RunError(
            "this folder holds files that a run would overwrite",
            expected="a new folder",
            received=f"{', '.join(there)} in {folder}, and no run.json",
            hint="choose another --out, or put run.json back",
        )
    output_folder(folder, RunError)


def what_is_there(folder: Path) -> str | None:
    """A hint for a folder that is no run although something of a run is in it."""
    if any(os.path.lexists(folder / name) for name in OF_TRAINING):
        return "its run.json is missing: put back a copy of it"
    if any(os.path.lexists(folder / name) for name in OF_START):
        return "a start was cut off there: begin again, without --resume"
    return None


def remove_leftovers(folder: Path) -> None:
    """Remove the unfinished files of a training that was killed while it wrote.

    They have the names that :func:`musicvae.files.replacing` gives.
    """
    for name in (*OF_START, *OF_TRAINING):
        stem, _, ending = name.rpartition(".")
        for path in folder.glob(f".{stem}.????????.{ending}"):
            path.unlink(missing_ok=True)


def _is_free(path: Path) -> bool:
    """Whether a file may be written: there is none, or one that a start left."""
    if not os.path.lexists(path):
        return True
    try:
        found = read_object(path, {})
    except RunError:
        return False
    return all(key in found for key in _KEYS[path.name])
