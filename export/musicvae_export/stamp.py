"""Writes into an ONNX file what it is: ports, description, digest, provenance."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from onnx import ModelProto, TensorProto, helper

import musicvae
from musicvae.artifact import METADATA_KEY, ArtifactInfo
from musicvae.errors import ArtifactError, ExportError
from musicvae_export.graphs import number_names, operators, rename

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


def name_ports(model: ModelProto, latent_dim: int, samples: int, channels: int) -> None:
    """Name the input ``latent`` (batch, D) and the output ``audio`` (batch, samples, channels)."""
    graph = model.graph
    rename(graph, {graph.input[0].name: "latent", graph.output[0].name: "audio"})
    latent = helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["batch", latent_dim])
    audio = helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["batch", samples, channels])
    graph.input[0].CopyFrom(latent)
    graph.output[0].CopyFrom(audio)
    number_names(graph)
    graph.name = "clip"
    graph.doc_string = ""


def describe_clip(model: Any, licence: str | None) -> ArtifactInfo:
    """The description of a clip decoder, as far as it is known before the conversion.

    Args:
        model: a ``musicvae.vae.model.TrainedModel``.
        licence: overrides the model's own.

    Raises:
        ExportError: the model says something that cannot be true, or that JSON cannot hold.
    """
    recipe = model.recipe
    info = ArtifactInfo(
        kind="clip",
        genre=model.genre,
        recipe=recipe.name,
        sample_rate=recipe.sample_rate,
        channels=recipe.channels,
        latent_dim=recipe.latent_dim,
        samples=recipe.samples,
        receptive_field=recipe.samples,  # each latent shapes the whole clip
        latents=tuple(model.latent_infos()),
        provenance=dict(model.provenance),
        licence=licence or model.licence or "unstated",
    )
    try:
        return ArtifactInfo.from_json(info.to_json())
    except (ArtifactError, TypeError, ValueError) as error:
        raise ExportError(
            "the model cannot be described in an artifact", received=str(error)
        ) from error


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
    model.producer_version = musicvae.__version__
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
