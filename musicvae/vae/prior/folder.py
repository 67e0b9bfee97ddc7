"""Names, creates and reads the files of the folder that the training of a prior leaves.

runs/jazz-prior/
  prior.json         plan, genres, latent space, licence, where the latents came from; written last
                     of what a start writes
  material.npz       the latents that it learns from; needed to go on, not to export
  start.npz          only where it started from another prior: its weights
  last.npz           everything needed to go on: weights, averages, optimiser, step
  best.npz           the averaged weights whose rollouts were nearest to the music
  history.json       one row for each check
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicvae.artifact import LatentInfo
from musicvae.errors import RunError
from musicvae.files import replacing, write_json
from musicvae.models.runs import instead_of_run
from musicvae.paths import AnyPath, expand, output_folder
from musicvae.vae.prior.material import Material, Space
from musicvae.vae.prior.outline import Outline
from musicvae.vae.prior.plan import Plan
from musicvae.vae.run.reading import guarded, read_object
from musicvae.vae.run.writing import writing

#: The file by which the folder of a prior is known.
DESCRIPTION = "prior.json"
#: The hint where a ready model is given instead of the folder of a prior.
_INSTEAD = "a prior of its latents begins with: musicvae prior {name} --data FOLDER --out NEW"
_FILES = (DESCRIPTION, "material.npz", "start.npz", "last.npz", "best.npz", "history.json")


@dataclass(frozen=True)
class PriorFolder:
    """The files of one prior; see the list above.

    Attributes:
        path: the folder.
    """

    path: Path

    @classmethod
    def open(cls, path: AnyPath) -> PriorFolder:
        """An existing folder.

        Raises:
            RunError: there is no prior in it.
        """
        folder = cls(expand(path, RunError))
        if not os.path.lexists(folder.description):
            raise instead_of_run(path, "prior", _INSTEAD) or RunError(
                "this folder is not that of a prior",
                expected=f"a folder with {DESCRIPTION}, as `musicvae prior --out` makes",
                received=str(path),
            )
        return folder

    @classmethod
    def check_free(cls, path: AnyPath) -> None:
        """Check that a prior can be trained into this folder, which need not exist.

        Raises:
            RunError: it holds a prior or a run, or files that would be overwritten.
        """
        folder = expand(path, RunError)
        there = [name for name in (*_FILES, "run.json") if os.path.lexists(folder / name)]
        if there:
            raise RunError(
                "this folder is in use",
                expected="a new folder, or going on with the prior in it",
                received=f"{', '.join(there)} in {folder}",
                hint="add --resume to go on, or choose another --out",
            )
        output_folder(folder, RunError)

    @classmethod
    def create(
        cls, path: AnyPath, material: Material, plan: Plan, facts: Mapping[str, Any],
        start: Path | None = None,
    ) -> PriorFolder:  # fmt: skip
        """Create a folder with everything that is known before the first step.

        Args:
            path: the folder.
            material: what it learns from.
            plan: how it is trained.
            facts: more entries of ``prior.json``: licence, sources, versions.
            start: weights of another prior to start from.

        Raises:
            RunError: the folder is in use, or cannot be written.
        """
        cls.check_free(path)
        folder = cls(expand(path, RunError))
        values = {
            "plan": plan.to_json(),
            "space": vars(material.space),
            "latents": [latent.to_json() for latent in material.infos()],
            "outline": Outline.of(material).to_json(),
            "tracks": {side: len(set(_keys(material, held))) for side, held in _SIDES.items()},
            "seconds": len(material.latents) / material.space.rate,
            **facts,
        }
        with writing(folder.description, "make room, or choose another --out; then begin again"):
            folder.path.mkdir(parents=True, exist_ok=True)
            material.save(folder.material)
            if start is not None:
                with replacing(folder.start) as temporary:
                    shutil.copyfile(start, temporary)
            write_json(folder.description, values)
        return folder

    @property
    def description(self) -> Path:
        """``prior.json``."""
        return self.path / DESCRIPTION

    @property
    def material(self) -> Path:
        """``material.npz``."""
        return self.path / "material.npz"

    @property
    def start(self) -> Path:
        """``start.npz``."""
        return self.path / "start.npz"

    @property
    def last(self) -> Path:
        """``last.npz``."""
        return self.path / "last.npz"

    @property
    def best(self) -> Path:
        """``best.npz``."""
        return self.path / "best.npz"

    @property
    def history(self) -> Path:
        """``history.json``."""
        return self.path / "history.json"

    def describe(self) -> dict[str, Any]:
        """The content of ``prior.json``.

        Raises:
            RunError: it is missing or damaged.
        """
        return read_object(self.description, {"plan": dict, "space": dict, "outline": dict})

    def update(self, **changes: Any) -> None:
        """Change entries of ``prior.json``.

        Raises:
            RunError: it is missing or damaged, or cannot be written.
        """
        values = dict(self.describe()) | changes
        with writing(self.description):
            write_json(self.description, values)

    def plan(self) -> Plan:
        """How it is trained.

        Raises:
            RunError: the description is missing or damaged.
        """
        described = self.describe()["plan"]
        with guarded(self.description):
            return Plan.of(described)

    def space(self) -> Space:
        """Its latent space.

        Raises:
            RunError: the description is missing or damaged.
        """
        described = self.describe()["space"]
        with guarded(self.description):
            return Space(**described)

    def outline(self) -> Outline:
        """What its model is built from.

        Raises:
            RunError: the description is missing or damaged.
        """
        described = self.describe()["outline"]
        with guarded(self.description):
            return Outline.from_json(described)

    def latents(self) -> tuple[LatentInfo, ...]:
        """What is known of each latent.

        Raises:
            RunError: the description is missing or damaged.
        """
        described = self.describe()["latents"]
        with guarded(self.description):
            return tuple(LatentInfo(**latent) for latent in described)

    def rows(self) -> list[dict[str, Any]]:
        """One row for each check; none where they cannot be read, since nothing depends on them."""
        try:
            rows = read_object(self.history, {"checks": list}).get("checks", [])
        except RunError:
            return []
        return [row for row in rows if isinstance(row, dict) and isinstance(row.get("step"), int)]

    def write_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write ``history.json``.

        Raises:
            RunError: it cannot be written.
        """
        with writing(self.history):
            write_json(self.history, {"checks": list(rows)})


_SIDES = {"train": False, "test": True}


def _keys(material: Material, held_out: bool) -> list[str]:
    return [material.keys[int(index)] for index in material.indices(held_out)]
