"""Names, creates and reads the files of a run folder, which holds all that one training leaves.

runs/jazz/
  run.json           recipe, genre, folder of the sounds, versions, licence
  split.json         which tracks are for training and which are for testing
  data.json          which files are used, and for each skipped one the reason
  history.csv        one row per epoch; history.json holds the same
  last.npz           everything needed to resume: weights, optimiser, step
  best.npz           the weights with the best test objective
  latents.npz        the basis of standardised latents
  playing.json       streams only: how the latents move and what moves the sound
  start.npz          only where the run started from another run: its weights
  start_latents.npz  and its basis of latents
  pictures/          waveforms of four fixed latents, one picture per epoch
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicvae.errors import RunError
from musicvae.files import read_json, replacing, write_json
from musicvae.recipes import Recipe

Row = dict[str, Any]
PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class RunFolder:
    """The files of one run; see the list above.

    Attributes:
        path: the folder.
    """

    path: Path

    @classmethod
    def open(cls, path: PathLike) -> RunFolder:
        """An existing run.

        Raises:
            RunError: there is no run in that folder.
        """
        run = cls(Path(path))
        if not run.description.is_file():
            raise RunError(
                "this folder is not a run",
                expected="a folder with run.json, as `musicvae train --out` makes",
                received=str(path),
            )
        return run

    @classmethod
    def check_free(cls, path: PathLike) -> None:
        """Check that a new run can be created in this folder.

        Raises:
            RunError: there is a run in that folder.
        """
        if cls(Path(path)).description.exists():
            raise RunError(
                "there is a run in this folder already",
                expected="a new folder, or going on with that run",
                received=str(path),
                hint="add --resume to go on with it, or choose another --out",
            )

    @classmethod
    def create(
        cls,
        path: PathLike,
        description: Mapping[str, Any],
        split: Mapping[str, Any],
        data: Mapping[str, Any],
        files: Mapping[str, Path] | None = None,
    ) -> RunFolder:
        """Create a run with everything that is known before its first step.

        Args:
            path: the folder; it must not hold a run.
            description: for ``run.json``.
            split: for ``split.json``.
            data: for ``data.json``, which is written last: where it is, the others are.
            files: files to copy into the folder, by their names there.

        Raises:
            RunError: there is a run in that folder.
        """
        cls.check_free(path)
        run = cls(Path(path))
        run.path.mkdir(parents=True, exist_ok=True)
        write_json(run.description, description)
        for name, original in (files or {}).items():
            shutil.copyfile(original, run.path / name)
        write_json(run.split, split)
        write_json(run.data, data)
        return run

    @property
    def description(self) -> Path:
        """``run.json``."""
        return self.path / "run.json"

    @property
    def split(self) -> Path:
        """``split.json``."""
        return self.path / "split.json"

    @property
    def data(self) -> Path:
        """``data.json``."""
        return self.path / "data.json"

    @property
    def last(self) -> Path:
        """``last.npz``."""
        return self.path / "last.npz"

    @property
    def best(self) -> Path:
        """``best.npz``."""
        return self.path / "best.npz"

    @property
    def latents(self) -> Path:
        """``latents.npz``."""
        return self.path / "latents.npz"

    @property
    def playing(self) -> Path:
        """``playing.json``."""
        return self.path / "playing.json"

    @property
    def start(self) -> Path:
        """``start.npz``."""
        return self.path / "start.npz"

    @property
    def start_latents(self) -> Path:
        """``start_latents.npz``."""
        return self.path / "start_latents.npz"

    @property
    def pictures(self) -> Path:
        """``pictures/``."""
        return self.path / "pictures"

    def describe(self) -> dict[str, Any]:
        """The content of ``run.json``.

        Raises:
            RunError: the file is missing or damaged.
        """
        try:
            description: dict[str, Any] = read_json(self.description)
        except (OSError, json.JSONDecodeError) as error:
            raise RunError("run.json cannot be read", received=f"{error}") from error
        return description

    def recipe(self) -> Recipe:
        """The recipe that the run is trained with."""
        return Recipe.from_json(self.describe()["recipe"])

    def history(self) -> list[Row]:
        """One row per finished epoch, as in ``history.json``; empty before the first one ends."""
        path = self.path / "history.json"
        rows: list[Row] = read_json(path) if path.is_file() else []
        return rows

    def write_history(self, rows: Sequence[Row]) -> None:
        """Write ``history.json`` and ``history.csv``."""
        write_json(self.path / "history.json", list(rows))
        if not rows:
            return
        with (
            replacing(self.path / "history.csv") as temporary,
            temporary.open("w", encoding="utf-8", newline="") as handle,
        ):
            columns = dict.fromkeys(name for row in rows for name in row)  # phases differ
            writer = csv.DictWriter(handle, fieldnames=list(columns))
            writer.writeheader()
            writer.writerows(rows)
