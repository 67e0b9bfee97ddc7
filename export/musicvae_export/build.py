"""From a model's function to the graph of an artifact: converted, cleaned up, its ports named."""

from __future__ import annotations

from typing import Any

import onnx
from onnx import ModelProto

from musicvae.artifact import ArtifactInfo
from musicvae.errors import ExportError
from musicvae_export.convert import convert, refuse_unsupported, without_transposes
from musicvae_export.graph.fold import fold
from musicvae_export.graph.gemm import use_gemm
from musicvae_export.graph.integers import tidy_whole_numbers
from musicvae_export.graph.simplify import look, merge_reshapes, simplify
from musicvae_export.graph.unbatch import unbatch
from musicvae_export.stamp import Ports, name_ports


def build_graph(function: Any, info: ArtifactInfo) -> ModelProto:
    """Convert a function, clean its graph up, and name its ports.

    Args:
        function: the ``tf.function`` to convert.
        info: says of which kind the artifact is, and which sizes it has.

    Raises:
        UnsupportedOperatorError: the function uses an operator that ONNX does not have.
        ExportError: it cannot be converted, or does not fit the description.
    """
    inputs, outputs = _ports(info)
    unit = info.hop if info.kind == "encoder" else 1
    model = convert(function, len(inputs), len(outputs))
    try:
        model = _clean_clip(model) if info.kind == "clip" else clean_stream(model, unit)
        seen = look(model, unit)
    except Exception as error:  # onnxruntime's errors have no common base but this
        raise ExportError(
            f"onnxruntime cannot run the converted {_NOUNS[info.kind]}",
            received=str(error).strip(),
        ) from error
    _check_shapes([seen[port.name].shapes[0] for port in model.graph.output], outputs, info)
    name_ports(model, info.kind, inputs, outputs)
    refuse_unsupported(model)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # checker and shape inference raise their own kinds
        raise ExportError(
            f"the converted {_NOUNS[info.kind]} is not a valid ONNX model",
            received=str(error).strip(),
        ) from error
    return model


def clean_stream(model: ModelProto, unit: int = 1) -> ModelProto:
    """Make the graph of a stream's decoder or encoder fast for a frame at a time.

    Args:
        model: as it was converted; changed in place, and returned.
        unit: the free axis of its ports comes in multiples of this.
    """
    simplify(model, unit)
    tidy_whole_numbers(model, unit)
    unbatch(model, unit)
    merge_reshapes(model.graph)
    simplify(model, unit)
    use_gemm(model, unit)
    return model


def _clean_clip(model: ModelProto) -> ModelProto:
    simplify(model)
    fold(model)
    return without_transposes(model)


_NOUNS = {"clip": "decoder", "stream": "decoder", "encoder": "encoder"}


def _ports(info: ArtifactInfo) -> tuple[Ports, Ports]:
    """Shapes of inputs and outputs by name, in the order of the function's."""
    D, channels, state = info.latent_dim, info.channels, (1, info.state_size)
    if info.kind == "clip":
        return {"latent": ("batch", D)}, {"audio": ("batch", info.samples, channels)}
    latent, audio = {"latent": (1, "frames", D)}, {"audio": (1, "samples", channels)}
    source, target = (latent, audio) if info.kind == "stream" else (audio, latent)
    return {**source, "state": state}, {**target, "next_state": state}


def _check_shapes(found: list[tuple[int, ...]], outputs: Ports, info: ArtifactInfo) -> None:
    """Refuse answers to two clips, frames or steps that are not what the description says."""
    sizes = {"batch": 2, "frames": 2, "samples": 2 * info.hop}
    expected = [
        tuple(sizes[axis] if isinstance(axis, str) else axis for axis in shape)
        for shape in outputs.values()
    ]
    if found != expected:
        raise ExportError(
            f"what the {_NOUNS[info.kind]} makes has the wrong shape",
            expected=_shown(outputs, expected),
            received=_shown(outputs, found),
        )


def _shown(names: Ports, shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))
