"""Published decoders, built from their layer lists: their sizes, and their streams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def layers(benchmark: Callable[[str], ModuleType]) -> Any:
    return benchmark("peers_layers")


@pytest.fixture
def peers(benchmark: Callable[[str], ModuleType]) -> Any:
    pytest.importorskip("onnx", reason="onnx is not installed")
    return benchmark("peers")


def small(layers: Any, name: str) -> Any:
    """A decoder like the published one of that name, with few channels."""
    if name == "v1":
        return layers.first(name, 4, ratios=(2, 4, 2, 4), noise=True)
    if name == "v2_small":
        return layers.second(name, 4, (4, 2, 2, 2), noise=True)
    return layers.first(name, 4, ratios=(2, 2, 2, 1), dilations=(3, 9), taps=9, causal=True)


KINDS = ("v1", "v2_small", "BRAVE")


@pytest.mark.parametrize(
    ("ratios", "dilations", "noise", "millions"),
    [  # the table in configs/README.md of BRAVE, all with 64 channels
        ((4, 4, 4, 2), (1, 3, 5), True, 17.6),
        ((4, 4, 4, 2), (1, 3, 5), False, 17.5),
        ((4, 4, 2, 2), (3, 9, 27), False, 16.9),
        ((4, 2, 2, 2), (3, 9, 18, 36), False, 18.4),
        ((2, 2, 2, 2), (3, 9, 27, 36), False, 16.2),
        ((2, 2, 2, 1), (3, 9, 27, 45, 63), False, 17.3),
        ((2, 2, 2, 1), (3, 9, 27, 36), False, 15.2),
    ],
)
def test_the_layer_lists_have_as_many_parameters_as_their_publication_says(
    layers: Any,
    ratios: tuple[int, ...],
    dilations: tuple[int, ...],
    noise: bool,
    millions: float,
) -> None:
    decoder = layers.first("one", 64, ratios=ratios, dilations=dilations, noise=noise)
    assert (decoder.parameters + decoder.encoder) / 1e6 == pytest.approx(millions, abs=0.1)


def test_a_latent_vector_lasts_as_long_as_published(layers: Any) -> None:
    found = {one.name: one.hop for one in layers.PUBLISHED}
    assert found == {
        **dict.fromkeys(("RAVE v1", "RAVE v2", "RAVE raspberry"), 2048),
        **{"RAVE v2_small": 512, "BRAVE": 128},
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_in_pieces_is_the_stream_at_once(peers: Any, layers: Any, kind: str) -> None:
    decoder = small(layers, kind)
    assert peers.differences(decoder)[0] < 1e-5
    graph = peers.OnnxDecoder(peers.build(decoder, drawn=False), decoder.hop)
    whole = graph.decode(*peers.blocks(decoder, 0, 16))
    apart = [graph.decode(block) for block in peers.blocks(decoder, 0, 8, 16)]
    lost = np.abs(np.concatenate(apart) - whole).max()
    assert lost > 0.1 * np.abs(whole).max()  # without the state it is another sound


@pytest.mark.parametrize("kind", KINDS)
def test_a_player_goes_on_where_its_last_block_ended(peers: Any, layers: Any, kind: str) -> None:
    decoder = small(layers, kind)
    if decoder.noise:  # which would be drawn
        decoder = replace(decoder, noise=None)
    graph = peers.OnnxDecoder(peers.build(decoder), decoder.hop)
    call = graph.player(peers.some(3))
    heard = np.concatenate([call().copy() for _ in range(3)])
    expected = graph.decode(*[{"latent": peers.some(3).T[None]}] * 3)
    np.testing.assert_array_equal(heard, expected)


def test_noise_is_noise_through_the_filter_that_its_bands_say(
    benchmark: Callable[[str], ModuleType], layers: Any
) -> None:
    made = benchmark("peers_noise")
    noise = layers.Noise((), bands=5, size=64)
    response = made.filters(noise).sum(axis=0)  # all bands alike: an impulse
    np.testing.assert_allclose(response, np.eye(64)[0], atol=1e-6)
    random = np.random.default_rng(0)
    source, kernel = random.standard_normal((2, 64))
    cos, sin, back_cos, back_sin = made.matrices(64)
    product = (source @ cos + 1j * source @ sin) * (kernel @ cos + 1j * kernel @ sin)
    found = product.real @ back_cos + product.imag @ back_sin
    np.testing.assert_allclose(found, np.convolve(source, kernel)[:64], atol=1e-4)


def test_only_whole_latent_vectors_are_timed_and_ratios_are_of_the_same_sound(peers: Any) -> None:
    one = peers.Player("ours", "push", 256, 44_100, lambda frames: lambda: sum(range(20 * frames)))
    slow = peers.Player("slow", "x", 512, 44_100, lambda frames: lambda: sum(range(10**4 * frames)))
    long = peers.Player("long", "x", 2048, 44_100, lambda frames: lambda: None)
    column = peers.cells([one, slow, long], 512, 0.0)
    assert column[2] == ""
    assert column[0].endswith("ms)")
    assert float(column[1].rsplit(", ", 1)[1]) > 1


def test_a_decoder_with_other_weights_than_its_list_is_refused(
    peers: Any, layers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "HAS_TORCH", False)
    row, players = peers.checked(small(layers, "BRAVE"))
    assert row[2] == row[3]
    assert [one.runtime for one in players] == ["onnxruntime"]
    built = peers.build
    monkeypatch.setattr(peers, "build", lambda decoder, **_: built(small(layers, "v1"), drawn=True))
    monkeypatch.setattr(peers, "differences", lambda decoder: (0.0, None))
    with pytest.raises(SystemExit, match="weights, not"):
        peers.checked(small(layers, "BRAVE"))
