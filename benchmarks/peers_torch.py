"""Builds a published decoder as TorchScript, as its users play it: the state is kept inside.

Needs torch, which the project does not. The weights are those of `peers_onnx`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import torch
from peers_layers import BANDS, LATENTS, Conv, Delay, Layers, Leaky, Noise, Published, Residual, Up
from torch import Tensor, nn
from torch.nn import functional


class Memory(nn.Module):
    """Puts the last steps of the block before in front of a block."""

    def __init__(self, channels: int, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.register_buffer("past", torch.zeros(1, channels, steps))

    def forward(self, x: Tensor) -> Tensor:
        if self.steps > 0:
            x = torch.cat([self.past, x], 2)
            self.past.copy_(x[:, :, -self.steps :])
        return x


class Later(nn.Module):
    """Delays by so many steps."""

    def __init__(self, channels: int, steps: int) -> None:
        super().__init__()
        self.memory = Memory(channels, steps)
        self.steps = steps

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[2]
        return self.memory(x)[:, :, :length]


class Convolution(nn.Module):
    """A convolution over this block and what it needs of the one before."""

    def __init__(self, layer: Conv, weights: np.ndarray) -> None:
        super().__init__()
        self.memory = Memory(layer.inputs, layer.past)
        self.stride, self.dilation = layer.stride, layer.dilation
        self.weight = nn.Parameter(torch.from_numpy(weights))

    def forward(self, x: Tensor) -> Tensor:
        x = self.memory(x)
        return functional.conv1d(x, self.weight, None, self.stride, 0, self.dilation)


class Longer(nn.Module):
    """A transposed convolution; the second half of its last kernel waits for the next block."""

    def __init__(self, layer: Up, weights: np.ndarray) -> None:
        super().__init__()
        self.ratio = layer.ratio
        self.weight = nn.Parameter(torch.from_numpy(weights))
        self.register_buffer("waiting", torch.zeros(1, layer.outputs, layer.ratio))

    def forward(self, x: Tensor) -> Tensor:
        x = functional.conv_transpose1d(x, self.weight, None, self.ratio)
        x[:, :, : self.ratio] += self.waiting
        self.waiting.copy_(x[:, :, -self.ratio :])
        return x[:, :, : -self.ratio]


class Around(nn.Module):
    """Layers and a way around them."""

    def __init__(self, layers: nn.Module, later: nn.Module) -> None:
        super().__init__()
        self.layers, self.later = layers, later

    def forward(self, x: Tensor) -> Tensor:
        inner = self.layers(x)
        return inner + self.later(x)


class Filtered(nn.Module):
    """Noise through filters whose strengths the layers tell."""

    def __init__(self, noise: Noise, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers
        self.bands, self.size, self.channels = noise.bands, noise.size, BANDS

    def forward(self, x: Tensor, given: Tensor | None) -> Tensor:
        level = scaled_sigmoid(self.layers(x) - 5)
        level = level.permute(0, 2, 1).reshape(1, -1, self.channels, self.bands)
        response = torch.fft.irfft(torch.complex(level, torch.zeros_like(level)))
        length = response.shape[-1]
        half = length // 2
        response = torch.roll(response, half, -1) * torch.hann_window(length)
        response = functional.pad(response, (0, self.size - length))
        response = torch.roll(response, -half, -1)
        source = torch.rand_like(response) * 2 - 1 if given is None else given
        source = functional.pad(source, (0, self.size))
        response = functional.pad(response, (0, self.size))
        sound = torch.fft.irfft(torch.fft.rfft(source) * torch.fft.rfft(response))
        sound = sound[:, :, :, : self.size].permute(0, 2, 1, 3)
        return sound.reshape(1, self.channels, -1)


class Silence(nn.Module):
    """In place of a branch that a decoder lacks."""

    def forward(self, x: Tensor, given: Tensor | None) -> Tensor:
        return torch.zeros(1)


class Decoder(nn.Module):
    """The whole decoder: latents (1, 128, n) to samples (n · hop,)."""

    def __init__(self, decoder: Published, seed: int) -> None:
        super().__init__()
        turn, kernel = decoder.constants(seed)
        weights = iter(decoder.weights(seed))
        self.turn = Convolution(Conv(LATENTS, LATENTS, 1), turn)
        self.trunk = chain(decoder.trunk, weights)
        self.wave = chain(decoder.wave, weights)
        self.loud = chain(decoder.loud, weights)
        self.has_loud, self.has_noise = bool(decoder.loud), decoder.noise is not None
        noise = decoder.noise
        self.noise = Filtered(noise, chain(noise.layers, weights)) if noise else Silence()
        self.bands = BANDS
        self.pqmf = Convolution(Conv(BANDS, BANDS, decoder.taps), kernel)
        signs = torch.ones(1, BANDS, 1, 2)
        signs[:, 1::2, :, 0] = -1
        self.register_buffer("signs", signs)

    def forward(self, latents: Tensor, given: Tensor | None = None) -> Tensor:
        x = self.trunk(self.turn(latents))
        wave = self.wave(x)
        if self.has_loud:
            x = torch.tanh(wave) * scaled_sigmoid(self.loud(x)) + self.noise(x, given)
        else:
            noise = self.noise(x, given)
            wave, level = wave.split(self.bands, 1)
            x = torch.tanh(wave * torch.sigmoid(level) + noise)
        x = (x.reshape(1, self.bands, -1, 2) * self.signs).reshape(1, self.bands, -1)
        x = self.pqmf(x) * self.bands
        return x.flip(1).permute(0, 2, 1).reshape(-1)


def scaled_sigmoid(x: Tensor) -> Tensor:
    """RAVE's activation for levels."""
    return 2 * torch.sigmoid(x) ** 2.3 + 1e-7


def chain(layers: Layers, weights: Iterator[np.ndarray]) -> nn.Sequential:
    """Layers, one after the other."""
    made: list[nn.Module] = []
    for layer in layers:
        match layer:
            case Conv():
                made.append(Convolution(layer, next(weights)))
            case Up():
                made.append(Longer(layer, next(weights)))
            case Leaky():
                made.append(nn.LeakyReLU(0.2))
            case Delay():
                made.append(Later(layer.channels, layer.steps))
            case Residual():
                inner = chain(layer.layers, weights)
                made.append(Around(inner, Later(layer.channels, layer.delay)))
    return nn.Sequential(*made)


class TorchDecoder:
    """A decoder in TorchScript on one thread, as it is after it was written and loaded."""

    def __init__(self, decoder: Published, seed: int = 0) -> None:
        torch.set_num_threads(1)
        with warnings.catch_warnings(), io.BytesIO() as file:
            warnings.simplefilter("ignore")  # torch would have us use another format
            torch.jit.save(torch.jit.script(Decoder(decoder, seed).eval()), file)
            file.seek(0)
            self.module = torch.jit.load(file).eval()

    def decode(self, latents: np.ndarray, noise: np.ndarray | None = None) -> np.ndarray:
        """The sound of the next latents, (1, 128, n), with noise from outside if it is given."""
        given = None if noise is None else torch.from_numpy(noise)
        with torch.inference_mode():
            sound: np.ndarray = self.module(torch.from_numpy(latents), given).numpy()
        return sound

    def player(self, latents: np.ndarray) -> Callable[[], np.ndarray]:
        """Decodes these latents, (n, 128), as the next block."""
        block = torch.from_numpy(latents.T[None].copy())

        def call() -> np.ndarray:
            with torch.inference_mode():
                sound: np.ndarray = self.module(block).numpy()
            return sound

        return call
