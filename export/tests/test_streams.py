"""An exported stream plays what its model plays, in any blocks, and says what it is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musicvae_export import export_model
from musicvae_export.graph.tools import operators

from musicvae.artifact.reading import graph_digest, inspect
from musicvae.audio import Sound
from musicvae.errors import ExportError
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder

FRAMES = 40
D, HOP, STEP, FFT, STRIDE = 6, 64, 128, 256, 2
#: Of two blocks with dilations 1 and 2, and the latents put beside those before.
LOOKED_BACK = 1 + 2 + 1


def latents(frames: int = FRAMES, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((frames, D), np.float32)


def sound(steps: int, seed: int = 0, channels: int = 1) -> np.ndarray:
    draws = np.random.default_rng(seed).standard_normal((steps * STEP, channels), np.float32)
    return 0.1 * draws


def partitions(total: int) -> st.SearchStrategy[list[int]]:
    return st.sets(st.integers(1, total - 1)).map(lambda cuts: [0, *sorted(cuts), total])


@given(cuts=partitions(FRAMES))
@settings(max_examples=15, deadline=None)
def test_any_blocks_of_latents_sound_like_all_at_once(stream: Any, cuts: list[int]) -> None:
    stream.reset()
    parts = [stream.push(latents()[a:b]) for a, b in pairwise(cuts)]
    np.testing.assert_allclose(np.concatenate(parts), stream.decode(latents()), atol=1e-5)


@given(cuts=partitions(12))
@settings(max_examples=15, deadline=None)
def test_any_blocks_of_sound_encode_like_all_at_once(encoder: Any, cuts: list[int]) -> None:
    audio = sound(12)
    encoder.reset()
    whole = encoder.push(audio)
    encoder.reset()
    parts = [encoder.push(audio[a * STEP : b * STEP]) for a, b in pairwise(cuts)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)


def test_it_decodes_what_the_model_decodes(small_stream: Any, stream: Any) -> None:
    expected = small_stream.decode_frames(latents(700)).samples  # longer than the clock's round
    assert np.abs(expected).max() > 0.01  # there is something to compare
    np.testing.assert_allclose(stream.decode(latents(700)), expected, atol=1e-5)


def test_encoded_and_decoded_it_is_what_the_model_reconstructs(
    small_stream: Any, stream: Any, encoder: Any
) -> None:
    source = Sound.of(sound(30)[:-17], 16_000)
    tape = encoder.tape(source)
    played = stream.decode(tape.frames())[2 * stream.info.latency :][: len(source.samples)]
    expected = small_stream.reconstruct(source).samples
    assert played.shape == expected.shape
    np.testing.assert_allclose(played, expected, atol=2e-3)  # a tape's latents are rounded
    np.testing.assert_allclose(
        encoder.encode(source), small_stream.encode(source)[: len(tape.latents)], atol=1e-3
    )


@pytest.mark.parametrize("frame", [0, 1, 17, FRAMES - 1])
def test_a_latent_sounds_from_its_own_frame_for_the_stated_time(stream: Any, frame: int) -> None:
    moved = latents()
    moved[frame] += 1.0
    changed = np.flatnonzero((stream.decode(moved) != stream.decode(latents())).any(axis=1))
    begin, end = frame * HOP, frame * HOP + stream.info.receptive_field
    assert begin <= changed[0] < begin + HOP
    assert changed[-1] < end
    if end <= FRAMES * HOP:  # the very last samples of a window are too quiet to tell
        assert changed[-1] >= end - HOP


@pytest.mark.parametrize("sample", [0, 5 * STEP - 1, 5 * STEP, 5 * STEP + 1])
def test_a_sample_shapes_no_latent_before_it(encoder: Any, sample: int) -> None:
    moved = sound(20)
    moved[sample] += 0.5
    encoder.reset()
    before = encoder.push(sound(20))
    encoder.reset()
    changed = np.flatnonzero((encoder.push(moved) != before).any(axis=1))
    assert changed[0] == sample // STEP
    # The last one hears the sample as its oldest.
    oldest = (changed[-1] + 1) * STEP - encoder.info.receptive_field
    assert oldest <= sample < oldest + STEP + HOP


def test_how_far_they_reach(small_stream: Any, stream: Any, encoder: Any) -> None:
    assert stream.info.receptive_field == LOOKED_BACK * HOP + FFT
    assert stream.info.receptive_field == small_stream.vae.decoder.receptive_field
    # Four steps of two frames in the slow layers, three frames before these in the fast ones.
    assert encoder.info.receptive_field == (4 * 2 + 3 - 1) * HOP + FFT
    assert encoder.info.receptive_field == small_stream.vae.encoder.receptive_field


def test_the_ports_of_a_decoder(export_stream: Callable[..., Path]) -> None:
    model = onnx.load(export_stream())
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
    size = inspect(export_stream()).state_size
    assert shapes(model.graph.input) == {"latent": [1, "frames", D], "state": [1, size]}
    assert shapes(model.graph.output) == {"audio": [1, "samples", 1], "next_state": [1, size]}


def test_the_ports_of_an_encoder(export_stream: Callable[..., Path]) -> None:
    model = onnx.load(export_stream(encoder=True))
    size = inspect(export_stream(encoder=True)).state_size
    assert shapes(model.graph.input) == {"audio": [1, "samples", 1], "state": [1, size]}
    assert shapes(model.graph.output) == {"latent": [1, "frames", D], "next_state": [1, size]}


def shapes(ports: Any) -> dict[str, list[int | str]]:
    return {
        port.name: [axis.dim_param or axis.dim_value for axis in port.type.tensor_type.shape.dim]
        for port in ports
    }


def test_the_graph_is_small(export_stream: Callable[..., Path]) -> None:
    model = onnx.load(export_stream())
    counts = operators(model.graph)
    assert len(model.graph.node) < 80  # 160 as it is converted
    assert counts["Gemm"] == 8  # the basis, the entrance, two blocks of two, two heads
    assert not {"Unsqueeze", "Squeeze", "Div", "Pad", "Sub", "Pow"} & set(counts)
    assert export_info(export_stream)["nodes"] == len(model.graph.node)
    assert export_info(export_stream)["operators"] == counts


def export_info(export_stream: Callable[..., Path]) -> Any:
    return inspect(export_stream()).provenance["export"]


def test_a_decoder_describes_itself(small_stream: Any, export_stream: Callable[..., Path]) -> None:
    info = inspect(export_stream())
    assert (info.kind, info.schema, info.genre, info.recipe) == ("stream", 2, "jazz", "stream")
    assert (info.sample_rate, info.channels, info.latent_dim) == (16_000, 1, D)
    assert (info.hop, info.stride, info.samples) == (HOP, STRIDE, 0)
    assert info.latency == (FFT - HOP) // 2
    assert info.latent_space == "0123456789abcdef"
    assert info.precision == "float32"
    assert info.latents == small_stream.latent_infos()
    assert info.latents[0].low == -2.0
    assert np.array_equal(info.covariance, np.eye(D))
    assert info.dynamics is not None
    assert np.allclose(info.dynamics.matrix, 0.8 * np.eye(D))
    assert (info.dynamics.one_step_error, info.dynamics.rate) == (0.4, 125.0)
    assert [attribute.name for attribute in info.attributes] == ["loudness"]
    assert info.licence == "CC0-1.0"
    assert info.provenance["steps"] == 3
    assert info.graph_sha256 == graph_digest(export_stream())
    assert set(info.parity) == {"random", "real", "streamed"}
    assert all(0 <= value <= 1e-5 for value in info.parity.values())


def test_an_encoder_describes_itself(export_stream: Callable[..., Path]) -> None:
    info, decoder = inspect(export_stream(encoder=True)), inspect(export_stream())
    assert (info.kind, info.hop, info.stride) == ("encoder", STEP, STRIDE)
    assert (info.latency, info.latent_space) == (decoder.latency, decoder.latent_space)
    assert info.latents == decoder.latents
    assert set(info.parity) == {"random", "real", "streamed"}
    assert all(0 <= value <= 1e-4 for value in info.parity.values())


def test_stereo(stereo_stream: Any, tmp_path: Path) -> None:
    export_model(stereo_stream, tmp_path / "decoder.onnx")
    export_model(stereo_stream, tmp_path / "encoder.onnx", encoder=True)
    expected = stereo_stream.decode_frames(latents()).samples
    assert expected.shape == (FRAMES * HOP, 2)
    played = StreamDecoder(tmp_path / "decoder.onnx").decode(latents())
    np.testing.assert_allclose(played, expected, atol=1e-5)
    encoder = Encoder(tmp_path / "encoder.onnx")
    source = Sound.of(sound(20, channels=2), 16_000)
    found = encoder.encode(source)
    np.testing.assert_allclose(found, stereo_stream.encode(source)[: len(found)], atol=1e-3)


def test_a_clip_model_has_no_encoder_to_export(small_model: Any, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"no encoder.*Expected: decoder.*streams, which"):
        export_model(small_model, tmp_path / "jazz.onnx", encoder=True)
    assert not list(tmp_path.iterdir())
