"""A run folder: all that one training leaves, from which it is resumed, heard and exported.

runs/jazz/
  run.json          recipe, genre, data, versions, licence: what made it
  split.json        which tracks were trained on and which were tested on
  data.json         what became of every file, each skip with its reason
  history.csv       one row per epoch; history.json holds the same
  last.npz          everything needed to go on: weights, optimiser, step
  best.npz          the weights with the best test objective
  latents.npz       the basis of standardised latents
  playing.json      of a stream: how its latents move and what moves its sound
  start.npz         where a run began that started from another: weights,
  start_latents.npz and the basis of latents that they share
  pictures/         waveforms of four fixed latents, one picture an epoch
"""

from __future__ import annotations

import csv
import json
import os
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
    """The files of one run.

    Attributes:
        path: the folder.
    """

    path: Path

    @classmethod
    def open(cls, path: PathLike) -> RunFolder:
        """An existing run.

        Raises:
            RunError: the folder is not a run.
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
    def create(cls, path: PathLike, description: Mapping[str, Any]) -> RunFolder:
        """A new run; the folder must not hold one already.

        Raises:
            RunError: there is a run in that folder.
        """
        run = cls(Path(path))
        if run.description.exists():
            raise RunError(
                "there is a run in this folder already",
                expected="a new folder, or going on with that run",
                received=str(path),
                hint="add --resume to go on with it, or choose another --out",
            )
        run.path.mkdir(parents=True, exist_ok=True)
        write_json(run.description, description)
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
        """What ``run.json`` says.

        Raises:
            RunError: it cannot be read.
        """
        try:
            description: dict[str, Any] = read_json(self.description)
        except (OSError, json.JSONDecodeError) as error:
            raise RunError("run.json cannot be read", received=f"{error}") from error
        return description

    def recipe(self) -> Recipe:
        """The recipe it was or is trained with."""
        return Recipe.from_json(self.describe()["recipe"])

    def history(self) -> list[Row]:
        """One row per finished epoch."""
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
