"""Compares the clean-up of exported graphs with libraries for it; prints a Markdown table.

    python -m pip install onnxslim onnxsim onnxoptimizer
    python benchmarks/graph_optimisers.py > table.md
    python benchmarks/into_page.py graph-optimisers docs/export.md < table.md

A row is a way to optimise a graph (``graph_ways.py``), a column is a graph: of models that are
untrained and of a fixed seed, since neither nodes nor speed depend on training. A library that is
not installed has a row that says so.

A cell says how many nodes there are, and how long one frame and four frames (of the clip: clips)
take on one thread, as multiples of ours. All graphs take turns, so that a busy machine slows all
alike, and each turn is compared with ours in the same round. ``difference`` is the largest from the
converted graph, run without any optimisation, over 1, 4 and 7 frames and every graph: of full
scale, of a latent, and of numbers in a state of their size or of 1. Graphs are made in processes of
their own, so that TensorFlow is not in the one that measures.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from graph_ways import ways
from numpy.typing import NDArray

from musicvae.errors import CorruptArtifactError
from musicvae.families import Exportable
from musicvae.runtime.session import open_session

#: What is exported, by the name of its column.
GRAPHS = ("clip", "stream", "stream44", "encoder of stream")
#: Frames of a block: the first two are timed, all are compared.
SIZES = (1, 4, 7)
#: A turn lasts so long in seconds, and has so many calls at most.
TURN, CALLS = 0.02, 20
#: Ours in a second session, which shows what is noise.
AGAIN = "ours, opened again"

Feeds = dict[str, NDArray[np.float32]]
Cells = dict[str, str]


@dataclass(frozen=True)
class Made:
    """The result of a way for one graph: the file, or the reason why there is none."""

    path: Path | None
    nodes: int = 0
    foreign: int = 0  # of these, nodes that are not ONNX's own
    failure: str = ""


def exportable(graph: str) -> Exportable:
    """The part of an untrained model that is exported."""
    from untrained import Untrained
    from untrained_clip import UntrainedClip

    if graph == "clip":
        return UntrainedClip().exports()["decoder"]
    if graph.startswith("encoder of "):
        return Untrained(graph.removeprefix("encoder of ")).exports()["encoder"]
    return Untrained(graph).exports()["decoder"]


def make_all(graph: str, folder: Path) -> tuple[int, dict[str, Made]]:
    """Rows of input per frame, and what each way makes of a graph; in a process of its own."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from musicvae_export.build import build_graph
    from musicvae_export.convert import convert
    from musicvae_export.stamp import name_ports

    part = exportable(graph)
    ours = build_graph(part.function, part.info).graph
    plain = convert(part.function, len(ours.input), len(ours.output))
    # Libraries are told which axes are free; those that tf2onnx names tell them less.
    ports = [{port.name: shape(port) for port in side} for side in (ours.input, ours.output)]
    name_ports(plain, part.info.kind, *ports)
    made = {}
    for number, way in enumerate(way for way in ways() if way.fits(part.info.kind)):
        path = folder / f"{graph}-{number}.onnx"
        try:
            model = way.optimise(plain, part)
        except ImportError as error:
            made[way.name] = Made(None, failure=f"{error.name} is not installed")
        except Exception as error:  # noqa: BLE001 (libraries raise all kinds)
            made[way.name] = Made(None, failure=f"fails: {type(error).__name__}")
        else:
            foreign = sum(node.domain not in ("", "ai.onnx") for node in model.graph.node)
            path.write_bytes(model.SerializeToString(deterministic=True))
            made[way.name] = Made(path, len(model.graph.node), foreign)
        print(f"{graph}: {way.name}", file=sys.stderr)
    return part.info.hop if part.info.kind == "encoder" else 1, made


def shape(port: Any) -> list[int | str]:
    """The shape of a port of a graph."""
    return [axis.dim_param or axis.dim_value for axis in port.type.tensor_type.shape.dim]


def feeds(session: Any, frames: int) -> Feeds:
    """Random input of so many rows, and a state of zeros."""
    random = np.random.default_rng(frames)
    found = {}
    for port in session.get_inputs():
        sizes = [axis if isinstance(axis, int) else frames for axis in port.shape]
        found[port.name] = 0.5 * random.standard_normal(sizes).astype(np.float32)
        if port.name == "state":
            found[port.name] *= 0
    return found


def caller(session: Any, given: Feeds) -> Callable[[], None]:
    """Runs a session on what is given, into buffers that are allocated once."""
    binding = session.io_binding()
    for name, array in given.items():
        binding.bind_cpu_input(name, array)
    names = [port.name for port in session.get_outputs()]
    results = session.run(names, given)
    for name, array in zip(names, results, strict=True):
        place = array.ctypes.data
        binding.bind_output(name, "cpu", 0, np.float32, array.shape, place)

    def call(_kept: Any = (results, given)) -> None:
        session.run_with_iobinding(binding)

    return call


def ratios(calls: dict[str, Callable[[], None]], seconds: float) -> dict[str, float]:
    """The time of each, as a multiple of the first: the median over rounds of medians."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    random, begin = np.random.default_rng(0), time.perf_counter()
    while time.perf_counter() - begin < seconds or len(found[AGAIN]) < 5:
        for name in random.permutation(list(calls)):  # a place in the round has a time of its own
            found[name].append(_turn(calls[name]))
    first = np.array(next(iter(found.values())))
    return {name: float(np.median(np.array(times) / first)) for name, times in found.items()}


def _turn(call: Callable[[], None]) -> float:
    """The median of a turn's calls in seconds."""
    call()  # once for nothing: the others have emptied the caches
    times: list[float] = []
    while len(times) < CALLS and sum(times) < TURN:
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return float(np.median(times))


def differences(reference: Any, session: Any, unit: int) -> tuple[float, list[int]]:
    """The largest difference, and the numbers of frames that do not work."""
    worst, broken = 0.0, []
    state = None
    for frames in (9, *SIZES):  # the first only leave a state
        given = feeds(reference, frames * unit)
        if state is not None:
            given["state"] = state
        expected = reference.run(None, given)
        if len(expected) == 2:
            state = expected[1]
        try:
            received = session.run(None, given)
            for a, b in zip(expected, received, strict=True):
                scale = np.maximum(1, np.abs(a))
                worst = max(worst, float((np.abs(np.subtract(a, b)) / scale).max()))
        except Exception:  # noqa: BLE001 (onnxruntime's errors have no common base but this)
            broken.append(frames)
    return worst, broken


def column(made: dict[str, Made], unit: int, seconds: float) -> tuple[Cells, dict[str, float]]:
    """Cells and differences of one graph, by the name of the row."""
    data = {name: one.path.read_bytes() for name, one in made.items() if one.path}
    off = onnxruntime.SessionOptions()
    off.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    reference = onnxruntime.InferenceSession(data["as converted"], off)
    cells = {name: one.failure for name, one in made.items()}
    sessions, worst = {}, {}
    for name, found in (*data.items(), (AGAIN, data["ours"])):
        if found == data["ours"] and name not in ("ours", AGAIN):
            cells[name] = "="
            continue
        try:
            session = open_session(found, 1, name)
        except CorruptArtifactError:
            cells[name] = "cannot be loaded"
            continue
        worst[name], broken = differences(reference, session, unit)
        if broken:
            cells[name] = f"not for {', '.join(map(str, broken))} frames"
        else:
            sessions[name] = session
    times = [
        ratios({name: caller(one, feeds(one, n * unit)) for name, one in sessions.items()}, seconds)
        for n in SIZES[:2]
    ]
    for name in sessions:
        one = made["ours" if name == AGAIN else name]
        nodes = f"{one.nodes} ({one.foreign} foreign)" if one.foreign else str(one.nodes)
        cells[name] = " · ".join([nodes, *(f"{found[name]:.2f}" for found in times)])
    return cells, worst


def versions() -> str:
    """The versions of the libraries."""
    found = []
    for name in ("onnxslim", "onnxsim", "onnxoptimizer", "onnxruntime", "tf2onnx"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return ", ".join(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--seconds", type=float, default=60, help="for each graph and size (default: 60)"
    )
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(2, get_context("spawn")) as aside:
            made = list(aside.map(make_all, GRAPHS, [Path(folder)] * len(GRAPHS)))
        columns = [column(ways_of, unit, seconds) for unit, ways_of in made]
    first, *others = (way.name for way in ways())
    print(f"{versions()}\n")
    print(f"| nodes · 1 frame · 4 frames | {' | '.join(GRAPHS)} | difference |")
    print("| --- |" + " --- |" * len(GRAPHS) + " ---: |")
    for name in (first, AGAIN, *others):
        worst = [found[name] for _, found in columns if name in found]
        shown = f"{max(worst):.0e}" if worst else ""
        print(f"| {name} | {' | '.join(cells.get(name, '') for cells, _ in columns)} | {shown} |")
    print("\n`=`: the same graph as ours, to the byte. Empty: this kind of graph has no such step.")


if __name__ == "__main__":
    main()
