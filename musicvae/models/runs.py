"""Finds the run that a training starts from, given as a path or as the name of a ready model."""

from __future__ import annotations

from pathlib import Path

from musicvae.errors import RunError, UnknownNameError
from musicvae.models.finding import find
from musicvae.models.locating import ambiguous, is_name
from musicvae.paths import AnyPath, expand


def starting_run(given: AnyPath) -> Path:
    """The run folder that a path or the name of a ready model stands for.

    A text with a separator, and a path object, is a path. Any other text is a folder here or, where
    there is none, the name of a ready model that brings a run.

    Args:
        given: as a person typed it.

    Raises:
        RunError: it is no path, or the model of that name brings no run.
        DuplicateNameError: the name stands for more than one model, or for a model and a run here.
        BrokenPluginError: the model's plug-in does not load, or one of its files is missing.
    """
    here = expand(given, RunError)
    if not isinstance(given, str) or not is_name(given):
        return here
    try:
        model = find(given)
    except UnknownNameError:
        return here
    if (here / "run.json").is_file():
        raise ambiguous(given, model, here, "a run")
    if model.run is None:
        raise RunError(
            f"the model {given!r} brings no run to start from",
            expected="a run folder, or a ready model whose plug-in brings its run",
            received=f"{given!r} of {model.source}, which is there to be played",
        )
    return model.run
