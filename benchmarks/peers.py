"""Times the decoder of a ready model beside published ones for live sound; prints Markdown tables.

    python benchmarks/peers.py | python benchmarks/into_page.py peers docs/stream.md

The arithmetic of the decoders of RAVE and BRAVE is built from their published configurations, with
random weights (`peers_layers.py`), from the latents to the samples: the turn of the latents, all
layers, the branch of noise where the configuration has one, the synthesis of the PQMF. They run in
onnxruntime and, where torch is installed (pip install torch), as TorchScript, which is what their
users play. Ours is a ready model, through `StreamDecoder.push`.

All take turns, on one thread and, where the system allows that, on one core; times are those on
the processor, all threads together, so that a busy machine slows all alike. Before that it is
checked that each graph has the weights of its layer list, that a stream in pieces is the stream at
once, and that TorchScript and onnxruntime play the same.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import onnx
from peers_layers import LATENTS, PUBLISHED, RATE, Published
from peers_onnx import OnnxDecoder, build

import musicvae as mv
from musicvae.text import printable

#: Samples of a block, as players ask for them; the longer, the longer it is measured.
BLOCKS = (512, 1024, 2048)
#: Calls in a row that are timed, after one for nothing: the others have emptied the caches.
TURN = 5
#: The largest difference of samples that is rounding, as a share of the highest.
ROUNDING = 1e-4

Call = Callable[[], object]
HAS_TORCH = importlib.util.find_spec("torch") is not None


@dataclass(frozen=True)
class Player:
    """Something that decodes: ``at`` makes the call for a block of so many latent vectors."""

    name: str
    runtime: str
    hop: int
    rate: int
    at: Callable[[int], Call]


def ours(model: str) -> Player:
    """A ready model as a player uses it, one call a block."""
    stream = mv.StreamDecoder(model)
    info = stream.info

    def at(frames: int) -> Call:
        latents = some(frames, info.latent_dim)
        out = np.zeros((frames * info.hop, info.channels), np.float32)
        return lambda: stream.push(latents, out)

    sound = "stereo" if info.channels == 2 else "mono"
    return Player(f"musicvae `{printable(model)}`, {sound}", "push", info.hop, info.sample_rate, at)


def some(count: int, latents: int = LATENTS) -> np.ndarray:
    """Latent vectors, float32 (count, latents)."""
    return np.random.default_rng(0).standard_normal((count, latents), np.float32)


def checked(decoder: Published) -> tuple[list[str], list[Player]]:
    """A row of the first table, and the players of a decoder.

    Raises:
        SystemExit: a check fails.
    """
    streamed, other = differences(decoder)
    file = build(decoder)
    built = sum(
        int(np.prod(tensor.dims))
        for tensor in onnx.load_from_string(file).graph.initializer
        if tensor.name.startswith("weight")
    )
    if built != decoder.parameters:
        raise SystemExit(f"{decoder.name} has {built} weights, not {decoder.parameters}")
    if not max(streamed, other or 0) < ROUNDING:
        raise SystemExit(f"{decoder.name} in two ways differs by {streamed} and {other}")
    whole = (decoder.parameters + decoder.encoder) / 1e6
    row = [decoder.name, str(decoder.hop), f"{built / 1e6:.2f}", f"{decoder.parameters / 1e6:.2f}"]
    row += [f"{whole:.1f}", f"{decoder.stated or ''}", f"{streamed:.0e}"]
    row += ["" if other is None else f"{other:.0e}"]
    made = [Player(decoder.name, "onnxruntime", decoder.hop, RATE, onnx_calls(file, decoder.hop))]
    if HAS_TORCH:
        made.append(Player(decoder.name, "TorchScript", decoder.hop, RATE, torch_calls(decoder)))
    return row, made


def onnx_calls(file: bytes, hop: int) -> Callable[[int], Call]:
    """How a graph is called for so many latent vectors."""
    opened = OnnxDecoder(file, hop)
    return lambda count: opened.player(some(count))


def torch_calls(decoder: Published) -> Callable[[int], Call]:
    """How TorchScript is called for so many latent vectors."""
    from peers_torch import TorchDecoder

    opened = TorchDecoder(decoder)
    return lambda count: opened.player(some(count))


def blocks(decoder: Published, *cuts: int) -> list[dict[str, np.ndarray]]:
    """Inputs of a graph: latents and noise, from each of these latent vectors to the next."""
    latents, noise = some(cuts[-1]).T[None], decoder.drawn(cuts[-1])
    made = []
    for begin, end in pairwise(cuts):
        block = {"latent": latents[:, :, begin:end]}
        if noise is not None:
            steps = noise.shape[1] // cuts[-1]
            block["noise"] = noise[:, begin * steps : end * steps]
        made.append(block)
    return made


def differences(decoder: Published, count: int = 16) -> tuple[float, float | None]:
    """How far samples differ: in pieces from at once, and TorchScript from onnxruntime.

    As shares of the highest sample.
    """
    opened = OnnxDecoder(build(decoder, drawn=False), decoder.hop)
    once = opened.decode(*blocks(decoder, 0, count))
    highest = float(np.abs(once).max())
    pieces = opened.decode(*blocks(decoder, 0, 1, 3, 4, 8, count))
    streamed = float(np.abs(pieces - once).max()) / highest
    if not HAS_TORCH:
        return streamed, None
    from peers_torch import TorchDecoder

    (whole,) = blocks(decoder, 0, count)
    script = TorchDecoder(decoder).decode(whole["latent"], whole.get("noise"))
    return streamed, float(np.abs(script - once).max()) / highest


def measure(players: list[Player], block: int, seconds: float) -> dict[Player, np.ndarray]:
    """Median seconds on the processor of a call, in each turn of each player.

    A player whose hop does not divide the block is left out.
    """
    calls = {one: one.at(block // one.hop) for one in players if block % one.hop == 0}
    for call in calls.values():
        for _ in range(TURN):
            call()
    found: dict[Player, list[float]] = {one: [] for one in calls}
    until = time.monotonic() + seconds
    while time.monotonic() < until or len(found[players[0]]) < 3:
        for one, call in calls.items():
            times = []
            for _ in range(1 + TURN):
                begin = time.process_time()
                call()
                times.append(time.process_time() - begin)
            found[one].append(float(np.median(times[1:])))
    return {one: np.array(times) for one, times in found.items()}


def cells(players: list[Player], block: int, seconds: float) -> list[str]:
    """The column of a block: × real time, the time of a block, and how much longer than ours."""
    found = measure(players, block, seconds)
    first = found[players[0]] * players[0].rate
    column = []
    for one in players:
        if one not in found:
            column.append("")
            continue
        took = float(np.median(found[one]))
        cell = f"{block / one.rate / took:.1f} × ({1e3 * took:.2f} ms)"
        if one is not players[0]:
            cell += f", {np.median(found[one] * one.rate / first):.1f}"
        column.append(cell)
    return column


def table(head: list[str], rows: list[list[str]], words: int) -> None:
    """Print a Markdown table whose columns after the first so many are numbers."""
    print("| " + " | ".join(head) + " |")
    print("| " + " | ".join(["---"] * words + ["---:"] * (len(head) - words)) + " |")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main() -> None:
    """Check, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="jazz", help="a stream (default: jazz)")
    parser.add_argument("--seconds", type=float, default=100.0, help="for all (default: 100)")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rows, players = [], [ours(options.model)]
    for decoder in PUBLISHED:
        row, made = checked(decoder)
        rows.append(row)
        players += made
    head = ["decoder", "samples a latent vector", "weights of the graph, M", "of its layers"]
    head += ["with the encoder", "published", "in pieces − at once", "TorchScript − onnxruntime"]
    table(head, rows, 1)
    columns = [cells(players, block, options.seconds * block / sum(BLOCKS)) for block in BLOCKS]
    print()
    lines = [[one.name, one.runtime] for one in players]
    for line, *numbers in zip(lines, *columns, strict=True):
        line += numbers
    table(["one thread", "run by", *(f"{block} samples" for block in BLOCKS)], lines, 2)


if __name__ == "__main__":
    main()
