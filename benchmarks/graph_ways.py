"""Ways to optimise a converted graph: steps of the exporter left out, libraries in their place."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest import mock

import onnx
import onnxruntime
from onnx import ModelProto

from musicvae.families import Exportable

Change = Callable[[ModelProto], ModelProto]

_BUILD = "musicvae_export.build"
#: Steps of the exporter that can be left out, and where they are: those of clips,
CLIP_STEPS = {
    "simplify": f"{_BUILD}.simplify",
    "fold": f"{_BUILD}.fold",
    "fold: cuts": "musicvae_export.graph.fold._fold_cut",
    "fold: factors and offsets": "musicvae_export.graph.fold._fold_next",
    "without_transposes": f"{_BUILD}.without_transposes",
}
#: and those of streams and their encoders.
STREAM_STEPS = {
    "simplify": f"{_BUILD}.simplify",
    "whole_numbers": f"{_BUILD}.tidy_whole_numbers",
    "whole_numbers: remainders": "musicvae_export.graph.integers._remainders",
    "whole_numbers: frames counted once": "musicvae_export.graph.integers._count_once",
    "unbatch": f"{_BUILD}.unbatch",
    "merge_reshapes": f"{_BUILD}.merge_reshapes",
    "gemm": f"{_BUILD}.use_gemm",
    "gemm: rows of tables": "musicvae_export.graph.gemm._absorb_row_of_table",
    "sums": f"{_BUILD}.join_sums",
}
STEPS = CLIP_STEPS | STREAM_STEPS


@dataclass(frozen=True)
class Way:
    """One way to optimise a converted graph.

    Attributes:
        name: of the row.
        replaced: steps of the exporter by path, and what is called instead.
        alone: what is done in place of the exporter's clean-up, if anything.
        after: what is done after the exporter's clean-up, if anything.
        steps: of the exporter that it is about; without one, it is for every graph.
    """

    name: str
    replaced: dict[str, Any] = field(default_factory=dict)
    alone: Change | None = None
    after: Change | None = None
    steps: frozenset[str] = frozenset()

    def fits(self, kind: str) -> bool:
        """Whether it changes the graph of this kind of artifact."""
        known = CLIP_STEPS if kind == "clip" else STREAM_STEPS
        return not self.steps or not self.steps.isdisjoint(known)

    def optimise(self, plain: ModelProto, part: Exportable) -> ModelProto:
        """The optimised graph of a part; ``plain`` is its converted graph, and stays.

        Raises:
            ImportError: the library is not installed.
        """
        from musicvae_export.build import build_graph

        model = ModelProto()
        model.CopyFrom(plain)
        if self.alone is not None:
            return self.alone(model)
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch(f"{_BUILD}.convert", return_value=model))
            for place, change in self.replaced.items():
                stack.enter_context(mock.patch(place, change))
            model = build_graph(part.function, part.info)
        return model if self.after is None else self.after(model)


def onnxslim(model: ModelProto) -> ModelProto:
    """Optimise with onnxslim and its default settings."""
    return ModelProto.FromString(_slim(model.SerializeToString()))


@cache  # it takes seconds, and several ways begin with the same graph
def _slim(data: bytes, **options: str) -> bytes:
    from onnxslim import slim

    with contextlib.redirect_stdout(io.StringIO()):
        return bytes(slim(ModelProto.FromString(data), **options).SerializeToString())


def onnxslim_half(model: ModelProto) -> ModelProto:
    """onnxslim with float16 for float32."""
    return ModelProto.FromString(_slim(model.SerializeToString(), dtype="fp16"))


def ort_half(model: ModelProto) -> ModelProto:
    """float16 for float32 but for the ports, as onnxruntime's tool does it."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    return convert_float_to_float16(model, keep_io_types=True)


def half(model: ModelProto) -> ModelProto:
    """The exporter's own step: only weights are float16."""
    from musicvae_export.graph.half import halved

    return halved(model)


def onnxsim(model: ModelProto) -> ModelProto:
    """Optimise with onnxsim and its default settings."""
    from onnxsim import simplify

    return simplify(model)[0]


def onnxoptimizer(model: ModelProto) -> ModelProto:
    """Every pass of onnxoptimizer that fuses or eliminates, until nothing changes."""
    from onnxoptimizer import get_fuse_and_elimination_passes, optimize

    return optimize(model, get_fuse_and_elimination_passes(), fixed_point=True)


def ort_basic(model: ModelProto) -> ModelProto:
    """onnxruntime's offline optimiser, with ONNX's own operators."""
    return _ort(model, "ORT_ENABLE_BASIC")


def ort_extended(model: ModelProto) -> ModelProto:
    """The same with onnxruntime's own operators too."""
    return _ort(model, "ORT_ENABLE_EXTENDED")


def _ort(model: ModelProto, level: str) -> ModelProto:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        path = options.optimized_model_filepath = f"{folder}/optimised.onnx"
        data = model.SerializeToString()
        onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        return onnx.load(path)


LIBRARIES: dict[str, Change] = {
    "onnxslim": onnxslim,
    "onnxsim": onnxsim,
    "onnxoptimizer": onnxoptimizer,
    "onnxruntime (basic)": ort_basic,
    "onnxruntime (extended)": ort_extended,
}

#: What a library is put in place of: the step that it stands for, and steps that are left out then.
STAND_INS = {
    "`simplify`": ("simplify", ()),
    "all but `unbatch`, `gemm`, `fold`": (
        "simplify",
        ("whole_numbers", "merge_reshapes", "without_transposes"),
    ),
    "`fold`": ("fold", ()),
    "`gemm`": ("gemm", ()),
    "`without_transposes`": ("without_transposes", ()),
}


def ways() -> Iterator[Way]:
    """Every row; the first is what is exported, the second where it began."""
    yield Way("ours")
    yield Way("as converted", alone=lambda model: model)
    for name, library in LIBRARIES.items():
        yield Way(name, alone=library)
    for place, (stood_for, dropped) in STAND_INS.items():
        for name in ("onnxslim", "onnxsim", "onnxruntime (basic)"):
            replaced = {STEPS[stood_for]: _as_step(LIBRARIES[name])}
            replaced |= {STEPS[step]: _nothing for step in dropped}
            yield Way(f"{name} for {place}", replaced, steps=frozenset([stood_for]))
    for name in ("onnxslim", "onnxsim", "onnxruntime (extended)"):
        yield Way(f"ours, then {name}", after=LIBRARIES[name])
    for name, change in (("ours", half), ("onnxslim", onnxslim_half), ("onnxruntime", ort_half)):
        yield Way(f"ours, then float16 by {name}", after=change)
    for name, path in STEPS.items():
        yield Way(f"ours without `{name}`", {path: _nothing}, steps=frozenset([name]))


def _nothing(subject: Any, *_: Any) -> Any:
    """In place of a step: a model stays as it is; of a graph's node there is no more to do."""
    return subject if isinstance(subject, ModelProto) else False


def _as_step(library: Change) -> Callable[..., ModelProto]:
    """A library as a step of the exporter: the model that it is given is changed."""

    def step(model: ModelProto, *_: Any) -> ModelProto:
        from musicvae_export.convert import own_domain_only
        from musicvae_export.graph.tools import prune

        model.CopyFrom(library(model))
        prune(model.graph)
        return own_domain_only(model)

    return step
