"""The whole way from a trained model to a verified file."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import onnx
from onnx import ModelProto

from musicvae.artifact import ArtifactInfo
from musicvae.decoder import Decoder
from musicvae.errors import ArtifactError, ExportError
from musicvae.files import replacing
from musicvae_export.convert import convert, refuse_unsupported, without_transposes
from musicvae_export.fold import fold
from musicvae_export.simplify import look, simplify
from musicvae_export.stamp import describe_clip, name_ports, stamp, with_graph
from musicvae_export.verify import verify


def export_model(
    model: Any, path: str | os.PathLike[str], *, licence: str | None = None
) -> ArtifactInfo:
    """Export a trained clip model's decoder to one ONNX file.

    The file appears under its name only when it has been verified; whatever fails, no file is left,
    and one that was there before is untouched.

    Args:
        model: a ``musicvae.vae.model.TrainedModel``.
        path: the file, whose name ends in ``.onnx``.
        licence: of the artifact; the model's own where it is not given.

    Returns:
        The description that was written into the file.

    Raises:
        UnsupportedOperatorError: the decoder uses an operator that ONNX does not have.
        ParityError: the file does not play what the model plays.
        ExportError: the decoder cannot be converted, or the file cannot be written.
    """
    info = describe_clip(model, licence)
    function = model.playable_decoder()
    try:
        # Opened first, so that a folder that cannot be written is known before the long part.
        with replacing(path) as temporary:
            graph = build_graph(function, model.recipe)
            info = with_graph(info, graph)
            temporary.write_bytes(stamp(graph, info))
            parity = verify(function, _opened(temporary), model.real_latents(16))
            info = dataclasses.replace(info, parity=parity)
            temporary.write_bytes(stamp(graph, info))
            _opened(temporary).warm_up()
    except OSError as error:
        raise ExportError(f"cannot write {Path(path).name!r}", received=str(error)) from error
    return info


def build_graph(function: Any, recipe: Any) -> ModelProto:
    """Convert and simplify a decoder, and name its ports.

    Args:
        function: the ``tf.function`` to convert.
        recipe: says which sizes it must have.

    Raises:
        ExportError: as :func:`export_model`.
    """
    model = convert(function)
    try:
        simplify(model)
        fold(model)
        model = without_transposes(model)
        shape = look(model)[model.graph.output[0].name].shapes[0][1:]
    except Exception as error:  # onnxruntime's errors have no common base but this
        raise ExportError(
            "onnxruntime cannot run the converted decoder", received=str(error).strip()
        ) from error
    expected = (recipe.samples, recipe.channels)
    if shape != expected:
        raise ExportError(
            "the decoder's sound has the wrong shape",
            legal=f"(batch, {expected[0]}, {expected[1]})",
            received=f"(batch, {', '.join(map(str, shape))})",
        )
    name_ports(model, recipe.latent_dim, *expected)
    refuse_unsupported(model)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # checker and shape inference raise their own kinds
        raise ExportError(
            "the converted decoder is not a valid ONNX model", received=str(error).strip()
        ) from error
    return model


def _opened(path: Path) -> Decoder:
    try:
        return Decoder(path)
    except ArtifactError as error:
        raise ExportError("the exported file cannot be played", received=str(error)) from error
