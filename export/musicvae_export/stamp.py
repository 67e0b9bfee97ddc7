"""Writes into an ONNX file what it is: ports, description, digest, circumstances."""

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

#: Distributions whose versions may change what is exported. TensorFlow goes by several names.
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

#: Shapes by the names of ports.
Ports = Mapping[str, Sequence[int | str]]


def name_ports(model: ModelProto, kind: str, inputs: Ports, outputs: Ports) -> None:
    """Name the ports, state their shapes, and number what lies between them.

    Args:
        model: with as many inputs and outputs, in this order.
        kind: of artifact; the graph's name.
        inputs: shape of each by name; an axis with a name is free.
        outputs: likewise.
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
    """The description with the graph's digest and the circumstances of its export."""
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
    """The file's bytes: the model with its description and no trace of the converter."""
    model.producer_name = "musicvae"
    model.producer_version = __version__
    model.doc_string = ""
    del model.metadata_props[:]
    helper.set_model_props(model, {METADATA_KEY: info.to_json()})
    return bytes(model.SerializeToString(deterministic=True))


def package_versions() -> dict[str, str]:
    """The versions of the packages that took part in the export."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
