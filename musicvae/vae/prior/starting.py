"""What a training starts from: the folder of another prior, or its exported file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from musicvae.errors import (
    ArtifactKindError,
    LatentError,
    MissingExtraError,
    RunError,
    SettingError,
    UnknownNameError,
)
from musicvae.models import is_name, locate
from musicvae.paths import AnyPath, expand
from musicvae.text import printable
from musicvae.vae.prior.folder import DESCRIPTION, PriorFolder
from musicvae.vae.prior.material import Space
from musicvae.vae.prior.trained import trained_folder
from musicvae.vae.quiet import is_installed, quieten_tensorflow


@contextmanager
def starting_from(given: AnyPath | None) -> Iterator[PriorFolder | None]:
    """The folder of the prior to start from; of an exported file, one that lasts as the block.

    Args:
        given: the folder of a prior, its exported file, or the name of a ready model that has one;
            ``None`` for none.

    Raises:
        RunError: there is no prior, or it was stopped before it left weights.
        RegistryError: as :func:`musicvae.models.locate`.
        ArtifactError: the file is no prior, or its weights cannot be restored.
        MissingExtraError: musicvae-export, or TensorFlow, is not installed.
    """
    if given is None:
        yield None
        return
    file = _file(given)
    if file is None:
        yield trained_folder(given)
        return
    if not is_installed("musicvae_export"):
        error = MissingExtraError("export", "musicvae-export", "starting from an exported prior")
        error.hint = "pip install ./export  (in a checkout of musicvae)"
        raise error
    quieten_tensorflow()
    restoring = import_module("musicvae_export.restoring")
    with tempfile.TemporaryDirectory() as folder:
        restored: PriorFolder = restoring.restore_prior(file, folder)
        yield restored


def encoder_of_start(model: AnyPath | None, start_from: AnyPath | None) -> AnyPath | None:
    """What encodes: what was named, or else the ready model whose prior is the start."""
    return start_from if model is None and is_name(start_from) else model


def _file(given: AnyPath) -> Path | None:
    """The exported prior that is meant; ``None`` where a folder is."""
    here = expand(given, RunError)
    if os.path.lexists(here / DESCRIPTION):
        return None
    try:
        place = locate(given, "prior")
    except UnknownNameError as error:
        raise _nothing(given, error.hint) from error
    if place.path.is_dir():
        return None
    if not place.path.is_file():
        raise _nothing(given)
    if (kind := place.load()[1].kind) != "prior":
        raise ArtifactKindError(
            "the artifact to start from is no prior",
            expected="an artifact of kind 'prior', as jazz.prior.onnx",
            received=f"{place.path.name}, of kind {kind!r}",
        )
    return place.path


def _nothing(given: AnyPath, hint: str | None = None) -> RunError:
    return RunError(
        "there is no prior to start from",
        expected="the folder of a prior, an exported one (.onnx), or the name of a ready model",
        received=printable(str(given)),
        hint=hint,
    )


def check_start(
    start: PriorFolder, space: Space, genres: tuple[str, ...], attributes: tuple[str, ...]
) -> None:
    """Refuse to start from a prior of other latents, or with other conditions.

    Args:
        start: the folder of the prior.
        space: the latents that are to be learnt.
        genres: their genres.
        attributes: what is known of each step of them.

    Raises:
        LatentError: it is of another latent space.
        SettingError: its genres or attributes are others.
    """
    known, outline = start.space(), start.outline()
    if known != space:
        raise LatentError(
            "the prior to start from is of another latent space",
            expected=space.latent_space,
            received=known.latent_space,
        )
    names = tuple(knob.name for knob in outline.attributes)
    if (outline.genres, names) != (genres, attributes):
        raise SettingError(
            "the prior to start from has other genres or attributes",
            expected=", ".join((*genres, *attributes)),
            received=", ".join((*outline.genres, *names)),
            hint="give --material its material.npz, and --genre the genre to tune it to",
        )
