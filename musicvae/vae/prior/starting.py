"""What a training starts from: the folder of another prior, or its exported file.

People name it, and a mistake is told before TensorFlow is imported. Its weights come later; those
of an exported file are in an order of their own, and `musicvae-export` gives them back.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from musicvae.errors import ArtifactKindError, RunError, SettingError, UnknownNameError
from musicvae.models import find, is_name, locate
from musicvae.models.folder import PRIOR_ENDING, prior_of
from musicvae.models.locating import ambiguous
from musicvae.paths import AnyPath, expand
from musicvae.text import printable
from musicvae.vae.exporter import check_exporter, load_exporter
from musicvae.vae.prior.building import build_model
from musicvae.vae.prior.folder import DESCRIPTION, PriorFolder
from musicvae.vae.prior.plan import Plan
from musicvae.vae.prior.terms import Terms
from musicvae.vae.prior.trained import load_prior, trained_folder
from musicvae.vae.run import checkpoint

#: What musicvae-export is needed for, where it is missing.
_PURPOSE = "starting from an exported prior"


@dataclass(frozen=True)
class Start:
    """A prior to start from.

    Attributes:
        path: the folder of its training, or its exported file.
        terms: what a training from it keeps.
        model: the name of the ready model that it is of; ``None`` where a path was given.
    """

    path: Path
    terms: Terms
    model: str | None = None


def find_start(given: AnyPath) -> Start:
    """The prior that a person names to start from; TensorFlow is not needed.

    A text with a separator or the ending ``.onnx``, and a path object, is a path. Any other text is
    the name of a ready model or, where there is none, a folder or file here.

    Args:
        given: the folder of a prior, its exported file, or the name of a ready model that has one.

    Raises:
        RunError: there is no prior, or it was cut off before it left weights.
        DuplicateNameError: the name stands for a ready model, and for a folder or file here.
        RegistryError: as :func:`musicvae.models.locate`.
        ArtifactError: the file cannot be read, or the ready model has no prior.
        ArtifactKindError: the file is no prior.
        MissingExtraError: the file needs musicvae-export, which is not installed.
    """
    here = expand(given, RunError)
    if os.path.lexists(here / DESCRIPTION):
        _check_meant(given, here)
        folder = trained_folder(here)
        return Start(folder.path, Terms.of_folder(folder))
    try:
        place = locate(given, "prior")
    except UnknownNameError as error:
        raise _nothing(given, error.hint) from error
    if place.path.is_dir():
        raise _no_prior_in(place.path, given)
    if not place.path.is_file():
        raise _nothing(given)
    try:
        terms = Terms.of_artifact(place.load()[1], place.path)
    except ArtifactKindError as error:
        if (beside := prior_of(place.path)) is not None:
            error.hint = f"the prior beside it is {printable(str(beside))}"
        raise
    check_exporter(_PURPOSE)
    return Start(place.path, terms, None if place.model is None else place.model.name)


def weights_to_start(start: Start, plan: Plan, room: Path) -> Path:
    """The checkpoint of its weights, which was tried out before hours of encoding.

    Args:
        start: the prior.
        plan: how it is trained on.
        room: an empty folder, into which the weights of an exported file are restored.

    Raises:
        RunError: the weights of the folder are damaged.
        ArtifactError: those of the file cannot be restored.
        SettingError: they do not fit the family or the sizes of the plan.
    """
    if start.path.is_dir():
        folder = PriorFolder(start.path)
        load_prior(folder.path)
    else:
        restoring = load_exporter(_PURPOSE, "musicvae_export.restoring")
        folder = restoring.restore_prior(start.path, room)
    if (plan.family, plan.model) != (start.terms.family, start.terms.model):
        _check_fit(folder, plan)
    return folder.best


def _check_fit(folder: PriorFolder, plan: Plan) -> None:
    """Refuse settings of the model with which its weights would be of other shapes."""
    try:
        checkpoint.restore(folder.best, build_model(folder.outline(), plan).variables)
    except RunError as error:
        raise SettingError(
            "the weights to start from do not fit these settings",
            expected=f"those of that prior: {_sizes(folder.plan())}",
            received=_sizes(plan),
            hint="leave out --set family=… and --set model.…",
        ) from error


def _sizes(plan: Plan) -> str:
    """The settings that decide the shapes of weights, but for those that are as usual."""
    return ", ".join([plan.family, *(f"model.{name}={plan.model[name]}" for name in plan.model)])


def _check_meant(given: AnyPath, here: Path) -> None:
    """Refuse the name of a ready model where the folder of a prior has that name, too."""
    if not isinstance(given, str) or not is_name(given):
        return
    try:
        model = find(given)
    except UnknownNameError:
        return
    raise ambiguous(given, model, here, "the folder of a prior")


def _no_prior_in(folder: Path, given: AnyPath) -> RunError:
    """The error of a folder that is not that of a prior."""
    hint, files = None, sorted(folder.glob(f"*{PRIOR_ENDING}"))
    if (folder / "run.json").is_file():
        hint = "a run comes first, as what encodes: musicvae prior RUN --out NEW"
    elif files:
        hint = f"name a file in it, such as {printable(str(files[0]))}"
    return RunError(
        "this folder is not that of a prior",
        expected=f"a folder with {DESCRIPTION}, as `musicvae prior --out` makes",
        received=printable(str(given)),
        hint=hint,
    )


def _nothing(given: AnyPath, hint: str | None = None) -> RunError:
    return RunError(
        "there is no prior to start from",
        expected="the folder of a prior, an exported one (.onnx), or the name of a ready model",
        received=printable(str(given)),
        hint=hint,
    )
