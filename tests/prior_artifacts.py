"""Makes a tiny real artifact of kind ``prior``, which is easy to compute again.

It remembers the last step that it heard, and goes on with

    clip(½ heard + ¼ remembered + noise + what is asked for · weights, -3, 3)

and its surprise is the mean distance of what is heard from what is remembered.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from musicvae.artifact import METADATA_KEY, ArtifactInfo, LatentInfo, PriorInfo
from musicvae.artifact.prior import KnobInfo

Array = NDArray[np.float32]
LATENT_SPACE = "0123456789abcdef"
PRIOR = PriorInfo(
    "tiny", 4, 2, ("jazz", "metal"), (KnobInfo("brightness", "Hz", 1500.0, 400.0),), hints=True
)


def weights(prior: PriorInfo, latent_dim: int) -> Array:
    """What each number of the conditions adds to each latent, float32 (C, D)."""
    shape = (prior.condition_size(latent_dim), latent_dim)
    return (0.1 * np.random.default_rng(1).standard_normal(shape)).astype(np.float32)


def expected_step(
    info: ArtifactInfo, heard: Array, row: Array, noise: Array, state: Array
) -> Array:
    """What must come after ``heard``, float32 (D,)."""
    assert info.prior is not None
    asked = row @ weights(info.prior, info.latent_dim)
    return np.clip(0.5 * heard + 0.25 * state + noise + asked, -3, 3).astype(np.float32)


def prior_model(prior: PriorInfo, latent_dim: int, last: str = "Identity") -> onnx.ModelProto:
    """The graph alone; ``last`` is an operator on the next latents."""
    C = prior.condition_size(latent_dim)
    constants = {
        "half": np.array(0.5, np.float32), "quarter": np.array(0.25, np.float32),
        "low": np.array(-3, np.float32), "high": np.array(3, np.float32),
        "weights": weights(prior, latent_dim),
    }  # fmt: skip
    node = helper.make_node
    nodes = [
        node("Mul", ["latent", "half"], ["a"]),
        node("Mul", ["state", "quarter"], ["b"]),
        node("MatMul", ["condition", "weights"], ["c"]),
        node("Sum", ["a", "b", "c", "noise"], ["sum"]),
        node(last, ["sum"], ["moved"]),
        node("Clip", ["moved", "low", "high"], ["next_latent"]),
        node("Sub", ["latent", "state"], ["apart"]),
        node("Abs", ["apart"], ["far"]),
        node("ReduceMean", ["far"], ["surprise"], axes=[1], keepdims=1),
        node("Identity", ["latent"], ["next_state"]),
    ]

    def port(name: str, width: int) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])

    D = latent_dim
    inputs = [port("latent", D), port("condition", C), port("noise", D), port("state", D)]
    outputs = [port("next_latent", D), port("surprise", 1), port("next_state", D)]
    values = [numpy_helper.from_array(value, key) for key, value in constants.items()]
    graph = helper.make_graph(nodes, "prior", inputs, outputs, values)
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8, producer_name="musicvae")


def write_prior_artifact(
    path: Path, latent_dim: int = 4, hop: int = 64, stride: int = 2, last: str = "Identity",
    **fields: Any,
) -> Path:  # fmt: skip
    """Write the artifact; ``fields`` are those of the description that shall differ."""
    prior = fields.get("prior", PRIOR)
    model = prior_model(PRIOR if prior is None else prior, latent_dim, last)
    graph = model.graph.SerializeToString(deterministic=True)
    latents = tuple(
        LatentInfo(f"latent {i}", 0.0, 1.0, -2.3, 2.3, 1 / latent_dim) for i in range(latent_dim)
    )
    values: dict[str, Any] = {
        "kind": "prior", "genre": "any", "recipe": "tiny", "sample_rate": 8000, "channels": 1,
        "latent_dim": latent_dim, "hop": hop, "stride": stride, "state_size": latent_dim,
        "latent_space": LATENT_SPACE, "latents": latents, "prior": prior, "schema": 3,
        "graph_sha256": hashlib.sha256(graph).hexdigest(),
    }  # fmt: skip
    info = ArtifactInfo(**{**values, **fields})
    helper.set_model_props(model, {METADATA_KEY: info.to_json()})
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path


def redescribed(path: Path, **changes: Any) -> Path:
    """The file with other entries in the JSON of its ``prior``."""
    model = onnx.load(path)
    values = json.loads(model.metadata_props[0].value)
    values["prior"].update(changes)
    model.metadata_props[0].value = json.dumps(values)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path
