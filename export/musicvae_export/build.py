"""Makes the graph of an artifact: converts a function, cleans the graph up, names its ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import onnx
from onnx import ModelProto

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.ports import Shape, ports_of
from musicvae.errors import ExportError
from musicvae_export.convert import convert, refuse_unsupported, without_transposes
from musicvae_export.graph.fold import fold
from musicvae_export.graph.gemm import use_gemm
from musicvae_export.graph.integers import tidy_whole_numbers
from musicvae_export.graph.simplify import look, merge_reshapes, simplify
from musicvae_export.graph.sums import join_sums
from musicvae_export.graph.unbatch import unbatch
from musicvae_export.stamp import name_ports


def build_graph(function: Any, info: ArtifactInfo) -> ModelProto:
    """Convert a function, clean its graph up, and name its ports.

    Args:
        function: the ``tf.function`` to convert.
        info: the artifact's description, which gives the kind, the ports and the sizes.

    Raises:
        UnsupportedOperatorError: the function uses an operator that ONNX does not have.
        ExportError: the function cannot be converted, or does not fit the description.
    """
    ports = ports_of(info)
    # The number of samples given to an encoder is a multiple of its hop.
    unit = info.hop if info.kind == "encoder" else 1
    model = convert(function, len(ports.inputs), len(ports.outputs))
    try:
        model = _CLEAN.get(info.kind, clean_stream)(model, unit)
        seen = look(model, unit)
    except Exception as error:  # onnxruntime's errors have no common base but this
        raise ExportError(
            "onnxruntime cannot run the converted graph", received=str(error).strip()
        ) from error
    found = [seen[port.name].shapes[0] for port in model.graph.output]
    _check_shapes(found, ports.outputs, info)
    name_ports(model, info.kind, ports.inputs, ports.outputs)
    refuse_unsupported(model)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # checker and shape inference raise their own kinds
        raise ExportError(
            "the converted graph is not a valid ONNX model", received=str(error).strip()
        ) from error
    return model


def clean_stream(model: ModelProto, unit: int = 1) -> ModelProto:
    """Make the graph of a stream's decoder or encoder fast for one frame at a time.

    Args:
        model: the model as it was converted; changed in place, and returned.
        unit: the length of the ports' free axis is a multiple of this.
    """
    simplify(model, unit)
    tidy_whole_numbers(model, unit)
    unbatch(model, unit)
    merge_reshapes(model.graph)
    simplify(model, unit)
    use_gemm(model, unit)
    join_sums(model, unit)
    return model


def _clean_clip(model: ModelProto, unit: int) -> ModelProto:
    simplify(model)
    fold(model)
    return without_transposes(model)


def _clean_prior(model: ModelProto, unit: int) -> ModelProto:
    """As a stream, but the first axis is that of time: there is no batch to take out."""
    simplify(model)
    merge_reshapes(model.graph)
    simplify(model)
    use_gemm(model)
    return model


_CLEAN: dict[str, Callable[[ModelProto, int], ModelProto]] = {
    "clip": _clean_clip,
    "prior": _clean_prior,
}


def _check_shapes(
    found: list[tuple[int, ...]], outputs: Mapping[str, Shape], info: ArtifactInfo
) -> None:
    """Refuse outputs for two clips, frames or steps whose shapes differ from the description."""
    sizes = {"batch": 2, "frames": 2, "samples": 2 * info.hop}
    expected = [
        tuple(sizes[axis] if isinstance(axis, str) else axis for axis in shape)
        for shape in outputs.values()
    ]
    if found != expected:
        raise ExportError(
            "the outputs of the converted graph have the wrong shape",
            expected=_shown(outputs, expected),
            received=_shown(outputs, found),
        )


def _shown(names: Mapping[str, Shape], shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))
