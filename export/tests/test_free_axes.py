"""Artifacts are valid ONNX, and load with any size for their free axes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

STEP, HOP = 128, 64


def session(path: Path, **sizes: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    for axis, size in sizes.items():
        options.add_free_dimension_override_by_name(axis, size)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("frames", [1, 2, 5, 40])
@pytest.mark.parametrize("choice", ["float32", "half", "int8", "encoder"])
def test_a_stream_of_a_fixed_number_of_frames(
    export_stream: Callable[..., Path], choice: str, frames: int
) -> None:
    path = export_stream(**{choice: True} if choice != "float32" else {})
    unit = STEP if choice == "encoder" else HOP
    fixed = session(path, frames=frames, samples=frames * unit)
    free = session(path)
    random = np.random.default_rng(frames)
    feeds = {
        port.name: random.standard_normal(port.shape).astype(np.float32) * (port.name != "state")
        for port in fixed.get_inputs()
    }
    for a, b in zip(fixed.run(None, feeds), free.run(None, feeds), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_clip_of_a_fixed_batch(exported: Path) -> None:
    fixed = session(exported, batch=3)
    assert fixed.get_inputs()[0].shape[0] == 3
    feeds = {"latent": np.ones(fixed.get_inputs()[0].shape, np.float32)}
    np.testing.assert_allclose(
        fixed.run(None, feeds)[0], session(exported).run(None, feeds)[0], atol=1e-5
    )


@pytest.mark.parametrize("choice", ["float32", "half", "int8", "encoder"])
def test_the_checker_and_strict_shapes_accept_it(
    export_stream: Callable[..., Path], choice: str
) -> None:
    model = onnx.load(export_stream(**{choice: True} if choice != "float32" else {}))
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)


def test_ranges_take_scalars(export_stream: Callable[..., Path]) -> None:
    graph = onnx.load(export_stream()).graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    ranges = [node for node in graph.node if node.op_type == "Range"]
    fixed = [name for node in ranges for name in node.input if name in constants]
    assert len(fixed) == 2
    assert all(list(constants[name].dims) == [] for name in fixed)
