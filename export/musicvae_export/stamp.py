"""Writes into an ONNX file its ports, its description, and how it was exported."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from onnx import ModelProto, TensorProto, helper

from musicvae.artifact import METADATA_KEY, ArtifactInfo
from musicvae.version import __version__
from musicvae_export.graph.tools import number_names, operators, rename

#: Distributions whose versions may change what is exported. TensorFlow has several names.
_PACKAGES = (
    "musicvae",
    "musicvae-export",
    "tensorflow",
    "tensorflow-cpu",
    "keras",
    "tf2onnx",
    "onnx",
    "onnxruntime",
    "numpy",
)


Shapes = Mapping[str, Sequence[int | str]]


def name_ports(model: ModelProto, kind: str, inputs: Shapes, outputs: Shapes) -> None:
    """Name the ports, state their shapes, and number the values between them.

    Args:
        model: a model with as many inputs and outputs, in the same order; changed in place.
        kind: the kind of artifact, which becomes the graph's name.
        inputs: shape of each input by name; an axis with a name is free.
        outputs: shape of each output by name.
    """
    graph = model.graph
    sides = ((graph.input, inputs), (graph.output, outputs))
    rename(
        graph,
        {
            port.name: name
            for ports, shapes in sides
            for port, name in zip(ports, shapes, strict=True)
        },
    )
    for ports, shapes in sides:
        for port, (name, shape) in zip(ports, shapes.items(), strict=True):
            port.CopyFrom(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    number_names(graph)
    graph.name = kind
    graph.doc_string = ""


def with_graph(info: ArtifactInfo, model: ModelProto) -> ArtifactInfo:
    """The description with the graph's digest, and with the date, operators and versions."""
    graph = model.graph
    export = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "nodes": len(graph.node),
        "operators": operators(graph),
        "versions": package_versions(),
    }
    return dataclasses.replace(
        info,
        provenance={**info.provenance, "export": export},
        graph_sha256=hashlib.sha256(graph.SerializeToString(deterministic=True)).hexdigest(),
    )


def stamp(model: ModelProto, info: ArtifactInfo) -> bytes:
    """The bytes of the file: the model, its description, and no entries of the converter."""
    model.producer_name = "musicvae"
    model.producer_version = __version__
    model.doc_string = ""
    del model.metadata_props[:]
    helper.set_model_props(model, {METADATA_KEY: info.to_json()})
    return bytes(model.SerializeToString(deterministic=True))


def package_versions() -> dict[str, str]:
    """Versions of the installed packages that take part in an export, by name."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
