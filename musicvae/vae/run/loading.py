"""Opens the trained model of a run folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from musicvae.errors import RunError
from musicvae.families import FAMILIES
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.run import checkpoint
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.folder import RunFolder


def load(run_folder: str | os.PathLike[str]) -> Any:
    """The model of a run, with its best weights.

    Returns:
        What the run's family makes of it: a :class:`TrainedModel` of clips, or a
        :class:`musicvae.vae.stream.trained.TrainedStream`.

    Raises:
        RunError: the folder is not a run, or it was killed before there was anything to load.
    """
    run = RunFolder.open(Path(run_folder))
    recipe = run.recipe()
    missing = [path.name for path in (run.best, run.latents) if not path.is_file()]
    if missing:
        raise RunError(
            "this run was cut off before it left a model",
            expected="a run that ended, or was stopped with Ctrl-C",
            received=f"no {' and no '.join(missing)} in {run_folder}",
            hint=f"musicvae train --resume --out {run_folder}",
        )
    family = FAMILIES.get(recipe.family)
    vae = family.build(recipe)
    checkpoint.restore(run.best, vae.variables)
    if family.open is not None:
        return family.open(vae, recipe, run)
    return TrainedModel(vae, recipe, run, LatentBasis.load(run.latents))
