"""Finds the run that a training starts from, given as a path or as the name of a ready model."""

from __future__ import annotations

import os
from pathlib import Path

from musicvae.errors import DuplicateNameError, RunError, UnknownNameError
from musicvae.models.finding import find
from musicvae.models.locating import is_name
from musicvae.paths import AnyPath, expand
from musicvae.text import printable


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
        raise DuplicateNameError(
            f"{given!r} is the name of a ready model, and a run here",
            expected="one of the two",
            received=f"{model.name!r} of {model.source}, and {printable(str(here.absolute()))}",
            hint=f"for the latter: {os.path.join('.', given)}",  # noqa: PTH118 (Path drops ".")
        )
    if model.run is None:
        raise RunError(
            f"the model {given!r} brings no run to start from",
            expected="a run folder, or a ready model whose plug-in brings its run",
            received=f"{given!r} of {model.source}, which is there to be played",
        )
    return model.run
