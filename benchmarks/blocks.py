"""Measures what one call of the decoder for all frames of a block gains, in the whole engine.

    python benchmarks/blocks.py jazz | python benchmarks/into_page.py blocks docs/live.md

One deck walks, at 48 kHz. Groups of blocks with one call for all frames of a block, and with one
for each frame, take turns; a row has the medians of both speeds and of the ratios. The sounds must
be equal to the bit.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import Engine
from musicvae.live.stage import loading
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES
from musicvae.models import locate

RATE = 48_000
BLOCKS = (128, 256, 512, 1024, 2048)
#: Sample frames that are timed together: of small blocks only some decode a frame.
GROUP = 8192


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a stream .onnx, or the name of a ready model")
    parser.add_argument("--seconds", type=float, default=20.0, help="of sound a row")
    options = parser.parse_args()
    print("| block | one call a frame, × real time | one call a block | gain |")
    print("| ---: | ---: | ---: | ---: |")
    for block in BLOCKS:
        engines = [engine(options.model, together) for together in (1, loading.MOST_AT_ONCE)]
        groups = int(options.seconds * RATE / GROUP)
        single, whole = taken(engines, block, groups)
        lasts, gain = GROUP / RATE, np.median(single / whole)
        speeds = " | ".join(f"{lasts / np.median(times):.1f}" for times in (single, whole))
        print(f"| {block} | {speeds} | {gain:.2f} × |")


def engine(model: str, together: int) -> Engine:
    """An engine whose deck a walks, and decodes so many frames at once at most."""
    place = locate(model).path
    made = Engine(RATE, 2)
    most, loading.MOST_AT_ONCE = loading.MOST_AT_ONCE, together
    handle = EngineHandle(made, loading.Loader(Library([place]), RATE, 2, InlineClips()), ADDRESSES)
    for message in (["/model/load", place.stem], ["/walk", 1.0], ["/play", 1]):
        command = handle.restore(message, "a")
        made.post(command, payloads=(handle.payload(command),))
        made.settle()
    loading.MOST_AT_ONCE = most
    return made


def taken(engines: list[Engine], block: int, groups: int) -> np.ndarray:
    """Seconds of each group of blocks of each engine, float64 (engines, groups)."""
    outs = np.zeros((len(engines), GROUP, 2), np.float32)
    times = np.zeros((len(engines), groups))
    for number in range(groups):
        for which, one in enumerate(engines):
            started = time.perf_counter()
            for first in range(0, GROUP, block):
                one.render(outs[which, first : first + block])
            times[which, number] = time.perf_counter() - started
        if not np.array_equal(*outs):
            raise SystemExit("the sounds differ")
    return times


if __name__ == "__main__":
    main()
