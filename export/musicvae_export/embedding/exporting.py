"""Writes the network that hears what kind of music a sound is as one ONNX file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx

from musicvae.errors import ExportError
from musicvae.files import replacing
from musicvae.runtime.embedding import KEY, WINDOW, Embedding
from musicvae.vae.embedding.network import BANDS, Network
from musicvae.version import __version__
from musicvae_export.convert import convert
from musicvae_export.verify import TOLERANCE

_PORTS = ("windows", "points", "chances")


def export_embedding(network: Network, names: Sequence[str], path: Path) -> None:
    """Write a network as an embedding, once onnxruntime has told the same.

    Args:
        network: a trained one.
        names: of its genres.
        path: the ``.onnx`` file.

    Raises:
        ExportError: it cannot be converted or written, or onnxruntime differs by more than 1e-5.
    """
    function = network.hearing()
    model = convert(function, 1, 2)
    for port, name in zip((*model.graph.input, *model.graph.output), _PORTS, strict=True):
        _rename(model.graph, port.name, name)
    facts = {"genres": list(names), "musicvae": __version__}
    onnx.helper.set_model_props(model, {KEY: json.dumps(facts)})
    onnx.checker.check_model(model, full_check=True)
    with replacing(path) as temporary:
        temporary.write_bytes(model.SerializeToString())
        windows = np.random.default_rng(0).normal(-4, 2, (3, WINDOW, BANDS)).astype(np.float32)
        expected = [each.numpy() for each in function(windows)]
        found = Embedding(temporary)._session.run(None, {"windows": windows})
        worst = max(float(np.abs(a - b).max()) for a, b in zip(expected, found, strict=True))
        if worst > TOLERANCE:
            raise ExportError(
                "onnxruntime hears something else than TensorFlow",
                expected=f"differences up to {TOLERANCE:g}",
                received=f"{worst:.2g}",
            )


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [new if name == old else name for name in names]
    for port in (*graph.input, *graph.output):
        port.name = new if port.name == old else port.name
