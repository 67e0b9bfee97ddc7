"""Uses a run folder: opens it, reads everything that it says, makes a sound, and resumes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.errors import MusicVAEError
from musicvae.vae.run.loading import load
from musicvae.vae.training.preparation import TrackSource, resume_run
from uses.stage import WrongError, check_text


def use(folder: Path) -> str:
    """Open the run in the folder; returns the outcome, raises what it is refused with."""
    _resume(folder)
    model = load(folder)
    outcome = "opened"
    for read in (
        lambda: model.genre,
        lambda: model.licence,
        lambda: json.dumps(model.provenance),
        model.history,
        model.data_report,
        model.test_tracks,
        model.train_tracks,
        model.latent_infos,
        model.kl_per_latent,
        lambda: _exports(model),
        lambda: _sound(model),
    ):
        try:
            read()
        except MusicVAEError as error:
            check_text(str(error))
            outcome = "opened, and refused later"
    return outcome


def _resume(folder: Path) -> None:
    """Go on with it, which ends before anything is trained: its sounds are nowhere."""
    try:
        resume_run(folder, TrackSource(""))
    except MusicVAEError as error:
        check_text(str(error))
    else:
        raise WrongError("a run goes on without its sounds")


def _exports(model: Any) -> None:
    for part in model.exports().values():
        part.describe() if hasattr(part, "describe") else None


def _sound(model: Any) -> None:
    (sound,) = model.sample(1, seed=0)
    if not np.isfinite(sound.samples).all():
        raise WrongError("a sound that is not finite")
