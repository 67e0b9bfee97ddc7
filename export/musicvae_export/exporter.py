"""The whole way from a trained model to a verified file."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

from onnx import ModelProto

from musicvae.artifact import ArtifactInfo
from musicvae.errors import ArtifactError, ExportError
from musicvae.files import replacing
from musicvae_export.build import build_graph
from musicvae_export.graph.half import halved
from musicvae_export.kinds import Job, job_of
from musicvae_export.stamp import stamp, with_graph


def export_model(
    model: Any,
    path: str | os.PathLike[str],
    *,
    licence: str | None = None,
    half: bool = False,
    encoder: bool = False,
) -> ArtifactInfo:
    """Export a trained model's decoder, or a stream's encoder, to one ONNX file.

    The file appears under its name only when it has been verified; whatever fails, no file is left,
    and one that was there before is untouched.

    Args:
        model: a ``musicvae.vae.clip.trained.TrainedModel`` or a
            ``musicvae.vae.stream.trained.TrainedStream``.
        path: the file, whose name ends in ``.onnx``.
        licence: of the artifact; the model's own where it is not given.
        half: keep the weights as float16, which halves the file. The graph is verified with float32
            weights first; what the rounding changes is stated.
        encoder: of a stream, the encoder instead of the decoder.

    Returns:
        The description that was written into the file.

    Raises:
        UnsupportedOperatorError: the model uses an operator that ONNX does not have.
        ParityError: the file does not play what the model plays.
        ExportError: the model cannot be converted, or the file cannot be written.
    """
    job = job_of(model, licence, encoder)
    try:
        # Opened first, so that a folder that cannot be written is known before the long part.
        with replacing(path) as temporary:
            graph = build_graph(job.function, job.info)
            info = _verified(job, graph, job.info, temporary)
            if half:
                graph = halved(graph)
                rounded = dataclasses.replace(job.info, precision="float16")
                info = _verified(job, graph, rounded, temporary)
            temporary.write_bytes(stamp(graph, info))
            _opened(job, temporary).warm_up()
    except OSError as error:
        raise ExportError(f"cannot write {Path(path).name!r}", received=str(error)) from error
    return info


def _verified(job: Job, graph: ModelProto, info: ArtifactInfo, file: Path) -> ArtifactInfo:
    """Write a graph to a file, verify that, and describe it with what was found."""
    info = with_graph(info, graph)
    file.write_bytes(stamp(graph, info))
    return dataclasses.replace(info, parity=job.verify(_opened(job, file)))


def _opened(job: Job, path: Path) -> Any:
    try:
        return job.open(path)
    except ArtifactError as error:
        raise ExportError("the exported file cannot be played", received=str(error)) from error
