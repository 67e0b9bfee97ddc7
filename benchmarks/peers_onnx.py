"""Builds a published decoder as an ONNX graph whose state goes in and out, and plays it.

The graph takes ``latent``, float32 (1, 128, n), and one state for each convolution and delay that
remembers samples; it gives ``audio``, float32 (n · hop,), and the next states. Where a decoder has
noise, it is drawn inside; for checks it can be an input instead, float32 (1, steps, 16, size). The
filters of the noise and its Fourier transforms are products with constant matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from peers_layers import BANDS, LATENTS, Conv, Delay, Layers, Leaky, Noise, Published, Residual, Up
from peers_noise import filters, matrices

from musicvae.runtime.session import open_session

END = np.iinfo(np.int64).max
STEPS = 2


class Graph:
    """Nodes, constants and states, as they are added."""

    def __init__(self, weights: list[np.ndarray]) -> None:
        self.weights: Iterator[np.ndarray] = iter(weights)
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}
        self.states: list[tuple[str, int, int]] = []  # name, channels, steps

    def node(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """The output of a new node."""
        output = name or f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, value: Any, kind: str = "constant") -> str:
        """The name of a constant."""
        name = f"{kind}{len(self.constants)}"
        self.constants[name] = np.asarray(value)
        return name

    def weight(self) -> str:
        """The name of the next weights."""
        return self.constant(next(self.weights), "weight")

    def slice(self, x: str, begin: int, end: int, axis: int = STEPS, name: str = "") -> str:
        """``x[..., begin:end]``."""
        bounds = (self.constant(np.array([value], np.int64)) for value in (begin, end, axis))
        return self.node("Slice", x, *bounds, name=name)

    def remembered(self, channels: int, steps: int) -> tuple[str, str]:
        """The names of a state as it comes in and as it has to go out."""
        name = f"state{len(self.states)}"
        self.states.append((name, channels, steps))
        return name, f"next_{name}"

    def longer(self, x: str, channels: int, steps: int) -> str:
        """``x`` after the last ``steps`` steps of the block before it."""
        before, following = self.remembered(channels, steps)
        whole = self.node("Concat", before, x, axis=STEPS)
        self.slice(whole, -steps, END, name=following)
        return whole

    def conv(self, x: str, layer: Conv) -> str:
        """A convolution over this block and what it needs of the one before."""
        if layer.past:
            x = self.longer(x, layer.inputs, layer.past)
        steps: dict[str, Any] = {"dilations": [layer.dilation], "strides": [layer.stride]}
        return self.node("Conv", x, self.weight(), kernel_shape=[layer.kernel], **steps)

    def delay(self, x: str, channels: int, steps: int) -> str:
        """``x``, so many steps later."""
        return self.slice(self.longer(x, channels, steps), 0, -steps) if steps else x

    def up(self, x: str, layer: Up) -> str:
        """A transposed convolution; the second half of its last kernel waits for the next block."""
        ratio = layer.ratio
        size: dict[str, Any] = {"strides": [ratio], "kernel_shape": [2 * ratio]}
        whole = self.node("ConvTranspose", x, self.weight(), **size)
        before, following = self.remembered(layer.outputs, ratio)
        self.slice(whole, -ratio, END, name=following)
        begin = self.node("Add", self.slice(whole, 0, ratio), before)
        return self.node("Concat", begin, self.slice(whole, ratio, -ratio), axis=STEPS)

    def chain(self, x: str, layers: Layers) -> str:
        """Layers, one after the other."""
        for layer in layers:
            match layer:
                case Conv():
                    x = self.conv(x, layer)
                case Up():
                    x = self.up(x, layer)
                case Leaky():
                    x = self.node("LeakyRelu", x, alpha=0.2)
                case Delay():
                    x = self.delay(x, layer.channels, layer.steps)
                case Residual():
                    inner = self.chain(x, layer.layers)
                    x = self.node("Add", inner, self.delay(x, layer.channels, layer.delay))
        return x

    def scaled_sigmoid(self, x: str) -> str:
        """``2 · sigmoid(x) ** 2.3 + 1e-7``, RAVE's activation for levels."""
        power = self.node("Pow", self.node("Sigmoid", x), self.constant(np.float32(2.3)))
        twice = self.node("Mul", power, self.constant(np.float32(2)))
        return self.node("Add", twice, self.constant(np.float32(1e-7)))

    def shaped(self, x: str, *shape: int) -> str:
        """``x`` in another shape."""
        return self.node("Reshape", x, self.constant(np.array(shape, np.int64)))

    def noise(self, x: str, noise: Noise, drawn: bool) -> str:
        """Filtered noise, (1, 16, steps)."""
        level = self.node("Sub", self.chain(x, noise.layers), self.constant(np.float32(5)))
        rows = self.node("Transpose", self.scaled_sigmoid(level), perm=[0, 2, 1])
        rows = self.shaped(rows, 1, -1, BANDS, noise.bands)
        response = self.node("MatMul", rows, self.constant(filters(noise)))
        source = "noise"
        if drawn:
            source = self.node("RandomUniformLike", response, low=-1.0, high=1.0)
        parts = [self.constant(part) for part in matrices(noise.size)]
        cos, sin, back_cos, back_sin = parts
        a, b = (self.node("MatMul", source, part) for part in (cos, sin))
        c, d = (self.node("MatMul", response, part) for part in (cos, sin))
        product = [self.node("Mul", *pair) for pair in ((a, c), (b, d), (a, d), (b, c))]
        real = self.node("MatMul", self.node("Sub", *product[:2]), back_cos)
        imaginary = self.node("MatMul", self.node("Add", *product[2:]), back_sin)
        samples = self.node("Add", real, imaginary)
        return self.shaped(self.node("Transpose", samples, perm=[0, 2, 1, 3]), 1, BANDS, -1)

    def pqmf(self, x: str, taps: int, kernel: np.ndarray) -> str:
        """The sound of 16 bands, (samples,)."""
        signs = np.ones((1, BANDS, 1, 2), np.float32)
        signs[:, 1::2, :, 0] = -1
        pairs = self.node("Mul", self.shaped(x, 1, BANDS, -1, 2), self.constant(signs))
        bands = self.longer(self.shaped(pairs, 1, BANDS, -1), BANDS, taps - 1)
        phases = self.node("Conv", bands, self.constant(kernel), kernel_shape=[taps])
        phases = self.node("Mul", phases, self.constant(np.float32(BANDS)))
        order = self.constant(np.arange(BANDS)[::-1].astype(np.int64))
        flipped = self.node("Gather", phases, order, axis=1)
        samples = self.node("Transpose", flipped, perm=[0, 2, 1])
        return self.node("Reshape", samples, self.constant(np.array([-1], np.int64)), name="audio")


def build(decoder: Published, *, drawn: bool = True, seed: int = 0) -> bytes:
    """The decoder as an ONNX file.

    Args:
        drawn: whether noise is drawn inside, and not the input ``noise``.
        seed: of the random weights.
    """
    graph = Graph(decoder.weights(seed))
    turn, kernel = decoder.constants(seed)
    x = graph.node("Conv", "latent", graph.constant(turn), kernel_shape=[1])
    x = graph.chain(x, decoder.trunk)
    wave = graph.chain(x, decoder.wave)
    if decoder.loud:
        loud = graph.scaled_sigmoid(graph.chain(x, decoder.loud))
        bands = graph.node("Mul", graph.node("Tanh", wave), loud)
        if decoder.noise:
            bands = graph.node("Add", bands, graph.noise(x, decoder.noise, drawn))
    else:
        level = graph.node("Sigmoid", graph.slice(wave, BANDS, END, axis=1))
        bands = graph.node("Mul", graph.slice(wave, 0, BANDS, axis=1), level)
        if decoder.noise:
            bands = graph.node("Add", bands, graph.noise(x, decoder.noise, drawn))
        bands = graph.node("Tanh", bands)
    graph.pqmf(bands, decoder.taps, kernel)
    return _finished(graph, decoder.noise if not drawn else None)


def _finished(graph: Graph, noise: Noise | None) -> bytes:
    def port(name: str, *shape: int | str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    states = graph.states
    sources = [port("latent", 1, LATENTS, "n")]
    sources += [port("noise", 1, "steps", BANDS, noise.size)] if noise else []
    sources += [port(name, 1, channels, steps) for name, channels, steps in states]
    targets = [port("audio", "samples")]
    targets += [port(f"next_{name}", 1, channels, steps) for name, channels, steps in states]
    constants = [numpy_helper.from_array(value, name) for name, value in graph.constants.items()]
    body = helper.make_graph(graph.nodes, "decoder", sources, targets, constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    written: bytes = model.SerializeToString()
    return written


class OnnxDecoder:
    """A decoder in onnxruntime on one thread, with the settings with which ours is opened."""

    def __init__(self, file: bytes, hop: int) -> None:
        self.session = open_session(file, 1, "decoder.onnx")
        self.hop = hop
        self.starts = {
            port.name: np.zeros(port.shape, np.float32)
            for port in self.session.get_inputs()
            if port.name.startswith("state")
        }

    def decode(self, *blocks: dict[str, np.ndarray]) -> np.ndarray:
        """The sound of inputs that follow one another, from the start, float32 (samples,)."""
        states = self.starts
        sound = []
        for block in blocks:
            audio, *following = self.session.run(None, {**block, **states})
            states = dict(zip(states, following, strict=True))
            sound.append(audio)
        return np.concatenate(sound)

    def player(self, latents: np.ndarray) -> Callable[[], np.ndarray]:
        """Decodes these latents, (n, 128), as the next block, in buffers that are kept."""
        kept = onnxruntime.OrtValue.ortvalue_from_numpy
        block = kept(latents.T[None].copy())
        audio = kept(np.zeros(len(latents) * self.hop, np.float32))
        # One binding reads the first states and writes the second, the other the reverse.
        turns = [
            {name: kept(start.copy()) for name, start in self.starts.items()} for _ in range(2)
        ]
        bindings = []
        for before, following in (turns, turns[::-1]):
            binding = self.session.io_binding()
            binding.bind_ortvalue_input("latent", block)
            binding.bind_ortvalue_output("audio", audio)
            for name in self.starts:
                binding.bind_ortvalue_input(name, before[name])
                binding.bind_ortvalue_output(f"next_{name}", following[name])
            bindings.append(binding)

        def call() -> np.ndarray:
            self.session.run_with_iobinding(bindings[0])
            bindings.reverse()
            sound: np.ndarray = audio.numpy()
            return sound

        return call
