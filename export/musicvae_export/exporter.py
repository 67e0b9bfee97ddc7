"""Exports one part of a trained model to a verified file."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto

from musicvae.artifact import ArtifactInfo, parse_info
from musicvae.artifact.info import SMALL_KINDS, SMALL_SCHEMA
from musicvae.artifact.ports import STATE, main_ports
from musicvae.errors import ArtifactError, ExportError
from musicvae.families import Exportable, ExportableModel
from musicvae.files import replacing
from musicvae_export.build import build_graph
from musicvae_export.graph.compact import compacted
from musicvae_export.graph.half import halved
from musicvae_export.graph.small import small
from musicvae_export.kinds import KINDS
from musicvae_export.stamp import stamp, with_graph

#: Seconds of real input from which the steps of weights of 8 bits are found.
_SECONDS = 15
#: Levels at which an encoder hears it then, as factors: music and its quiet ends.
_LEVELS = (1.0, 0.1)


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
    part = _described(_part(model, encoder), licence)
    if int8 and (half or part.info.kind not in SMALL_KINDS):
        raise ExportError(
            "weights of 8 bits are for streams, encoders and priors, and instead of float16",
            received="half and int8" if half else f"an artifact of kind {part.info.kind!r}",
        )
    try:
        # Opened first, so that a folder that cannot be written is known before the long work.
        with replacing(path) as temporary:
            graph = build_graph(part.function, part.info)
            info = _verified(part, graph, part.info, temporary)
            if half:
                graph = halved(graph)
                rounded = dataclasses.replace(part.info, precision="float16")
                info = _verified(part, graph, rounded, temporary)
            if int8:
                prior = part.info.kind == "prior"
                graph = compacted(graph) if prior else small(graph, _real_feeds(part))
                rounded = dataclasses.replace(part.info, precision="int8", schema=SMALL_SCHEMA)
                info = _verified(part, graph, rounded, temporary)
            temporary.write_bytes(stamp(graph, info))
            _opened(info, temporary).warm_up()
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


def _described(part: Exportable, licence: str | None) -> Exportable:
    """The part with its licence settled, and with a description that was checked."""
    info = dataclasses.replace(part.info, licence=licence or part.info.licence)
    try:
        return dataclasses.replace(part, info=parse_info(info.to_json()))
    except (ArtifactError, TypeError, ValueError) as error:
        raise ExportError(
            "the model cannot be described in an artifact", received=str(error)
        ) from error


def _real_feeds(part: Exportable) -> dict[str, Any]:
    """Some real input and as much at random, and the start state, by port."""
    info, random = part.info, np.random.default_rng(1)
    source, _ = main_ports(info.kind)
    real = part.real_input(_SECONDS * info.sample_rate // info.hop)
    noise = random.standard_normal(real.shape, np.float32)
    rows = [real, noise]
    if info.kind == "encoder":
        rows = [level * sound for sound in (real, 0.1 * noise) for level in _LEVELS]
    start = np.zeros((1, info.state_size), np.float32)
    return {source: np.concatenate(rows)[None].astype(np.float32), STATE: start}


def _verified(part: Exportable, graph: ModelProto, info: ArtifactInfo, file: Path) -> ArtifactInfo:
    """Write a graph to a file, verify the file, and add what was measured to the description."""
    info = with_graph(info, graph)
    file.write_bytes(stamp(graph, info))
    parity = KINDS[info.kind].verify(part, _opened(info, file))
    return dataclasses.replace(info, parity=parity)


def _opened(info: ArtifactInfo, path: Path) -> Any:
    """The file, opened by the class that plays its kind."""
    try:
        return KINDS[info.kind].player(path)
    except ArtifactError as error:
        raise ExportError("the exported file cannot be played", received=str(error)) from error
