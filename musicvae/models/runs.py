"""Tells ready models from runs: which run a training starts from, and where none is meant."""

from __future__ import annotations

from pathlib import Path

from musicvae.errors import MusicVAEError, RunError, UnknownNameError
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


def instead_of_run(given: object, wanted: str, hint: str | None = None) -> RunError | None:
    """The error of a ready model's name where the folder of a training is needed.

    Args:
        given: as a person typed it; a path object is never a name.
        wanted: what is needed, such as ``"run"``.
        hint: what helps, with ``{name}``, ``{file}`` and ``{run}`` for the name of the model, its
            decoder and its run; by default, or where it brings no run, that it is to be played.

    Returns:
        The error; ``None`` where there is no ready model of that name, or none that can be used.
    """
    if not isinstance(given, str) or not is_name(given):
        return None
    try:
        model = find(given)
    except MusicVAEError:
        return None
    text = hint
    if text is None or (model.run is None and "{run}" in text):
        text = "a ready model is there to be played: musicvae play {name} -o {name}.wav"
    return RunError(
        f"{given!r} is a ready model, of which there is no {wanted} here",
        expected=f"the folder of a {wanted}",
        received=f"{model.name!r} of {model.source}",
        hint=text.format(name=model.name, file=model.artifact, run=model.run),
    )
