"""Measures how fast a stream is decoded on one thread; prints Markdown tables.

    python benchmarks/decoding.py [jazz.onnx] [--blocks 400] [--starts 7]

Without an artifact, the preset `stream44` is exported as it is before training, since speed does
not depend on the weights, and two more ways to play the same function are measured beside it: the
graph as tf2onnx converts it, and TensorFlow itself. The graphs take turns, so that a busy machine
slows all alike; TensorFlow, whose threads stay awake after each call, has a process of its own. The
ratios between rows are what can be compared between machines.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

import musicvae as mv
from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import inspect
from musicvae.runtime.binding import BoundSession
from musicvae.runtime.session import open_artifact

#: Samples per block, as players ask for them.
BLOCKS = (256, 512, 1024, 2048)
#: What is made where no artifact is given.
EXPORTED = ("exported", "exported, float16 weights", "as converted")
#: Blocks in a row, while the caches know one player.
RUN = 20

Push = Callable[[np.ndarray], object]


@dataclass
class Player:
    """One way to turn latents into sound.

    Attributes:
        name: of the row.
        push: the next frames of a stream, (frames, D).
        path: of the artifact, if it is one.
        nodes: of its graph.
    """

    name: str
    push: Push
    path: Path | None = None
    nodes: int | None = None


def artifact(name: str, path: Path) -> Player:
    """A player of an artifact."""
    nodes = inspect(path).provenance["export"]["nodes"]
    return Player(name, mv.StreamDecoder(path, threads=1).push, path, nodes)


def graph_alone(name: str, path: Path) -> Player:
    """Runs the graph without the checks of input and output that ``push`` makes."""
    opened = open_artifact(path, "stream", threads=1)
    info = opened.info
    bound = BoundSession(opened.session, "latent", "audio", info.state_size, loops=opened.loops)

    def push(latents: np.ndarray) -> None:
        bound.run(latents, (len(latents) * info.hop, info.channels))
        bound.keep()

    return Player(f"{name}, the graph alone", push)


def export_untrained(folder: Path) -> None:
    """Export the preset in three ways. Runs in a process of its own."""
    part = untrained_part()
    from musicvae_export.build import build_graph
    from musicvae_export.convert import convert
    from musicvae_export.graph.half import halved
    from musicvae_export.stamp import name_ports, stamp, with_graph

    clean = build_graph(part.function, part.info)
    plain = convert(part.function, 2, 2)
    ports = [{p.name: shape(p) for p in side} for side in (clean.graph.input, clean.graph.output)]
    name_ports(plain, "stream", *ports)
    for name, graph in zip(EXPORTED, (clean, halved(clean), plain), strict=True):
        (folder / f"{name}.onnx").write_bytes(stamp(graph, with_graph(part.info, graph)))


def tensorflow_cells(blocks: int) -> list[str]:
    """The row of TensorFlow. Runs in a process of its own."""
    part = untrained_part()
    state = [np.zeros((1, part.info.state_size), np.float32)]

    def push(latents: np.ndarray) -> np.ndarray:
        audio, state[0] = part.function(latents[None], state[0])
        samples: np.ndarray = audio.numpy()
        return samples

    return cells([Player("TensorFlow", push)], part.info, blocks)[0]


def untrained_part() -> Any:
    """The preset's decoder as it is before training, to export; TensorFlow has one thread."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from untrained import Untrained

    return Untrained("stream44").exports()["decoder"]


def shape(port: Any) -> list[int | str]:
    """The shape of a port of a graph."""
    return [axis.dim_param or axis.dim_value for axis in port.type.tensor_type.shape.dim]


def seconds(players: list[Player], latents: np.ndarray, blocks: int) -> list[np.ndarray]:
    """Seconds that each block of these latents took each player, (blocks,)."""
    times: list[list[float]] = [[] for _ in players]
    while len(times[0]) < blocks:
        for player, spent in zip(players, times, strict=True):
            player.push(latents)  # once for nothing: the others have emptied the caches
            for _ in range(RUN):
                begin = time.perf_counter()
                player.push(latents)
                spent.append(time.perf_counter() - begin)
    return [np.array(spent) for spent in times]


def cells(players: list[Player], info: ArtifactInfo, blocks: int) -> list[list[str]]:
    """The speed of each player as a multiple of real time: rows of players, columns of BLOCKS."""
    rows: list[list[str]] = [[] for _ in players]
    random = np.random.default_rng(0)
    for samples in BLOCKS:
        frames = max(1, samples // info.hop)
        latents = random.standard_normal((frames, info.latent_dim), np.float32)
        for row, spent in zip(rows, seconds(players, latents, blocks), strict=True):
            median, late = np.percentile(spent, [50, 99])
            times = frames * info.hop / info.sample_rate / median
            row.append(f"{times:.0f} × ({1e3 * median:.3f} ms, {late / median:.1f})")
    return rows


def throughput(names: list[str], nodes: list[str], rows: list[list[str]]) -> None:
    """Print the table of speeds."""
    print("| one thread | nodes | " + " | ".join(f"{samples} samples" for samples in BLOCKS) + " |")
    print("| --- | ---: |" + " ---: |" * len(BLOCKS))
    for name, count, row in zip(names, nodes, rows, strict=True):
        print(f"| {name} | {count} | {' | '.join(row)} |")
    print("\n× real time at the median block (that block's time; 99th percentile / median)\n")


#: Prints when its first block was there, and how much memory is resident then, in MB.
CHILD = """
import sys, time
from musicvae import StreamDecoder
stream = StreamDecoder(sys.argv[1])
stream.push([0.0] * stream.info.latent_dim)
now = time.time()
pages = int(open("/proc/self/statm").read().split()[1]) if sys.platform == "linux" else 0
import resource
print(now, pages * resource.getpagesize() / 1e6)
"""


def start(path: Path) -> tuple[float, float]:
    """Seconds from the start of a process to its first block, and its resident memory in MB."""
    begin = time.time()
    command = [sys.executable, "-P", "-c", CHILD, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    now, memory = map(float, done.stdout.split())
    return now - begin, memory


def footprint(players: list[Player], starts: int) -> None:
    """Print sizes of files, time to the first block, and memory."""
    print("| file | size, MB | start to first block, ms | resident memory, MB |")
    print("| --- | ---: | ---: | ---: |")
    for player in players:
        if player.path is None:
            continue
        start(player.path)  # once before, so that files are cached and compiled
        found = [start(player.path) for _ in range(starts)]
        first, memory = (statistics.median(column) for column in zip(*found, strict=True))
        size = player.path.stat().st_size / 1e6
        print(f"| {player.name} | {size:.2f} | {1e3 * first:.0f} | {memory:.0f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("artifact", nargs="?", type=Path, help="a stream; default untrained ones")
    parser.add_argument("--blocks", type=int, default=400, help="of each size (default: 400)")
    parser.add_argument("--starts", type=int, default=7, help="of a process (default: 7)")
    options = parser.parse_args()
    # A process that has not loaded TensorFlow is what performers have.
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as aside,
    ):
        paths = [options.artifact] if options.artifact else []
        if not paths:
            aside.submit(export_untrained, Path(folder)).result()
            paths = [Path(folder) / f"{name}.onnx" for name in EXPORTED]
        players = [artifact(path.stem, path) for path in paths]
        players.insert(1, graph_alone(paths[0].stem, paths[0]))
        info = inspect(paths[0])
        print(f"{info.sample_rate} Hz, {info.channels} channel(s), {info.hop} samples a frame\n")
        rows = cells(players, info, options.blocks)
        names = [player.name for player in players]
        nodes = [str(player.nodes or "") for player in players]
        if not options.artifact:
            rows.append(aside.submit(tensorflow_cells, options.blocks).result())
            names.append("TensorFlow")
            nodes.append("")
        throughput(names, nodes, rows)
        footprint(players, options.starts)


if __name__ == "__main__":
    main()
