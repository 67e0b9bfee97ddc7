"""Writes a graph to a file, verifies the file, and describes it with what was measured.

described   settles what a file will say of itself, before the long work
verified    writes a graph, and compares the file with the model
finish      writes it for the last time
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from onnx import ModelProto

from musicvae.artifact import ArtifactInfo, parse_info
from musicvae.errors import ArtifactError, ExportError
from musicvae.families import Exportable
from musicvae_export.kinds import KINDS
from musicvae_export.stamp import stamp, with_graph


def described(part: Exportable, licence: str | None) -> Exportable:
    """The part with its licence settled, and with a description that was checked.

    Raises:
        ExportError: no artifact can have that description.
    """
    info = dataclasses.replace(part.info, licence=licence or part.info.licence)
    try:
        return dataclasses.replace(part, info=parse_info(info.to_json()))
    except (ArtifactError, TypeError, ValueError) as error:
        raise ExportError(
            "the model cannot be described in an artifact", received=str(error)
        ) from error


def verified(part: Exportable, graph: ModelProto, info: ArtifactInfo, file: Path) -> ArtifactInfo:
    """Write a graph to a file, verify the file, and add what was measured to the description.

    Args:
        part: what the graph was made of, with which it is compared.
        graph: the graph.
        info: its description.
        file: where it is written.

    Raises:
        ParityError: it does not play what ``part`` plays.
        ExportError: the file cannot be played.
    """
    info = with_graph(info, graph)
    file.write_bytes(stamp(graph, info))
    parity = KINDS[info.kind].verify(part, opened(info, file))
    return dataclasses.replace(info, parity=parity)


def finish(graph: ModelProto, info: ArtifactInfo, file: Path) -> None:
    """Write the file with the description that was settled last, and play it once.

    Raises:
        ExportError: the file cannot be played.
    """
    file.write_bytes(stamp(graph, info))
    opened(info, file).warm_up()


def opened(info: ArtifactInfo, path: Path) -> Any:
    """The file, opened by the class that plays its kind.

    Raises:
        ExportError: that refuses it.
    """
    try:
        return KINDS[info.kind].player(path)
    except ArtifactError as error:
        raise ExportError("the exported file cannot be played", received=str(error)) from error
