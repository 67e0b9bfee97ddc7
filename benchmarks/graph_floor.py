"""Measures one call of a stream's graph beside the time to read its weights; prints a table.

    python benchmarks/graph_floor.py before.onnx after.onnx after-int8.onnx [--seconds 20]

Without files, the untrained preset `stream44` in stereo is exported, with weights of float32 and of
8 bits; of encoders, a step is measured as a frame is. One frame is so little arithmetic that the
least a graph can take is the time to read its weights: the *floor* is that of one pass over as many
bytes, which numpy makes with its fastest instructions. All rows take turns on one core, so that a
busy machine slows all alike. Times are medians in µs, ratios are to the first file in the same
round; `push` is what a player calls, with its checks and copies.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

import musicvae as mv
from musicvae.artifact import ArtifactInfo
from musicvae.artifact.ports import main_ports
from musicvae.artifact.reading import inspect
from musicvae.runtime.binding import BoundSession
from musicvae.runtime.session import open_artifact

#: Frames of a call.
FRAMES = (1, 2, 4, 8)
#: Calls in a row, after one for nothing: the others have emptied the caches.
TURN = 20

Call = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One file: what is timed of it, by the name of the column."""

    name: str
    nodes: int
    megabytes: float
    calls: dict[str, Call]


def row(path: Path) -> Row:
    """What is timed of an artifact."""
    graph = onnx.load(path).graph
    tables = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    weights = [numpy_helper.to_array(t) for t in graph.initializer if t.name not in tables]
    read = np.concatenate([np.frombuffer(array.tobytes(), np.uint8) for array in weights])
    calls: dict[str, Call] = {"floor": floor(read)}
    calls |= {f"{frames}": alone(path, frames) for frames in FRAMES}
    calls["push 1"] = pushed(path)
    return Row(path.stem, len(graph.node), len(read) / 1e6, calls)


def floor(weights: np.ndarray) -> Call:
    """One pass over these bytes."""
    words = np.resize(weights, -(-len(weights) // 64) * 64).view(np.int64)
    return lambda: np.bitwise_or.reduce(words)


def alone(path: Path, frames: int) -> Call:
    """The graph without the checks around it."""
    info = inspect(path)
    opened = open_artifact(path, info.kind, threads=1)
    ports = main_ports(info.kind)
    bound = BoundSession(opened.session, *ports, info.state_size, loops=opened.loops)
    block, out = given(info, frames)

    def call() -> None:
        bound.run(block, out.shape)
        bound.keep()

    return call


def pushed(path: Path) -> Call:
    """One frame as a player decodes it, or one step as it encodes it."""
    info = inspect(path)
    player = mv.Encoder(path) if info.kind == "encoder" else mv.StreamDecoder(path)
    block, out = given(info, 1)
    return lambda: player.push(block, out)


def given(info: ArtifactInfo, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Input of so many frames, and an array for what comes out."""
    random = np.random.default_rng(0)
    latents = random.standard_normal((frames, info.latent_dim), np.float32)
    sound = 0.1 * random.standard_normal((frames * info.hop, info.channels), np.float32)
    return (sound, latents) if info.kind == "encoder" else (latents, sound)


def measured(rows: list[Row], seconds: float) -> list[dict[str, list[float]]]:
    """µs of each call of each row, a median for each round; they take turns."""
    found: list[dict[str, list[float]]] = [{name: [] for name in each.calls} for each in rows]
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds or len(found[0]["floor"]) < 3:
        for column in rows[0].calls:
            for each, times in zip(rows, found, strict=True):
                times[column].append(turn(each.calls[column]))
    return found


def turn(call: Call) -> float:
    """The median of some calls, in µs."""
    call()
    times = []
    for _ in range(TURN):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return float(np.median(times)) * 1e6


def cells(times: dict[str, list[float]], first: dict[str, list[float]]) -> list[str]:
    """The figures of a row."""
    least = float(np.median(times["floor"]))
    found = [f"{least:.0f}", f"{np.median(np.divide(times['1'], times['floor'])):.2f}"]
    for column in (*map(str, FRAMES), "push 1"):
        ratio = np.median(np.divide(times[column], first[column]))
        frames = int(column.removeprefix("push "))
        found.append(f"{np.median(times[column]) / frames:.0f} ({ratio:.2f})")
    return found


def export_untrained(folder: Path) -> list[Path]:
    """The preset before training, in stereo; in a process of its own, since it needs TensorFlow."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from untrained import Untrained

    model = Untrained("stream44", channels=2)
    paths = [folder / "float32.onnx", folder / "int8.onnx"]
    for path, int8 in zip(paths, (False, True), strict=True):
        mv.export(model, path, int8=int8)
    return paths


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("artifacts", nargs="*", type=Path, help="streams; default untrained ones")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = options.artifacts
        if not paths:
            with ProcessPoolExecutor(1, get_context("spawn")) as aside:
                paths = aside.submit(export_untrained, Path(folder)).result()
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        rows = [row(path) for path in paths]
    found = measured(rows, options.seconds)
    frames = " | ".join(f"{n} frame{'s' * (n > 1)}" for n in FRAMES)
    print(f"| µs a frame (× first) | nodes | MB | floor | graph / floor | {frames} | push |")
    print("| --- |" + " ---: |" * (5 + len(FRAMES)))
    for each, times in zip(rows, found, strict=True):
        shown = " | ".join(cells(times, found[0]))
        print(f"| {each.name} | {each.nodes} | {each.megabytes:.2f} | {shown} |")


if __name__ == "__main__":
    main()
