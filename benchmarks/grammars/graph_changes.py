"""Changes to a graph: operators that are endless, random, foreign or large; weights; ports."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_SAME = ("Identity", "Neg", "Exp", "Log", "Reciprocal", "Sqrt", "Tan", "Softsign", "Sign", "Ceil")
_RANDOM = ("RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial")
_EDGES = (np.nan, np.inf, -np.inf, 1e38, 1e-40, 0.0, -1e30, 1e4)


def _wired(model: onnx.ModelProto, port: str, make: Callable[[str, str], Sequence[Any]]) -> None:
    """Put nodes between a port's present writer and the port."""
    before = f"{port} before {len(model.graph.node)}"
    for node in model.graph.node:
        for index, name in enumerate(node.output):
            if name == port:
                node.output[index] = before
    model.graph.node.extend(make(before, port))


def _outlet(rng: random.Random, model: onnx.ModelProto) -> str:
    return str(rng.choice(model.graph.output).name) if model.graph.output else "audio"


def _operator(rng: random.Random, model: onnx.ModelProto) -> None:
    """One more operator, perhaps one that gives no number, or another each time."""
    name = rng.choice((*_SAME, *_RANDOM, "Nothing"))
    domain = rng.choice(("", "", "", "", "ai.onnx", "com.microsoft", "ai.onnx.ml"))
    _wired(
        model,
        _outlet(rng, model),
        lambda a, b: [helper.make_node(name, [a], [b], domain=domain)],
    )


def _foreign(rng: random.Random, model: onnx.ModelProto) -> None:
    """An operator that only onnxruntime knows."""
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    name = rng.choice(("Gelu", "QuickGelu", "BiasGelu"))
    make = helper.make_node
    _wired(model, _outlet(rng, model), lambda a, b: [make(name, [a], [b], domain="com.microsoft")])


def _scale(rng: random.Random, model: onnx.ModelProto) -> None:
    """The sound or the state multiplied: too loud, growing, or decaying into denormals."""
    factor = np.array(rng.choice((*_EDGES, 0.1, 0.9, 10.0)), np.float32)
    name = f"factor {len(model.graph.initializer)}"
    model.graph.initializer.append(numpy_helper.from_array(factor, name))
    _wired(model, _outlet(rng, model), lambda a, b: [helper.make_node("Mul", [a, name], [b])])


def _endless(rng: random.Random, model: onnx.ModelProto) -> None:
    """A loop, long or without end, whose last value is the port's."""
    many = rng.choice((0, 1, 1000, 2**40, 2**63 - 1))
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["keep in"], ["keep out"]),
            helper.make_node("Identity", ["x in"], ["x out"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("keep in", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x in", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("keep out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x out", TensorProto.FLOAT, None),
        ],
    )
    model.graph.initializer.append(numpy_helper.from_array(np.array(many, np.int64), "turns"))
    model.graph.initializer.append(numpy_helper.from_array(np.array(True), "keep"))
    node = helper.make_node
    _wired(
        model,
        _outlet(rng, model),
        lambda a, b: [node("Loop", ["turns", "keep", a], [b], body=body)],
    )


def _large(rng: random.Random, model: onnx.ModelProto) -> None:
    """A value of gigabytes on the way."""
    many = rng.choice((2**20, 2**28, 2**31, 2**36, 2**62))
    model.graph.initializer.append(numpy_helper.from_array(np.array([many], np.int64), "many"))
    node = helper.make_node
    _wired(
        model,
        _outlet(rng, model),
        lambda a, b: [
            node("ConstantOfShape", ["many"], ["zeros"]),
            node("ReduceSum", ["zeros"], ["nought"], keepdims=0),
            node("Add", [a, "nought"], [b]),
        ],
    )


def _longer(rng: random.Random, model: onnx.ModelProto) -> None:
    """A port that has another shape than it says, always or for other numbers of frames."""
    port = _outlet(rng, model)
    axis, node = rng.choice((0, 1, 2)), helper.make_node
    if rng.random() < 0.5:
        _wired(model, port, lambda a, b: [node("Concat", [a, a], [b], axis=axis)])
    else:
        _wired(model, port, lambda a, b: [node("Unique", [a], [b])])


def _weights(rng: random.Random, model: onnx.ModelProto) -> None:
    """Weights that are no numbers, or tensors that are not what they say."""
    if not model.graph.initializer:
        return
    tensor = rng.choice(model.graph.initializer)
    kind = rng.random()
    if kind < 0.5 and tensor.data_type == TensorProto.FLOAT:
        array = numpy_helper.to_array(tensor).copy()
        array.flat[rng.randrange(max(1, array.size)) :] = rng.choice(_EDGES)
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    elif kind < 0.6:
        tensor.data_location = TensorProto.EXTERNAL
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", rng.choice(("good.onnx", "/etc/passwd", "../x"))
    elif kind < 0.75 and tensor.dims:
        tensor.dims[rng.randrange(len(tensor.dims))] = rng.choice((-1, 0, 1, 2**31, 2**62))
    elif kind < 0.85:
        tensor.raw_data = tensor.raw_data[: rng.randrange(len(tensor.raw_data) + 1)]
    else:
        tensor.data_type = rng.choice((0, 1, 2, 7, 8, 10, 11, 16, 99))


def _port(rng: random.Random, model: onnx.ModelProto) -> None:
    """A port of another type, shape or name."""
    port = rng.choice([*model.graph.input, *model.graph.output])
    tensor = port.type.tensor_type
    kind = rng.random()
    if kind < 0.4 and tensor.shape.dim:
        tensor.shape.dim[rng.randrange(len(tensor.shape.dim))].dim_value = rng.choice((0, 1, 2**31))
    elif kind < 0.6:
        tensor.elem_type = rng.choice((0, 7, 8, 10, 11, 99))
    elif kind < 0.8:
        port.name = rng.choice(("", "audio", "latent", "x" * 100_000, "\x1b[2J"))
    else:
        model.graph.output.append(port)


def _nodes(rng: random.Random, model: onnx.ModelProto) -> None:
    """A node less, a node twice, very many nodes, or inputs that come from later ones."""
    kind, at = rng.random(), rng.randrange(max(1, len(model.graph.node)))
    if not model.graph.node:
        return
    if kind < 0.3:
        del model.graph.node[at]
    elif kind < 0.5:
        model.graph.node.append(model.graph.node[at])
    elif kind < 0.7:
        names = [f"many {index}" for index in range(rng.choice((1000, 30_000)))]
        for before, name in zip(["latent", *names], names, strict=False):
            model.graph.node.append(helper.make_node("Neg", [before], [name]))
    elif model.graph.node[at].input:
        model.graph.node[at].input[0] = rng.choice(("", "audio", "next_state", "nothing"))


def _function(rng: random.Random, model: onnx.ModelProto) -> None:
    """An operator that the file itself defines, under a foreign name or that of a known one."""
    domain, name = rng.choice((("local", "Mine"), ("", "Neg"), ("", "Mine"), ("ai.onnx", "Mine")))
    inner = helper.make_node("Exp", ["x"], ["y"])
    opset = [helper.make_opsetid("", 17)]
    model.functions.append(helper.make_function(domain, name, ["x"], ["y"], [inner], opset))
    if rng.random() < 0.7:
        model.opset_import.append(helper.make_opsetid(domain, 1))
    make = helper.make_node
    _wired(model, _outlet(rng, model), lambda a, b: [make(name, [a], [b], domain=domain)])


def _version(rng: random.Random, model: onnx.ModelProto) -> None:
    if rng.random() < 0.3:
        model.ir_version = rng.choice((1, 3, 10, 13, 63))
    elif model.opset_import:
        model.opset_import[0].version = rng.choice((0, 1, 7, 22, 30, 2**40))


def _nested(rng: random.Random, model: onnx.ModelProto) -> None:
    """A condition within a condition, many times."""
    depth = rng.choice((1, 3, 20, 60))
    graph = helper.make_graph(
        [helper.make_node(rng.choice(("Exp", "RandomNormalLike")), ["outer"], ["last"])],
        "last",
        [],
        [helper.make_tensor_value_info("last", TensorProto.FLOAT, None)],
    )
    for level in range(depth):
        name = f"level {level}"
        branch = helper.make_node("If", ["yes"], [name], then_branch=graph, else_branch=graph)
        port = helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        graph = helper.make_graph([branch], name, [], [port])
        if len(graph.SerializeToString()) > 2**20:  # each level has the one below it twice
            break
    model.graph.initializer.append(numpy_helper.from_array(np.array(True), "yes"))

    def make(before: str, after: str) -> Sequence[Any]:
        rename = helper.make_node("Identity", [before], ["outer"])
        return rename, helper.make_node(
            "If", ["yes"], [after], then_branch=graph, else_branch=graph
        )

    _wired(model, _outlet(rng, model), make)


CHANGES: tuple[Callable[[random.Random, onnx.ModelProto], None], ...] = (
    *(_operator, _operator, _operator, _foreign, _scale, _scale, _endless, _large, _longer),
    *(_weights, _weights, _weights, _port, _port, _nodes, _nodes, _function, _version, _nested),
)
