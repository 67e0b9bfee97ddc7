"""Published decoders in TorchScript: equal to the graphs, and to their layers at once."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning"),
]


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="torch is not installed")


@pytest.fixture
def layers(benchmark: Callable[[str], ModuleType]) -> Any:
    return benchmark("peers_layers")


@pytest.fixture
def scripts(torch: Any, benchmark: Callable[[str], ModuleType]) -> Any:
    return benchmark("peers_torch")


def small(layers: Any, kind: str) -> Any:
    """A decoder like a published one, with few channels."""
    if kind == "v2_small":
        return layers.second(kind, 4, (4, 2, 2, 2), noise=True)
    return layers.first(kind, 4, ratios=(2, 4, 2, 4), noise=kind == "v1")


@pytest.mark.parametrize("kind", ["v1", "v2_small", "raspberry"])
def test_the_graph_and_the_script_play_the_same(
    scripts: Any, layers: Any, benchmark: Callable[[str], ModuleType], kind: str
) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed")
    peers = benchmark("peers")
    streamed, other = peers.differences(small(layers, kind))
    assert streamed < 1e-5
    assert other < 1e-5


def test_a_script_goes_on_where_its_last_block_ended(scripts: Any, layers: Any) -> None:
    decoder = small(layers, "raspberry")
    latents = np.random.default_rng(0).standard_normal((6, 128), np.float32)
    call = scripts.TorchDecoder(decoder).player(latents[:2])
    heard = np.concatenate([call() for _ in range(3)])
    repeated = np.tile(latents[:2], (3, 1)).T[None].copy()
    expected = scripts.TorchDecoder(decoder).decode(repeated)
    np.testing.assert_allclose(heard, expected, atol=1e-5)


def at_once(torch: Any, layers: Any, chain: Any, weights: Any, x: Any) -> Any:
    """What a chain makes of a whole sequence, each layer centred on its output, without delays."""
    functional = torch.nn.functional
    for layer in chain:
        match layer:
            case layers.Conv():
                around = (layer.kernel - 1) * layer.dilation // 2
                weight = torch.from_numpy(next(weights))
                x = functional.conv1d(x, weight, None, layer.stride, around, layer.dilation)
            case layers.Up():
                weight = torch.from_numpy(next(weights))
                x = functional.conv_transpose1d(x, weight, None, layer.ratio, layer.ratio // 2)
            case layers.Leaky():
                x = functional.leaky_relu(x, 0.2)
            case layers.Residual():
                x = x + at_once(torch, layers, layer.layers, weights, x)
    return x


def lateness(torch: Any, layers: Any, scripts: Any, chain: Any, count: int) -> list[int]:
    """By how many steps a stream through a chain is the whole sequence through it, later."""
    random = np.random.default_rng(0)
    convolutions = list(layers.convolutions(chain))
    weights = [
        random.standard_normal(one.shape, np.float32) / np.float32(one.inputs)
        for one in convolutions
    ]
    x = torch.from_numpy(random.standard_normal((1, convolutions[0].inputs, count), np.float32))
    with torch.inference_mode():
        streamed = scripts.chain(chain, iter(weights))(x).numpy()
        whole = at_once(torch, layers, chain, iter(weights), x).numpy()
    length = whole.shape[2]
    begin, end = length // 2, 3 * length // 4  # far from where the two begin and end
    bound = 1e-4 * np.abs(whole).max()
    return [
        steps
        for steps in range(length // 4)
        if np.abs(streamed[:, :, begin:end] - whole[:, :, begin - steps : end - steps]).max()
        < bound
    ]


def test_delays_keep_together_what_belongs_together(torch: Any, scripts: Any, layers: Any) -> None:
    decoder = small(layers, "v1")
    found = [
        lateness(torch, layers, scripts, (*decoder.trunk, *branch), 64)
        for branch in (decoder.wave, decoder.loud)
    ]
    assert found[0] == found[1]  # one delay for all that both heard
    assert len(found[0]) == 1
    assert lateness(torch, layers, scripts, decoder.noise.layers, 1024) == [1]  # of 64
    decoder = small(layers, "v2_small")
    assert len(lateness(torch, layers, scripts, (*decoder.trunk, *decoder.wave), 64)) == 1
