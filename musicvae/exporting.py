"""Exports a trained model, by handing it to the distribution musicvae-export."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from musicvae.artifact import ArtifactInfo
from musicvae.errors import ExportError
from musicvae.families import ExportableModel
from musicvae.paths import AnyPath, expand, output_file
from musicvae.vae.exporter import check_exporter, load_exporter
from musicvae.vae.prior.folder import DESCRIPTION
from musicvae.vae.prior.trained import load_prior
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.loading import load

#: What the exporter is needed for, where it is missing.
_PURPOSE = "exporting to ONNX"


def export(
    model: ExportableModel | str | os.PathLike[str],
    path: AnyPath,
    *,
    licence: str | None = None,
    half: bool = False,
    encoder: bool = False,
    int8: bool = False,
) -> ArtifactInfo:
    """Export a trained model's decoder, its encoder, or a prior, to one verified ONNX file.

    Args:
        model: a trained model, or the folder of its run or of its prior.
        path: the file to write; its name ends in ``.onnx``. A file of that name is replaced, but
            only by one that passed the verification.
        licence: licence of the artifact, such as ``"CC-BY-4.0"``; the model's own by default.
        half: store the weights as float16, which halves the file. The graph still computes in
            float32; the description states how much the result differs from the model.
        encoder: export the encoder, which turns sound into latents, instead of the decoder. Models
            of the stream family have one to export.
        int8: multiply by weights of 8 bits: a third of the file, and a frame in about half the
            time; streams and their encoders only. The description states what that changes in the
            sound.

    Returns:
        The description that was written into the file.

    Raises:
        MissingExtraError: musicvae-export, or what it needs, is not installed.
        RunError: the folder holds no run.
        ExportError: the model cannot be exported; see ``musicvae_export.export_model``.
    """
    read = [model] if isinstance(model, str | os.PathLike) else []
    target = output_file(path, (".onnx",), read, ExportError)
    folder = _folder(model) if isinstance(model, str | os.PathLike) else None
    if folder is None and not callable(getattr(model, "exports", None)):
        raise ExportError(
            "this cannot be exported",
            expected="a trained model, or the folder of a run or of a prior",
            received=type(model).__name__,
        )
    check_exporter(_PURPOSE)  # before the model is loaded, which takes long
    # TensorFlow reads this at its first import; without it, a conversion logs pages.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    trained = model if folder is None else _load(folder)
    info: ArtifactInfo = load_exporter(_PURPOSE).export_model(
        trained, target, licence=licence, half=half, encoder=encoder, int8=int8
    )
    return info


def _folder(given: str | os.PathLike[str]) -> Path:
    """The folder of a run or of a prior.

    Raises:
        RunError: it is neither.
    """
    folder = expand(given, ExportError)
    if _is_prior(folder):
        return folder
    return RunFolder.open(given, "it is exported already: {file}").path


def _is_prior(folder: Path) -> bool:
    return (folder / DESCRIPTION).is_file()


def _load(folder: Path) -> Any:
    """The model of a run, or the prior of the folder that its training left."""
    return load_prior(folder) if _is_prior(folder) else load(folder)
