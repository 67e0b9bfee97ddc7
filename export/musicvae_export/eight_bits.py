"""Gives a graph weights of 8 bits, and verifies it: a step of an export, or of a rounding."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from onnx import ModelProto

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.info import SMALL_SCHEMA
from musicvae.artifact.ports import STATE, main_ports
from musicvae.families import Exportable
from musicvae.latents.arrays import Float32
from musicvae_export.graph.compact import compacted
from musicvae_export.graph.small import small
from musicvae_export.verified import verified

#: Seconds of real input from which the steps are found.
_SECONDS = 15
#: Levels at which an encoder hears it then, as factors: music, its quiet ends, and pauses.
_LEVELS = (1.0, 0.1, 0.01, 0.0)


def with_8_bits(part: Exportable, graph: ModelProto, file: Path) -> tuple[ModelProto, ArtifactInfo]:
    """A copy of a graph whose large weights have 8 bits, and its description.

    Args:
        part: a stream, an encoder or a prior, with which the copy is compared.
        graph: its graph with weights of float32.
        file: where the copy is written.

    Raises:
        ParityError: it plays something else.
        ExportError: the file cannot be played.
    """
    prior = part.info.kind == "prior"
    graph = compacted(graph) if prior else small(graph, _real_feeds(part))
    info = dataclasses.replace(part.info, precision="int8", schema=SMALL_SCHEMA)
    return graph, verified(part, graph, info, file)


def _real_feeds(part: Exportable) -> dict[str, Float32]:
    """Some real input and as much at random, and the start state, float32 by port."""
    info, random = part.info, np.random.default_rng(1)
    source, _ = main_ports(info.kind)
    real = part.real_input(_SECONDS * info.sample_rate // info.hop)
    noise = random.standard_normal(real.shape, np.float32)
    rows = [real, noise]
    if info.kind == "encoder":
        rows = [level * sound for sound in (real, 0.1 * noise) for level in _LEVELS]
    start = np.zeros((1, info.state_size), np.float32)
    return {source: np.concatenate(rows)[None].astype(np.float32), STATE: start}
