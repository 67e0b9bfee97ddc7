"""Opens the trained model of a run folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from musicvae.errors import RunError
from musicvae.recipes import Recipe
from musicvae.vae.quiet import quieten_tensorflow
from musicvae.vae.run import checkpoint
from musicvae.vae.run.building import build, family_of
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.reading import guarded

#: The hint where a ready model is given.
_INSTEAD = 'it is played, not loaded: musicvae.play("{name}"), musicvae.StreamDecoder("{name}")'


def load(run_folder: str | os.PathLike[str]) -> Any:
    """The model of a run, with its best weights.

    Returns:
        The trained model as the run's family opens it: a
        :class:`musicvae.vae.stream.trained.TrainedStream` for streams, a
        :class:`musicvae.vae.clip.trained.TrainedModel` for clips.

    Raises:
        RunError: the folder is not a run, training was stopped before it left a model, or a file of
            the run is damaged.
        UnknownNameError: the run's model family is not installed.
        MissingExtraError: TensorFlow is not installed.
    """
    run = RunFolder.open(run_folder, _INSTEAD)
    recipe = run.recipe()
    missing = [path.name for path in (run.best, run.latents) if not os.path.lexists(path)]
    if missing:
        raise RunError(
            "this run was cut off before it left a model",
            expected="a run that ended, or was stopped with Ctrl-C",
            received=f"no {' and no '.join(missing)} in {run.path}",
            hint=f"musicvae train --resume --out {run.path}",
        )
    return _opened(run, recipe, run.best)


def load_start(run_folder: str | os.PathLike[str]) -> Any | None:
    """The model that a run started from, where they share one latent space.

    Args:
        run_folder: a run folder.

    Returns:
        As :func:`load`, with the statistics of this run; ``None`` where the run did not start from
        another one, or changed its encoder.

    Raises:
        RunError: as :func:`load`.
    """
    run = RunFolder.open(run_folder)
    if "encoder" not in run.frozen() or not os.path.lexists(run.start):
        return None
    return _opened(run, run.recipe(), run.start)


def _opened(run: RunFolder, recipe: Recipe, weights: Path) -> Any:
    quieten_tensorflow()
    family = family_of(recipe)
    with guarded(run.description):  # whose recipe it is
        vae = build(recipe)
    checkpoint.restore(weights, vae.variables)
    return family.open(vae, recipe, run)
