"""The door to the exporter, which is a distribution of its own."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicvae.artifact import ArtifactInfo
from musicvae.errors import ExportError, MissingExtraError

if TYPE_CHECKING:
    from musicvae.vae.clip.trained import TrainedModel
    from musicvae.vae.stream.trained import TrainedStream


class MissingExporterError(MissingExtraError, ExportError):
    """The distribution musicvae-export is not installed."""

    def __init__(self) -> None:
        super().__init__("export", "musicvae-export", "exporting to ONNX")
        # It is no extra of musicvae, so the advice differs.
        self.hint = "pip install ./export  (in a checkout of musicvae)"


def export(
    model: TrainedModel | TrainedStream | str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    licence: str | None = None,
    half: bool = False,
    encoder: bool = False,
) -> ArtifactInfo:
    """Export a trained model's decoder, or a stream's encoder, to one verified ONNX file.

    Args:
        model: a trained model, or the folder of its run.
        path: the file to write; its name ends in ``.onnx``. A file of that name is replaced, but
            only by one that passed the verification.
        licence: under which the artifact may be used, such as ``"CC-BY-4.0"``; the model's own
            where it is not given.
        half: keep the weights as float16. The file is half as large; what is computed with them
            stays float32, and differs a little from the model, by how much the description says.
        encoder: export the encoder of a run of the stream family, which makes latents of sound.

    Returns:
        The description that was written into the file.

    Raises:
        MissingExtraError: musicvae-export, or what it needs, is not installed.
        RunError: the folder holds no run.
        ExportError: the model cannot be exported; see ``musicvae_export``.
    """
    target = Path(path)
    if target.suffix.lower() != ".onnx" or target.is_dir():
        raise ExportError(
            "an artifact needs a file name",
            expected="a name that ends in .onnx",
            received=str(path),
        )
    if not _is_installed("musicvae_export"):  # said before a model is loaded for nothing
        raise MissingExporterError
    # It reads this when it is first imported; conversion logs pages of no use to anyone.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    trained: Any = model
    if isinstance(model, str | os.PathLike):
        trained = import_module("musicvae.vae.run.loading").load(model)
    try:
        exporter = import_module("musicvae_export")
    except ImportError as error:
        raise MissingExporterError from error
    info: ArtifactInfo = exporter.export_model(
        trained, target, licence=licence, half=half, encoder=encoder
    )
    return info


def _is_installed(module: str) -> bool:
    if module in sys.modules:
        return sys.modules[module] is not None
    return find_spec(module) is not None
