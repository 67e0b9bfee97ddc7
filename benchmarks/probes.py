"""Makes stream artifacts that test the program that plays them, instead of making music.

The *probe* sounds the first latent, as it is, for the whole hop: when its sound changes is when the
latent was heard. The *counter* ignores its latents and sounds a triangle that climbs by the same
step each sample: a sample that is lost, repeated or made up is a step of another size.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from musicvae.artifact import METADATA_KEY, ArtifactInfo, LatentInfo

#: Of the counter: samples of a full triangle, its peak, and the step between two samples.
PERIOD = 16_384
PEAK = 0.25
STEP = 4 * PEAK / PERIOD

_node = helper.make_node


def write_probe(
    path: Path, rate: int = 44_100, hop: int = 256, gain: float = 0.25, latents: int = 1
) -> Path:
    """The probe, without any latency of its own.

    Args:
        path: of the file.
        rate: in Hz.
        hop: samples per frame.
        gain: from the first latent to the sound.
        latents: how many it takes.
    """
    nodes = [
        _node("MatMul", ["latent", "hold"], ["held"]),
        _node("Reshape", ["held", "shape"], ["audio"]),
        _node("Identity", ["state"], ["next_state"]),
    ]
    constants: dict[str, np.ndarray] = {
        "hold": np.pad(np.full((1, hop), gain, np.float32), ((0, latents - 1), (0, 0))),
        "shape": np.array([1, -1, 1], np.int64),
    }
    return _write(path, "probe", nodes, constants, rate, hop, latents)


def write_counter(path: Path, rate: int = 48_000, hop: int = 256, genre: str = "counter") -> Path:
    """The counter; its state is where on the triangle it is."""
    nodes = [
        _node("Shape", ["latent"], ["sizes"], start=1, end=2),
        _node("Mul", ["sizes", "hop"], ["lengths"]),
        _node("Squeeze", ["lengths", "axis"], ["length"]),
        _node("Range", ["zero", "length", "one"], ["numbers"]),
        _node("Cast", ["numbers"], ["steps"], to=TensorProto.FLOAT),
        _node("Squeeze", ["state"], ["at"]),
        _node("Add", ["steps", "at"], ["places"]),
        _node("Mod", ["places", "period"], ["within"], fmod=1),
        _node("Sub", ["within", "half"], ["around"]),
        _node("Abs", ["around"], ["height"]),
        _node("Mul", ["height", "scale"], ["up"]),
        _node("Sub", ["up", "peak"], ["triangle"]),
        _node("Reshape", ["triangle", "shape"], ["audio"]),
        _node("Cast", ["length"], ["passed"], to=TensorProto.FLOAT),
        _node("Add", ["state", "passed"], ["beyond"]),
        _node("Mod", ["beyond", "period"], ["next_state"], fmod=1),
    ]
    constants: dict[str, np.ndarray] = {
        "hop": np.array([hop], np.int64),
        "axis": np.array([0], np.int64),
        "zero": np.array(0, np.int64),
        "one": np.array(1, np.int64),
        "period": np.array(PERIOD, np.float32),
        "half": np.array(PERIOD / 2, np.float32),
        "scale": np.array(STEP, np.float32),
        "peak": np.array(PEAK, np.float32),
        "shape": np.array([1, -1, 1], np.int64),
    }
    return _write(path, genre, nodes, constants, rate, hop)


def _write(
    path: Path,
    genre: str,
    nodes: list[onnx.NodeProto],
    constants: dict[str, np.ndarray],
    rate: int,
    hop: int,
    latents: int = 1,
) -> Path:
    def port(name: str, shape: list[int | str]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(
        nodes,
        genre,
        [port("latent", [1, "frames", latents]), port("state", [1, 1])],
        [port("audio", [1, "samples", 1]), port("next_state", [1, 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="musicvae"
    )
    info = ArtifactInfo(
        "stream",
        genre,
        "probe",
        rate,
        1,
        latents,
        hop=hop,
        state_size=1,
        receptive_field=hop,
        stride=1,
        latent_space=hashlib.sha256(genre.encode()).hexdigest()[:16],
        latents=tuple(
            LatentInfo(f"latent {i}", 0.0, 1.0, -2.3, 2.3, 1.0 - i / latents)
            for i in range(latents)
        ),
        licence="CC0-1.0",
    )
    model.metadata_props.add(key=METADATA_KEY, value=info.to_json())
    path.write_bytes(model.SerializeToString())
    return path
