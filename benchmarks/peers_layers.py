"""The layers of published decoders for live sound, as their configurations state them.

Facts alone: sizes, orders, dilations and delays of RAVE's configurations v1, v2, v2_small and
raspberry (https://github.com/acids-ircam/RAVE, ``rave/configs``) and of BRAVE
(https://github.com/fcaspe/BRAVE, ``configs/brave.gin``), whose decoder is built like that of v1.
All convolutions are without bias, all have the 16 bands of a PQMF at their end, and all turn 128
latents by a matrix (of a principal component analysis) before the first layer. Weights are random:
speed does not depend on them.

All but BRAVE are centred: their convolutions see as much of what follows as of what was before, so
that a stream delays whatever goes around a convolution (`Delay`, `Residual.delay`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

RATE = 44_100
BANDS = 16
LATENTS = 128


@dataclass(frozen=True)
class Conv:
    """A convolution; ``past`` is how many steps of its input it keeps between two blocks."""

    inputs: int
    outputs: int
    kernel: int
    dilation: int = 1
    stride: int = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of its weights."""
        return self.outputs, self.inputs, self.kernel

    @property
    def past(self) -> int:
        """A stride divides the blocks, so that a kernel of two strides keeps one of them."""
        whole = self.kernel == 2 * self.stride
        return self.stride if whole else (self.kernel - 1) * self.dilation


@dataclass(frozen=True)
class Up:
    """A transposed convolution with a kernel of two strides, whose halves overlap."""

    inputs: int
    outputs: int
    ratio: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of its weights."""
        return self.inputs, self.outputs, 2 * self.ratio


@dataclass(frozen=True)
class Leaky:
    """A leaky ReLU of slope 0.2."""


@dataclass(frozen=True)
class Delay:
    """So many steps later."""

    channels: int
    steps: int


@dataclass(frozen=True)
class Residual:
    """Layers whose input, so many steps later, is added to their output."""

    layers: tuple[Layer, ...]
    channels: int
    delay: int


Layer = Conv | Up | Leaky | Delay | Residual
Layers = tuple[Layer, ...]


@dataclass(frozen=True)
class Noise:
    """Filtered noise: the layers say how strong each of ``bands`` is in each of the 16 PQMF bands.

    Attributes:
        layers: whose output has ``16 · bands`` channels.
        bands: of the filter, from 0 Hz to half the rate, equally wide.
        size: samples of noise for one step of the layers' output.
    """

    layers: Layers
    bands: int
    size: int


@dataclass(frozen=True)
class Published:
    """A published decoder.

    Attributes:
        name: what its publication calls it.
        trunk: all layers up to the two or three branches at the end.
        wave: the branch of the waveform: 16 channels; 32 if the last 16 are their amplitudes.
        loud: the branch of one loudness for all bands, or none.
        noise: the branch of noise, or none.
        hop: samples a latent vector.
        taps: of the PQMF's filters, a band (their length over 16, padded).
        encoder: parameters of its encoder.
        stated: parameters of the whole model in millions, if its publication says so.
    """

    name: str
    trunk: Layers
    wave: Layers
    loud: Layers
    noise: Noise | None
    hop: int
    taps: int
    encoder: int
    stated: float | None

    @property
    def parameters(self) -> int:
        """Weights of the decoder's convolutions."""
        return sum(prod(conv.shape) for conv in self.convolutions())

    def convolutions(self) -> Iterator[Conv | Up]:
        """All that has weights, in the order in which both builders meet them."""
        for layers in (self.trunk, self.wave, self.loud, self.noise.layers if self.noise else ()):
            yield from convolutions(layers)

    def weights(self, seed: int = 0) -> list[np.ndarray]:
        """Random weights that keep the level, float32, in the order of `convolutions`."""
        random = np.random.default_rng(seed)
        return [
            random.standard_normal(conv.shape, np.float32)
            / np.float32(np.sqrt(conv.inputs * (2 if isinstance(conv, Up) else conv.kernel)))
            for conv in self.convolutions()
        ]

    def constants(self, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """What is not counted as weights: the turn of the latents and the PQMF's kernel, random."""
        random = np.random.default_rng(seed + 1)
        turn = random.standard_normal((LATENTS, LATENTS, 1), np.float32) / np.float32(LATENTS**0.5)
        kernel = random.standard_normal((BANDS, BANDS, self.taps), np.float32)
        return turn, kernel / np.float32(BANDS * (BANDS * self.taps) ** 0.5)

    def drawn(self, count: int, seed: int = 2) -> np.ndarray | None:
        """Noise for so many latent vectors, float32 (1, steps, 16, size), if the decoder has it."""
        if self.noise is None:
            return None
        shape = (1, count * self.hop // (BANDS * self.noise.size), BANDS, self.noise.size)
        return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def convolutions(layers: Layers) -> Iterator[Conv | Up]:
    """All that has weights in a chain of layers."""
    for layer in layers:
        if isinstance(layer, Residual):
            yield from convolutions(layer.layers)
        elif isinstance(layer, Conv | Up):
            yield layer


def first(
    name: str,
    capacity: int,
    *,
    ratios: Sequence[int] = (4, 4, 4, 2),
    dilations: Sequence[int] = (1, 3, 5),
    taps: int = 33,
    noise: bool = False,
    causal: bool = False,
    stated: float | None = None,
) -> Published:
    """The kind of decoder of RAVE v1, raspberry and BRAVE.

    Args:
        capacity: channels before the branches; twice as many before each ratio.
        ratios: by which each layer lengthens its input; 1 is a plain convolution.
        dilations: of the first convolution of each residual layer; the second has none.
    """
    width = capacity << len(ratios)
    trunk: list[Layer] = [Conv(LATENTS, width, 7)]
    for ratio in ratios:
        half = width // 2
        trunk += [Leaky(), Up(width, half, ratio) if ratio > 1 else Conv(width, half, 3)]
        for dilation in dilations:
            inner = (Leaky(), Conv(half, half, 3, dilation), Leaky(), Conv(half, half, 3))
            trunk.append(Residual(inner, half, 0 if causal else dilation + 1))
        width = half
    # The branches see 3 steps, 1 and 64 of what follows: the others wait for the slowest.
    slowest = 0 if causal else 64 if noise else 3
    late = [Delay(capacity, max(0, slowest - own)) for own in (3, 1)]
    return Published(
        name,
        trunk=tuple(trunk),
        wave=(late[0], Conv(capacity, BANDS, 7)),
        loud=(late[1], Conv(capacity, 1, 3)),
        noise=_noise_of_v1(capacity) if noise else None,
        hop=BANDS * prod(ratios),
        taps=taps,
        encoder=_encoder_of_v1(capacity, ratios),
        stated=stated,
    )


def second(name: str, capacity: int, ratios: Sequence[int], *, noise: bool = False) -> Published:
    """The kind of decoder of RAVE v2; its ratios are in the order of the encoder."""
    width = capacity << len(ratios)
    trunk: list[Layer] = [Conv(LATENTS, width, 3)]
    for number, ratio in enumerate(reversed(ratios)):
        width //= 2
        trunk += [Leaky(), Up(2 * width, width, ratio)]
        for dilation in (1, 3) if number == 0 else (1, 3, 9):
            inner = (Leaky(), Conv(width, width, 3, dilation), Leaky(), Conv(width, width, 1))
            trunk.append(Residual(inner, width, dilation))
    return Published(
        name,
        trunk=(*trunk, Leaky()),
        wave=(Conv(width, 2 * BANDS, 7),),
        loud=(),
        noise=_noise_of_v2(width) if noise else None,
        hop=BANDS * prod(ratios),
        taps=33,
        encoder=_encoder_of_v2(capacity, ratios),
        stated=None,
    )


def _noise_of_v1(capacity: int) -> Noise:
    """Three strides of 4; each but the first hears its input three, two, two steps later."""
    wide = 5 * BANDS
    chain: list[Layer] = []
    for outputs, late in ((capacity, 3), (capacity, 2), (wide, 2)):
        chain += [Delay(capacity, late), Conv(capacity, outputs, 3, stride=4), Leaky()]
    return Noise(tuple(chain[:-1]), bands=5, size=64)


def _noise_of_v2(capacity: int) -> Noise:
    """Three strides of 2, causal."""
    first, hidden, last = Conv(capacity, 64, 4, stride=2), Conv(64, 64, 4, stride=2), 32 * BANDS
    layers = (first, Leaky(), hidden, Leaky(), Conv(64, last, 4, stride=2))
    return Noise(layers, bands=32, size=8)


def _encoder_of_v1(capacity: int, ratios: Sequence[int]) -> int:
    """Parameters: a convolution of 7, one of 2r + 1 and a batch norm a ratio, two groups of 5."""
    count = BANDS * capacity * 7
    for number, ratio in enumerate(ratios):
        width = capacity << number
        count += 2 * width + 2 * width * width * (2 * ratio + 1)
    return count + (capacity << len(ratios)) * LATENTS * 5


def _encoder_of_v2(capacity: int, ratios: Sequence[int]) -> int:
    """Parameters: a convolution of 7, residual units (3 and 1) and one of 2r a ratio, one of 3."""
    count = BANDS * capacity * 7
    for number, ratio in enumerate(ratios):
        width, units = capacity << number, 2 if number == len(ratios) - 1 else 3
        count += units * 4 * width * width + 2 * width * width * 2 * ratio
    return count + (capacity << len(ratios)) * 2 * LATENTS * 3


#: The decoders that are compared, slowest first.
PUBLISHED = (
    second("RAVE v2", 96, (4, 4, 4, 2)),
    first("RAVE v1", 64, noise=True, stated=17.6),
    second("RAVE v2_small", 48, (4, 2, 2, 2), noise=True),
    first("RAVE raspberry", 16),
    first(
        "BRAVE", 32, ratios=(2, 2, 2, 1), dilations=(3, 9, 27, 36), taps=9, causal=True, stated=4.9
    ),
)
