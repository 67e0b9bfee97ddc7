"""Measures what decks cost: one to eight of them, of one model or of as many, heard or not.

    python benchmarks/decks.py jazz metal … | python benchmarks/into_page.py decks docs/live.md

Every deck walks, at 48 kHz in blocks of 512, in the whole engine. The engines of a row take turns,
sixteen blocks each; a number is the median of their CPU time, as × real time. Where *one is heard*,
all others play but are muted. The memory is what a process needs beyond one with a single deck:
with one model, and with different ones. With `--late SECONDS`, a daemon plays as many decks into a
dummy jackd instead, for so long each, and counts the blocks that came too late.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
from jack_room import jack_server, live, needs, playing, status, tell
from processes import memory_by_kind

from musicvae.live.commands.address import DECK_NAMES
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import Engine
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES
from musicvae.models import locate

RATE, BLOCK = 48_000, 512
#: Blocks that one engine renders before the next one has its turn.
GROUP = 16
DECKS = (1, 2, 4, 8)


def engine(models: Sequence[str], decks: int, *, heard: bool = True, plays: bool = True) -> Engine:
    """An engine whose decks walk, each with the next of the models.

    All sound, or none but the first: because they are muted, or because they are stopped.
    """
    places = [locate(model).path for model in models]
    # Beside deck b, which is never at rest, since old recordings must sound as they did.
    made = Engine(RATE, 2, decks + 1)
    loader = Loader(Library([*dict.fromkeys(places)]), RATE, 2, InlineClips())
    handle = EngineHandle(made, loader, ADDRESSES)
    names = [name for name in DECK_NAMES if name != "b"][:decks]
    for number, deck in enumerate(names):
        sounds = heard or number == 0
        for message in (
            ["/model/load", places[number % len(places)].stem],
            ["/walk", 1.0],
            ["/gain", -12.0],
            ["/mute", int(not sounds)],
            ["/play", int(plays or number == 0)],
        ):
            command = handle.restore(message, deck)
            made.post(command, payloads=(handle.payload(command),))
            made.settle()
    return made


def speeds(engines: Sequence[Engine], seconds: float) -> list[float]:
    """How many seconds of sound each renders in a second of CPU time."""
    out = np.zeros((BLOCK, 2), np.float32)
    groups = max(2, round(seconds * RATE / BLOCK / GROUP))
    taken = np.zeros((len(engines), groups))
    for group in range(groups):
        for which, one in enumerate(engines):
            started = time.thread_time()
            for _ in range(GROUP):
                one.render(out)
            taken[which, group] = time.thread_time() - started
    # Without the fades at the beginning.
    return [GROUP * BLOCK / RATE / float(np.median(times[1:])) for times in taken]


def memory(models: Sequence[str], decks: int) -> float:
    """The memory of a process in which so many decks play."""
    command = [sys.executable, __file__, *models, "--memory-of", str(decks)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def late(models: Sequence[str], decks: int, seconds: float) -> tuple[int, float]:
    """Blocks that a daemon with so many decks plays too late into JACK, and the load it tells."""
    artifacts = [locate(models[number % len(models)]).path for number in range(decks)]
    command = [*live(*artifacts), "--decks", str(decks), "--source", "walk", "--gain", "-12"]
    with playing(command) as said:
        port = said["port"]
        tell(port, "/deck/*/play", 1)
        tell(port, "/crossfade", 0.5)
        time.sleep(3)
        before = status(port)
        time.sleep(seconds)
        after = status(port)
    return int(after["underruns"] - before["underruns"]), float(after["load"])


def print_late(models: Sequence[str], seconds: float) -> None:
    """Print the table of late blocks."""
    needs("jackd", "jack_wait")
    print("| decks | late blocks, one model | load | late blocks, different models | load |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    with jack_server(RATE):
        for decks in DECKS:
            rows = [late(those, decks, seconds) for those in (models[:1], models)]
            cells = [f"{count} | {load:.2f}" for count, load in rows]
            print(f"| {decks} | {' | '.join(cells)} |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="streams: names or files; the first plays alone")
    parser.add_argument("--seconds", type=float, default=20.0, help="of sound a row")
    parser.add_argument("--late", type=float, help="seconds a row into JACK")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.memory_of is not None:
        one = engine(options.models, options.memory_of)
        one.render(np.zeros((RATE, 2), np.float32))
        # What it wrote. Libraries are its own or shared by chance: this program may map them, too.
        print(memory_by_kind(os.getpid())["Private_Dirty"])
        return
    if options.late is not None:
        print_late(options.models, options.late)
        return
    first = options.models[:1]
    alone = memory(first, 1)
    print("| decks | one model | different models | one is heard | others are stopped | memory |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for decks in DECKS:
        row = speeds(
            [
                engine(first, decks),
                engine(options.models, decks),
                engine(first, decks, heard=False),
                engine(first, decks, plays=False),
            ],
            options.seconds,
        )
        more = [memory(models, decks) - alone for models in (first, options.models)]
        grown = ", ".join(f"{megabytes:+.1f}" for megabytes in more)
        cells = [f"{speed:.1f} ×" for speed in row]
        print(f"| {decks} | {' | '.join(cells)} | {grown} MB |", flush=True)


if __name__ == "__main__":
    main()
