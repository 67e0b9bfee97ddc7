"""Weights as float16: half the file, played nearly alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from musicvae_export import export_model
from musicvae_export.graph import half
from musicvae_export.graph.half import halved
from onnx import TensorProto, helper, numpy_helper

from musicvae.artifact.reading import inspect
from musicvae.errors import ParityError
from musicvae.runtime.decoder import Decoder
from musicvae.runtime.stream_decoder import StreamDecoder


def test_a_stream_with_half_weights(
    small_stream: Any, export_stream: Callable[..., Path], stream: Any
) -> None:
    path = export_stream(half=True)
    info = inspect(path)
    assert info.precision == "float16"
    assert set(info.parity) == {"half", "streamed"}
    assert 1e-7 < info.parity["half"] <= 0.02
    assert info.parity["streamed"] <= 1e-5
    rough = StreamDecoder(path)
    latents = np.random.default_rng(0).standard_normal((50, 6), np.float32)
    difference = np.abs(rough.decode(latents) - stream.decode(latents)).max()
    assert 1e-7 < difference <= 0.02
    assert info.graph_sha256 != stream.info.graph_sha256


def test_an_encoder_with_half_weights(export_stream: Callable[..., Path]) -> None:
    info = inspect(export_stream(half=True, encoder=True))
    assert (info.kind, info.precision) == ("encoder", "float16")
    assert set(info.parity) == {"half", "streamed"}


def test_a_clip_with_half_weights(
    small_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(half, "LEFT", 64)  # this model has no larger matrices
    whole, rough = tmp_path / "whole.onnx", tmp_path / "half.onnx"
    export_model(small_model, whole)
    info = export_model(small_model, rough, half=True)
    assert info == inspect(rough)
    assert info.precision == "float16"
    assert set(info.parity) == {"half"}
    latents = np.random.default_rng(0).standard_normal((5, 6), np.float32)
    difference = np.abs(Decoder(rough).decode(latents) - Decoder(whole).decode(latents)).max()
    assert 1e-7 < difference <= 0.02
    assert graph_size(rough) < 0.75 * graph_size(whole)


def graph_size(path: Path) -> int:
    return int(onnx.load(path).graph.ByteSize())


def test_rounding_that_is_heard_is_refused(
    small_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(half, "LEFT", 64)
    monkeypatch.setattr("musicvae_export.kinds.HALF_TOLERANCE", 1e-7)
    with pytest.raises(ParityError, match="at most 1e-07"):
        export_model(small_model, tmp_path / "half.onnx", half=True)
    assert not list(tmp_path.iterdir())


def model_of(**constants: np.ndarray) -> onnx.ModelProto:
    graph = helper.make_graph(
        [helper.make_node("Sum", ["x", *constants], ["y"])],
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.ones(5_000, np.float32), False),
        (np.full(5_000, 65_504, np.float32), False),
        (np.full(5_000, -70_000, np.float32), True),
        (np.full(5_000, np.nan, np.float32), True),
        (np.ones(half.LEFT, np.float32), True),
    ],
    ids=["large", "at the limit", "beyond it", "not a number", "small"],
)
def test_what_is_halved(value: np.ndarray, kept: bool) -> None:
    model = model_of(a=value)
    before = model.SerializeToString()
    changed = halved(model)
    onnx.checker.check_model(changed, full_check=True)
    assert model.SerializeToString() == before
    (tensor,) = changed.graph.initializer
    assert tensor.data_type == (TensorProto.FLOAT if kept else TensorProto.FLOAT16)
    assert len(changed.graph.node) == (1 if kept else 2)
    np.testing.assert_array_equal(numpy_helper.to_array(tensor).astype(np.float32), value)
