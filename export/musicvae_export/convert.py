"""Converts a TensorFlow function to an ONNX graph, and refuses operators that ONNX does not have.

tf2onnx only *logs* an operator it cannot convert, and returns a model that no runtime can load.
Here that is an error which names the operators, found both in what tf2onnx logs and by checking
every node against ONNX's own list.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import onnx
from onnx import ModelProto, numpy_helper

from musicvae.errors import ExportError, UnsupportedOperatorError
from musicvae_export.graph.tools import prune

#: The oldest operator set with all the operators that we need, so that old runtimes can play it.
OPSET = 17


def convert(function: Any, inputs: int = 1, outputs: int = 1) -> ModelProto:
    """Convert a TensorFlow function.

    Args:
        function: a ``tf.function`` with an input signature of float32 tensors; it returns float32.
        inputs: number of tensors that it must take.
        outputs: number of tensors that it must return.

    Returns:
        A model with as many inputs and outputs, in the function's order, whose operators are all
        ONNX's own.

    Raises:
        UnsupportedOperatorError: an operator has no ONNX counterpart.
        ExportError: the conversion failed in another way.
    """
    import tf2onnx

    with _captured_log() as messages:
        try:
            # The second result would be weights in other files, which we do not ask for.
            model, _ = tf2onnx.convert.from_function(
                function, input_signature=function.input_signature, opset=OPSET
            )
        except Exception as error:  # tf2onnx and TensorFlow raise all kinds
            raise ExportError(
                "the model cannot be converted to ONNX",
                received=f"{type(error).__name__}: {error}",
            ) from error
    refuse_unsupported(model, messages)
    _fill_in_captures(model, function)
    prune(model.graph)
    if (len(model.graph.input), len(model.graph.output)) != (inputs, outputs):
        raise ExportError(
            "the function cannot be exported",
            expected=f"{inputs} inputs that are used, {outputs} outputs",
            received=f"{len(model.graph.input)} inputs, {len(model.graph.output)} outputs",
        )
    return own_domain_only(model)


def _fill_in_captures(model: ModelProto, function: Any) -> None:
    """Store the constants from outside the function, which tf2onnx turns into inputs."""
    concrete = function.get_concrete_function(*function.input_signature)
    values = {inner.name: outer for outer, inner in concrete.graph.captures}
    for tensor in [tensor for tensor in model.graph.input if tensor.name in values]:
        model.graph.input.remove(tensor)
        array = values[tensor.name].numpy()
        model.graph.initializer.append(numpy_helper.from_array(array, tensor.name))


def without_transposes(model: ModelProto) -> ModelProto:
    """Cancel pairs of transposes that tf2onnx left around computations that were folded since.

    Where tf2onnx's optimiser fails, the model is returned unchanged.
    """
    from tf2onnx.graph import GraphUtil

    version = model.ir_version
    with _captured_log():
        model = own_domain_only(GraphUtil.optimize_model_proto(model))
    model.ir_version = version
    prune(model.graph)
    return model


def refuse_unsupported(model: ModelProto, messages: list[str] | None = None) -> None:
    """Check that every operator is one of ONNX's own.

    Args:
        model: a model of any operator set.
        messages: what the converter logged.

    Raises:
        UnsupportedOperatorError: an operator is not; the message names all of these.
    """
    unknown = {
        name
        for message in messages or ()
        if "Unsupported ops" in message
        for name in re.findall(r"'(\w+)'", message)
    }
    version = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), OPSET)
    for node in _all_nodes(model.graph):
        if not onnx.defs.has(node.op_type, version, node.domain):
            unknown.add(f"{node.domain}:{node.op_type}" if node.domain else node.op_type)
        elif node.domain not in ("", "ai.onnx"):
            unknown.add(f"{node.domain}:{node.op_type}")
    if unknown:
        raise UnsupportedOperatorError(
            "the model uses operators that ONNX does not have",
            expected=f"operators of opset {version}",
            received=", ".join(sorted(unknown)),
            hint="use other layers, for instance tanh GELU, SiLU or LeakyReLU for exact GELU",
        )


def own_domain_only(model: ModelProto) -> ModelProto:
    """Remove imports of operator sets that no node uses; our players refuse foreign sets."""
    used = {node.domain for node in _all_nodes(model.graph)} | {""}
    for opset in [opset for opset in model.opset_import if opset.domain not in used]:
        model.opset_import.remove(opset)
    return model


def _all_nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _all_nodes(inner)


@contextmanager
def _captured_log() -> Iterator[list[str]]:
    """Collects the warnings and errors that tf2onnx logs, instead of printing them."""
    messages: list[str] = []
    logger = logging.getLogger("tf2onnx")
    handler = _Collector(messages.append)
    level, propagate, handlers = logger.level, logger.propagate, logger.handlers[:]
    logger.handlers[:] = [handler]
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        yield messages
    finally:
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate


class _Collector(logging.Handler):
    def __init__(self, note: Callable[[str], None]) -> None:
        super().__init__()
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        self._note(record.getMessage())
