"""Names, creates and reads the files of a run folder, which holds all that one training leaves.

runs/jazz/
  run.json           recipe, genre, folder of the sounds, versions, licence; written last of what a
                     start writes: where it is, the rest is
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
from types import NoneType
from typing import Any

from musicvae.errors import RunError
from musicvae.files import read_bytes, replacing, write_json
from musicvae.models.runs import instead_of_run
from musicvae.paths import expand
from musicvae.recipes import Recipe
from musicvae.vae.run.reading import JSON_BYTES, damaged, guarded, read_object
from musicvae.vae.run.vacancy import check_vacant, remove_leftovers, what_is_there
from musicvae.vae.run.writing import writing

Row = dict[str, Any]
PathLike = str | os.PathLike[str]
#: Parts of a model, of which one can be frozen.
PARTS = ("encoder", "decoder")


@dataclass(frozen=True)
class RunFolder:
    """The files of one run; see the list above.

    Attributes:
        path: the folder.
    """

    path: Path

    @classmethod
    def open(cls, path: PathLike, instead: str | None = None) -> RunFolder:
        """An existing run.

        Args:
            path: the folder.
            instead: the hint where it is the name of a ready model, of which there is no run here;
                see :func:`musicvae.models.runs.instead_of_run`.

        Raises:
            RunError: there is no run in that folder.
        """
        run = cls(expand(path, RunError))
        # A run.json that is a folder, or may not be read, is one that cannot be used: `describe`.
        if not os.path.lexists(run.description):
            raise instead_of_run(path, "run", instead) or RunError(
                "this folder is not a run",
                expected="a folder with run.json, as `musicvae train --out` makes",
                received=str(path),
                hint=what_is_there(run.path),
            )
        return run

    @classmethod
    def check_free(cls, path: PathLike) -> None:
        """Check that a new run can be created in this folder.

        Raises:
            RunError: as :func:`musicvae.vae.run.vacancy.check_vacant`.
        """
        check_vacant(expand(path, RunError))

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

        A kill or a full disk before the end leaves a folder in which a run can be created again.

        Args:
            path: the folder; it must not hold a run.
            description: for ``run.json``, which is written last: where it is, the others are.
            split: for ``split.json``.
            data: for ``data.json``.
            files: files to copy into the folder, by their names there.

        Raises:
            RunError: there is a run in that folder, or it cannot be written.
        """
        cls.check_free(path)
        run = cls(expand(path, RunError))
        with writing(run.description, "make room, or choose another --out; then begin again"):
            run.path.mkdir(parents=True, exist_ok=True)
            remove_leftovers(run.path)
            for name, original in (files or {}).items():
                with replacing(run.path / name) as temporary:
                    shutil.copyfile(original, temporary)
            write_json(run.split, split)
            write_json(run.data, data)
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
        """The content of ``run.json``.

        Raises:
            RunError: the file is missing or damaged. A key that is missing raises it when it is
                asked for.
        """
        return read_object(self.description, _DESCRIPTION)

    def update(self, **changes: Any) -> None:
        """Change entries of ``run.json``.

        Raises:
            RunError: the file is missing or damaged, or cannot be written.
        """
        values = dict(self.describe()) | changes
        with writing(self.description):
            write_json(self.description, values)

    def recipe(self) -> Recipe:
        """The recipe that the run is trained with.

        Raises:
            RunError: ``run.json`` is missing or damaged, or its recipe cannot be used.
        """
        described = self.describe()["recipe"]
        with guarded(self.description):
            return Recipe.from_json(described)

    def frozen(self) -> tuple[str, ...]:
        """Parts of the model that keep the weights of the run that this one started from.

        Raises:
            RunError: ``run.json`` is missing or damaged, or names other parts.
        """
        frozen = self.describe().get("from", {}).get("frozen", [])
        if not isinstance(frozen, list) or not all(part in PARTS for part in frozen):
            raise damaged(self.description, f"its frozen parts are {frozen!r:.80}")
        return tuple(frozen)

    def sides(self) -> dict[str, Any]:
        """The content of ``split.json``: keys of the tracks, lists ``train`` and ``test``.

        Where a single track is on both sides, ``spans`` holds its part on each, in samples.

        Raises:
            RunError: the file is missing or damaged.
        """
        split = read_object(self.split, {"train": list, "test": list, "spans": dict})
        for side in ("train", "test"):
            if not all(isinstance(key, str) for key in split[side]):
                raise damaged(self.split, f"a key in its {side!r} is no text")
        return split

    def report(self) -> dict[str, Any]:
        """The content of ``data.json``: what became of each file.

        Raises:
            RunError: the file is missing or damaged.
        """
        report = read_object(self.data, {"folder": str, "tracks": list, "skipped": list})
        for track in report["tracks"]:
            if not isinstance(track, dict) or not isinstance(track.get("key"), str):
                raise damaged(self.data, "one of its tracks is not described")
        return report

    def history(self) -> list[Row]:
        """One row per finished epoch, as in ``history.json``.

        Nothing depends on the history: rows that cannot be read are left out, and there are none
        where the file is missing or damaged.
        """
        try:
            with guarded(path := self.path / "history.json"):
                rows = json.loads(read_bytes(path, JSON_BYTES))
        except RunError:
            return []
        return [row for row in rows if _is_row(row)] if isinstance(rows, list) else []

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


#: The type of each entry of ``run.json``.
_DESCRIPTION: dict[str, type | tuple[type, ...]] = {
    "genre": (str, NoneType),
    "recipe": dict,
    "versions": dict,
    "from": dict,
    **dict.fromkeys(("licence", "data", "train_digest", "test_digest", "started"), str),
}


def _is_row(row: object) -> bool:
    """Whether it is a row of the history: numbers by name, with the step that they were had at."""
    return (
        isinstance(row, dict)
        and {"epoch", "step"} <= row.keys()
        and all(isinstance(value, int | float) for value in row.values())
    )
