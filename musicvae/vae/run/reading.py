"""Reads the files of a run folder, so that a damaged one is an error with its name and the mend.

A run folder is copied, synchronised and edited by hand. Whatever is wrong with a file of it, and
whatever its reader then raises, becomes one :class:`musicvae.errors.RunError`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.errors import MusicVAEError, RunError
from musicvae.files import parse_json, read_bytes

#: Largest description of a run in bytes: that of a million tracks.
JSON_BYTES = 256_000_000


class Fields(dict[str, Any]):
    """The object of a JSON file of a run; a key that is missing is an error with the file's name.

    Args:
        path: the file.
        values: its content.
    """

    def __init__(self, path: Path, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.path = path

    def __missing__(self, key: str) -> Any:
        raise damaged(self.path, f"it has no {key!r}")


def damaged(path: Path, why: str) -> RunError:
    """The error of a file that cannot be used.

    Args:
        path: a file of a run folder.
        why: what is wrong with it, as a phrase.
    """
    return RunError(
        f"{path.name} cannot be read",
        expected="the file as a training of musicvae left it",
        received=f"{path}: {why}",
        hint=_mend(path),
    )


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """While a file of a run is read, every exception becomes a :class:`RunError` about it.

    Args:
        path: the file; only a regular one is read, since another kind could make its reader wait.

    Raises:
        RunError: there is no such file, or reading it raised anything.
    """
    try:
        if not path.is_file():
            raise damaged(path, _instead(path))
        yield
    except RunError:
        raise
    except MusicVAEError as error:
        raise damaged(path, str(error)) from error
    except OSError as error:
        raise damaged(path, error.strerror or str(error)) from error
    # A damaged archive or text makes zipfile, zlib, numpy, json and our own code raise anything.
    except Exception as error:
        raise damaged(path, f"{type(error).__name__}: {error}"[:300]) from error


def read_object(path: Path, kinds: Mapping[str, type | tuple[type, ...]]) -> Fields:
    """The object in a JSON file of a run.

    Args:
        path: the file.
        kinds: the type that the value of a key must have, if the key is there.

    Raises:
        RunError: the file is missing or damaged, holds another value, or one of another type.
    """
    with guarded(path):
        values = parse_json(read_bytes(path, JSON_BYTES), JSON_BYTES)
        if not isinstance(values, dict):
            raise ValueError(f"it holds a {type(values).__name__}, not an object")
        for key, kind in kinds.items():
            if key in values and not isinstance(values[key], kind):
                raise ValueError(f"its {key!r} is a {type(values[key]).__name__}")
    return Fields(path, values)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays in a ``.npz`` file of a run, by name.

    Raises:
        RunError: the file is missing or damaged.
    """
    # Opened here, since numpy leaves a damaged file open.
    with guarded(path), path.open("rb") as handle, np.load(handle) as arrays:
        return {name: np.asarray(arrays[name]) for name in arrays.files}


def read_array(path: Path, name: str) -> NDArray[Any]:
    """One array of a ``.npz`` file of a run.

    Raises:
        RunError: the file is missing or damaged, or holds no such array.
    """
    with guarded(path), path.open("rb") as handle, np.load(handle) as arrays:
        return np.asarray(arrays[name])


def _instead(path: Path) -> str:
    """What is there instead of a file, as a phrase."""
    if path.is_dir():
        return "a folder of that name"
    if path.is_symlink():
        return "a link that leads to no file"
    return "something that is no file" if os.path.lexists(path) else "it is missing"


def _mend(path: Path) -> str:
    """The command or change that helps where a file is damaged."""
    run = path.parent
    if path.name in ("best.npz", "latents.npz", "playing.json"):
        return f"musicvae train --resume --out {run} makes it again"
    if path.name == "last.npz":
        return f"musicvae train --from {run} --data FOLDER --out NEW begins with its best weights"
    return "put back a copy of it, or train a new run"
