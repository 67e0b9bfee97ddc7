"""Exports one part of a trained model to a verified file."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.info import SMALL_KINDS
from musicvae.errors import ExportError
from musicvae.families import Exportable, ExportableModel
from musicvae.files import replacing
from musicvae_export.build import build_graph
from musicvae_export.eight_bits import with_8_bits
from musicvae_export.graph.half import halved
from musicvae_export.verified import described, finish, verified


def export_model(
    model: ExportableModel,
    path: str | os.PathLike[str],
    *,
    licence: str | None = None,
    half: bool = False,
    encoder: bool = False,
    int8: bool = False,
) -> ArtifactInfo:
    """Export a trained model's decoder, or its encoder, to one ONNX file.

    The file appears under its name only after it has been verified. If anything fails, no file is
    left, and a file that was there before is untouched.

    Args:
        model: a trained model, whose ``exports()`` lists the parts that can be exported.
        path: the file, whose name ends in ``.onnx``.
        licence: licence of the artifact; the model's own by default.
        half: store the weights as float16, which halves the file. The graph is verified with
            float32 weights first, and then the difference that the rounding makes is stated.
        encoder: export the encoder instead of the decoder.
        int8: weights of 8 bits. Decoders and encoders of streams multiply by them, which is faster
            and a third of the file; priors only store them, a quarter of the file. The graph is
            verified with float32 weights first, and then what the rounding changes is stated.

    Returns:
        The description that was written into the file.

    Raises:
        UnsupportedOperatorError: the model uses an operator that ONNX does not have.
        ParityError: the file does not play what the model plays.
        ExportError: the model has no such part, it cannot be converted or described, or the file
            cannot be written.
    """
    part = described(_part(model, encoder), licence)
    if int8 and (half or part.info.kind not in SMALL_KINDS):
        raise ExportError(
            "weights of 8 bits are for streams, encoders and priors, and instead of float16",
            received="half and int8" if half else f"an artifact of kind {part.info.kind!r}",
        )
    try:
        # Opened first, so that a folder that cannot be written is known before the long work.
        with replacing(path) as temporary:
            graph = build_graph(part.function, part.info)
            info = verified(part, graph, part.info, temporary)
            if half:
                graph = halved(graph)
                rounded = dataclasses.replace(part.info, precision="float16")
                info = verified(part, graph, rounded, temporary)
            if int8:
                graph, info = with_8_bits(part, graph, temporary)
            finish(graph, info, temporary)
    except OSError as error:
        raise ExportError(f"cannot write {Path(path).name!r}", received=str(error)) from error
    return info


def _part(model: ExportableModel, encoder: bool) -> Exportable:
    """The part that is wanted; a model of one part alone, such as a prior, exports that."""
    parts = model.exports()
    only = next(iter(parts)) if len(parts) == 1 and not encoder else "decoder"
    name = "encoder" if encoder else only
    if name not in parts:
        raise ExportError(
            f"this model has no {name} that can be exported",
            expected=", ".join(parts) or "a model with a part that can be exported",
            received=name,
            hint="streams, which `musicvae train` makes by default, also export their encoder",
        )
    return parts[name]
