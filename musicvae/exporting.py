"""Exports a trained model, or rounds an exported one, by the distribution musicvae-export."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from musicvae.artifact import ArtifactInfo
from musicvae.errors import ExportError, RunError, UnknownNameError
from musicvae.families import ExportableModel
from musicvae.latents.tape import Tape
from musicvae.models import is_name, locate
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
    tape: AnyPath | Tape | None = None,
) -> ArtifactInfo:
    """Export a trained model's decoder, its encoder, or a prior, to one verified ONNX file.

    Args:
        model: a trained model, or the folder of its run or of its prior. With ``int8`` also an
            exported decoder of streams, or the name of a ready model, which is rounded.
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
        tape: for the rounding of an exported decoder: music of its latent space, by which it is
            rounded and verified; by default the memory that comes with it.

    Returns:
        The description that was written into the file.

    Raises:
        MissingExtraError: musicvae-export, or what it needs, is not installed.
        RunError: the folder holds no run.
        ExportError: the model cannot be exported; see ``musicvae_export.export_model`` and
            ``musicvae_export.round_decoder``, which say what else is raised.
    """
    read = [model] if isinstance(model, str | os.PathLike) else []
    target = output_file(path, (".onnx",), read, ExportError)
    if isinstance(model, str | os.PathLike) and _is_exported(model, int8):
        return _round(model, target, tape, licence, half=half, encoder=encoder, int8=int8)
    if tape is not None:
        raise ExportError(
            "a tape is for the rounding of an exported decoder",
            expected="an .onnx file, or the name of a ready model, and --int8",
            received="a run, whose own music is used",
        )
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


def _is_exported(given: AnyPath, int8: bool) -> bool:
    """Whether this is a file, or with ``int8`` the name of a ready model, and no folder here.

    Raises:
        RunError: it is a name that nothing has.
    """
    here = expand(given, ExportError)
    if here.is_dir() or here.is_file() or not (int8 and is_name(given)):
        return here.is_file()
    try:
        return locate(given).model is not None
    except UnknownNameError as error:
        raise RunError(
            "there is neither a run nor a ready model of this name",
            expected="the folder of a run, the .onnx of a decoder, or the name of a ready model",
            received=str(given),
            hint=error.hint,
        ) from error


def _round(
    source: AnyPath,
    target: Path,
    tape: AnyPath | Tape | None,
    licence: str | None,
    *,
    half: bool,
    encoder: bool,
    int8: bool,
) -> ArtifactInfo:
    """Round an exported decoder to 8 bits, which is all that can be done with one."""
    if half or encoder or not int8:
        asked = {"half": half, "encoder": encoder, "int8": int8}
        raise ExportError(
            "this is exported already, and can only be rounded to 8 bits",
            expected="the folder of a run; or a decoder, and --int8 alone",
            received=" and ".join(f"--{name}" for name in asked if asked[name]) or "no --int8",
        )
    info: ArtifactInfo = load_exporter(_PURPOSE).round_decoder(
        source, target, tape=tape, licence=licence
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
