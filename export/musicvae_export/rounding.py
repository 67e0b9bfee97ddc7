"""Rounds an exported decoder of streams to weights of 8 bits, without its run.

    file → its weights as float32 (graph/widen) → 8 bits (graph/small) → verified → file

What an export takes from the run, a rounding takes from the file and from beside it: the file's own
graph, with weights of float32, is what the result is compared with, and the music comes from a tape
or from the memory of the model. TensorFlow is not needed.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import ModelProto

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.ports import ports_of
from musicvae.errors import ExportError, LatentError
from musicvae.families import Exportable
from musicvae.files import replacing
from musicvae.latents.arrays import Float32
from musicvae.latents.memory import Memory
from musicvae.latents.tape import Tape
from musicvae.models import locate
from musicvae.paths import AnyPath
from musicvae.runtime.memories import has_memory, memory_file
from musicvae_export.eight_bits import with_8_bits
from musicvae_export.graph.widen import widened
from musicvae_export.verified import described, finish

#: Excerpts of the music that are taken, from all over it: steps from ten tracks are better than
#: those of one.
_EXCERPTS = 24


def round_decoder(
    source: AnyPath,
    path: str | os.PathLike[str],
    *,
    tape: AnyPath | Tape | None = None,
    licence: str | None = None,
) -> ArtifactInfo:
    """Round an exported decoder to weights of 8 bits, into another verified file.

    The file appears under its name only after it has been verified, as that of an export.

    Args:
        source: an artifact of kind ``"stream"`` with weights of float32 or float16, or the name of
            a ready model.
        path: the file to write, whose name ends in ``.onnx``.
        tape: music that the decoder plays, from which the steps are found and with which the
            result is verified; by default the memory that comes with the model.
        licence: licence of the artifact; by default that of the file.

    Returns:
        The description that was written into the file: that of the source, with the figures of this
        verification, and with the digest of the source's graph in the provenance.

    Raises:
        ArtifactError: the source cannot be read, or what it is said to be.
        ParityError: rounded, it sounds different.
        ExportError: the source cannot be rounded, there is no music, or the file cannot be written.
        TapeError, MemoryBankError: the music cannot be read.
        LatentError: it is of another latent space.
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    data, info = locate(source).load()
    _refuse(info)
    rows = _music(source, info, tape)
    graph = widened(onnx.load_model_from_string(data))
    part = described(_part(graph, info, rows), licence)
    try:
        with replacing(path) as temporary:
            graph, made = with_8_bits(part, graph, temporary)
            finish(graph, made, temporary)
    except OSError as error:
        raise ExportError(f"cannot write {Path(path).name!r}", received=str(error)) from error
    return made


def _refuse(info: ArtifactInfo) -> None:
    """Refuse what is no decoder of streams with weights that can be rounded."""
    if info.kind != "stream":
        raise ExportError(
            "only decoders of streams are rounded from their files",
            expected="an artifact of kind 'stream'",
            received=f"an artifact of kind {info.kind!r}",
            hint="export it from its run: musicvae export RUN --int8 --out FILE.onnx",
        )
    if info.precision == "int8":
        raise ExportError(
            "this decoder has weights of 8 bits already",
            expected="weights of float32 or float16",
            received="precision int8",
        )


def _music(source: AnyPath, info: ArtifactInfo, tape: AnyPath | Tape | None) -> Float32:
    """Latents of music that the decoder plays, standardised, float32 (steps, D)."""
    if tape is not None:
        held = tape if isinstance(tape, Tape) else Tape.load(tape)
        held.check_space(info.latent_space)
        if held.latent_dim != info.latent_dim:
            raise LatentError(
                "this tape has another number of latents",
                expected=f"{info.latent_dim}",
                received=f"{held.latent_dim}",
            )
        return held.latents
    if not has_memory(source):
        raise ExportError(
            "without music it is not known where weights of 8 bits lose nothing",
            expected="a tape, or the model's memory beside it",
            received="neither",
            hint="musicvae tape ENCODER SONG.wav -o SONG.tape, then --tape SONG.tape",
        )
    memory = Memory.load(memory_file(source))
    memory.check_space(info.latent_space, info.latent_dim)
    return memory.rows()


def _part(graph: ModelProto, info: ArtifactInfo, rows: Float32) -> Exportable:
    """The graph of a file as a part of a model, in place of a trained one."""
    origin = {
        "graph_sha256": info.graph_sha256,
        "precision": info.precision,
        "parity": dict(info.parity),
        "export": info.provenance.get("export", {}),
    }
    told = dataclasses.replace(info, provenance={**info.provenance, "rounded_from": origin})
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    ports = ports_of(info)

    def play(*inputs: Float32) -> list[Any]:
        answers: list[Any] = session.run(
            list(ports.outputs), dict(zip(ports.inputs, inputs, strict=True))
        )
        return answers

    stride = max(1, info.stride)

    def real_latents(frames: int) -> Float32:
        held = np.repeat(spread(rows, -(-frames // stride)), stride, axis=0)
        return held[:frames]

    return Exportable(told, play, real_latents)


def spread(rows: Float32, count: int) -> Float32:
    """So many rows in excerpts from all over ``rows``, float32 (count, D); few are repeated."""
    if len(rows) <= count:
        return np.resize(rows, (count, rows.shape[1]))
    length = -(-count // _EXCERPTS)
    starts = np.linspace(0, len(rows) - length, _EXCERPTS).astype(int)
    return np.concatenate([rows[start : start + length] for start in starts])[:count]
