"""Weights of 8 bits: a little noise, no difference between blocks, no sum beyond 16 bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from musicvae_export import eight_bits, export_model, verify_small
from musicvae_export.graph import small as module
from musicvae_export.graph.small import Steps, rounded, small
from musicvae_export.graph.tools import operators
from onnx import ModelProto, TensorProto, helper, numpy_helper

from musicvae.artifact.reading import graph_digest, inspect
from musicvae.audio import Sound
from musicvae.errors import ExportError, ParityError
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder

RNG = np.random.default_rng(0)


def test_a_stream_with_weights_of_8_bits(
    export_stream: Callable[..., Path], stream: StreamDecoder
) -> None:
    path = export_stream(int8=True)
    info = inspect(path)
    assert (info.precision, info.schema) == ("int8", 3)
    assert set(info.parity) == {"int8", "snr", "log_mel", "onsets", "streamed"}
    assert 20 <= info.parity["snr"] < 80
    assert 0 < info.parity["log_mel"] <= 0.1
    assert 0.9 <= info.parity["onsets"] <= 1
    assert info.parity["streamed"] == 0
    assert info.graph_sha256 == graph_digest(path) != stream.info.graph_sha256
    found = operators(onnx.load(path).graph)
    assert found["QuantizeLinear"] < found["Gemm"] <= found["DequantizeLinear"]
    latents = RNG.standard_normal((50, 6), np.float32)
    rough, fine = StreamDecoder(path).decode(latents), stream.decode(latents)
    noise = np.square(rough - fine).sum()
    assert 1e-8 < noise / np.square(fine).sum() < 0.01


def test_frames_are_the_same_to_the_bit_in_any_blocks(export_stream: Callable[..., Path]) -> None:
    stream = StreamDecoder(export_stream(int8=True))
    latents = RNG.standard_normal((40, 6), np.float32)
    whole = stream.decode(latents)
    for size in (1, 2, 3, 7, 16):
        stream.reset()
        parts = [stream.push(latents[at : at + size]) for at in range(0, len(latents), size)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(
    ("kind", "received"),
    [("stream", "half and int8"), ("clip", "kind 'clip'")],
)
def test_what_has_no_weights_of_8_bits(
    small_stream: Any, small_model: Any, tmp_path: Path, kind: str, received: str
) -> None:
    model = small_model if kind == "clip" else small_stream
    with pytest.raises(ExportError, match=received):
        export_model(model, tmp_path / "no.onnx", int8=True, half=kind == "stream")
    assert not list(tmp_path.iterdir())


def test_an_encoder_with_weights_of_8_bits(
    export_stream: Callable[..., Path], encoder: Encoder
) -> None:
    path = export_stream(encoder=True, int8=True)
    info = inspect(path)
    assert (info.kind, info.precision, info.schema) == ("encoder", "int8", 3)
    assert 0 < info.parity["latents_p50"] < info.parity["latents_p99"] <= 0.5
    assert 0 < info.parity["log_mel"] < info.parity["log_mel_model"] / 2
    assert (info.parity["snr"], info.parity["onsets"]) >= (20, 0.9)
    audio = 0.1 * RNG.standard_normal((50 * info.hop, 1)).astype(np.float32)
    exact = encoder.encode(Sound(audio, info.sample_rate))
    moved = np.abs(Encoder(path).encode(Sound(audio, info.sample_rate)) - exact)
    assert 0 < np.median(moved / exact.std(axis=0)) < 0.1
    found = operators(onnx.load(path).graph)
    assert found["QuantizeLinear"] < found["Gemm"]


def test_what_a_logarithm_hears_keeps_its_precision(export_stream: Callable[..., Path]) -> None:
    graph = onnx.load(export_stream(encoder=True, int8=True)).graph
    whole = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    needed = {name for node in graph.node if node.op_type == "Log" for name in node.input}
    assert needed
    for node in reversed(graph.node):
        if not needed.isdisjoint(node.output):
            needed.update(node.input)
    assert whole
    assert needed.isdisjoint(whole)


@pytest.mark.parametrize(
    ("figure", "value", "match"),
    [
        ("MOVED", 0.0, "hears something else"),
        ("MOVED_MOST", 1e-6, "hears something else"),
        ("SHARE", -1.0, "sounds different"),
    ],
)
def test_an_encoder_that_hears_something_else_is_refused(
    small_stream: Any,
    export_stream: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    figure: str,
    value: float,
    match: str,
) -> None:
    monkeypatch.setattr(verify_small, "compare", lambda *_, **__: {"real": 0.0})
    monkeypatch.setattr(verify_small, "streamed", lambda *_, **__: 0.0)
    part = small_stream.exports()["encoder"]
    rough, real = Encoder(export_stream(encoder=True, int8=True)), part.real_input(300)
    weights = np.ones(part.info.latent_dim, np.float32)
    assert verify_small.verify_small_encoder(part, rough, {}, real, weights)["snr"] > 20
    monkeypatch.setattr(verify_small, figure, value)
    with pytest.raises(ParityError, match=match):
        verify_small.verify_small_encoder(part, rough, {}, real, weights)


def test_noise_that_is_heard_is_refused(
    small_stream: Any, stream: StreamDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_small, "compare", lambda *_, **__: {"real": 0.0})
    monkeypatch.setattr(verify_small, "streamed", lambda *_, **__: 0.0)
    part, latents = small_stream.exports()["decoder"], RNG.standard_normal((200, 6), np.float32)
    found = verify_small.verify_small_decoder(part, stream, {}, latents)
    assert found["snr"] > 80
    monkeypatch.setattr(verify_small, "SNR", 201.0)  # equal sounds have 200
    with pytest.raises(ParityError, match="sounds different"):
        verify_small.verify_small_decoder(part, stream, {}, latents)


@pytest.mark.parametrize("rows", [1, 2, 7, 64])
@pytest.mark.parametrize("spread", [0.0, 1e-6, 1.0, 1e3])
def test_no_two_products_are_beyond_16_bits(rows: int, spread: float) -> None:
    weights = spread * RNG.standard_cauchy((rows, 50)).astype(np.float32)
    weights[:, :2] = spread  # the worst: neighbours that are both the largest
    whole, scale = rounded(weights)
    wide = np.pad(np.abs(whole.astype(np.int64)), ((0, rows % 2), (0, 0)))
    assert (255 * (wide[0::2] + wide[1::2])).max() < 2**15
    assert wide.max() <= 127
    assert (np.abs(whole * scale - weights) <= 0.51 * scale).all()


@pytest.mark.parametrize("offset", [-3.0, 0.0, 0.5, 3.0])
def test_steps_reach_over_the_values_and_keep_0(offset: float) -> None:
    values = RNG.standard_normal(1000).astype(np.float32) + np.float32(offset)
    steps = Steps.of(values)
    whole = np.clip(np.round(values / steps.step) + steps.zero, 0, 255)
    near = (whole - float(steps.zero)) * steps.step
    assert (np.abs(near - values) <= 0.51 * steps.step).mean() > 0.99
    assert np.abs(near - values).max() < 0.2 * np.ptp(values)
    assert steps.step < 1.01 * (max(values.max(), 0) - min(values.min(), 0)) / 255


def test_steps_of_silence() -> None:
    assert Steps.of(np.zeros(5, np.float32)).zero == 0


def layers(*, table: bool = False) -> ModelProto:
    """Two dense layers with a bend between; the second adds a constant, or rows of a table."""
    constants = {
        "first": RNG.standard_normal((8, 16)),
        "first_bias": RNG.standard_normal(16),
        "second": RNG.standard_normal((16, 12)),
        "second_bias": RNG.standard_normal((3, 12) if table else 12),
    }
    added = "rows" if table else "second_bias"
    nodes = [
        helper.make_node("Gemm", ["x", "first", "first_bias"], ["a"]),
        helper.make_node("LeakyRelu", ["a"], ["b"], alpha=0.2),
        helper.make_node("Gemm", ["b", "second", added], ["y"]),
    ]
    if table:
        nodes.insert(0, helper.make_node("Gather", ["second_bias", "index"], ["rows"]))
    fixed = [numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()]
    fixed.append(numpy_helper.from_array(np.array([0, 2, 1, 0, 2]), "index"))
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [5, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [5, 12])],
        fixed,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize("table", [False, True], ids=["constant", "rows of a table"])
def test_layers_are_nearly_what_they_were(table: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from onnxruntime import InferenceSession

    monkeypatch.setattr(module, "LEFT", 64)
    model = layers(table=table)
    before, feeds = model.SerializeToString(), {"x": RNG.standard_normal((5, 8)).astype(np.float32)}
    changed = small(model, feeds)
    onnx.checker.check_model(changed, full_check=True)
    assert model.SerializeToString() == before
    assert operators(changed.graph)["Gemm"] == 2
    floats = [t for t in changed.graph.initializer if t.data_type == TensorProto.FLOAT]
    assert max(np.prod(tensor.dims) for tensor in floats) <= 64
    (exact,), (near,) = (
        InferenceSession(m.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, feeds)
        for m in (model, changed)
    )
    assert np.square(near - exact).sum() < 2e-3 * np.square(exact).sum()


def test_a_model_without_large_layers_stays_as_it_is() -> None:
    model = layers()
    changed = small(model, {"x": np.zeros((5, 8), np.float32)})
    assert operators(changed.graph) == operators(model.graph)


def test_an_encoder_hears_pauses_where_its_steps_are_found(small_stream: Any) -> None:
    feeds = eight_bits._real_feeds(small_stream.exports()["encoder"])
    blocks = feeds["audio"][0].reshape(-1, feeds["audio"].shape[2] * 64)
    loudest = np.abs(blocks).max(axis=1)
    assert (loudest == 0).mean() >= 0.2
    assert (loudest > 0.01).any()
