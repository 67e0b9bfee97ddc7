"""Runs the engine for a day of its own time, with random commands, and checks what it promises.

    python benchmarks/soak.py --hours 24 --seed 1 [--models a.onnx b.onnx] [--rate 16000]
    python benchmarks/soak.py --faults --minutes 10 --seed 1
    python benchmarks/soak.py --input jazz --hours 1 --seed 1

No device and no clock: it runs as fast as it can. Without artifacts it plays three streams of
different widths and rates, one of which fails now and then, and a clip, all of numpy. Prints a
Markdown table; the exit status is 1 where a promise is broken.

With ``--faults`` anything raises at random: models, sources, voices, commands and callbacks in an
engine for ten times as long (``soak_faults.py``), and jobs, files, threads and printers in a daemon
that plays in real time (``soak_daemon.py``). The rule is then: the sound never ends, faults are
counted, the end tells how it went.

With ``--input`` a bad device plays a ready model for so many hours of the engine's own time: it is
lost and comes back, is late, and brings silence, square waves at full scale and NaN
(``soak_input.py``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from soak_daemon import soak_daemon
from soak_engine import RATE, Soak, built_in, opened
from soak_faults import soak_with_faults
from soak_input import InputSoak


class Judged(Protocol):
    """The figures of a soak."""

    def table(self) -> str:
        """The figures, as rows of a Markdown table."""

    def broken(self) -> list[str]:
        """Promises that were not kept."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=24.0, help="of sound (default: 24)")
    parser.add_argument("--seed", type=int, default=1, help="of the performance (default: 1)")
    parser.add_argument("--models", nargs="*", type=Path, help="artifacts; default models of numpy")
    parser.add_argument("--rate", type=int, default=RATE, help="of the engine, in Hz")
    parser.add_argument("--faults", action="store_true", help="let anything raise at random")
    parser.add_argument("--minutes", type=float, default=10.0, help="of --faults (default: 10)")
    parser.add_argument("--input", metavar="MODEL", help="let a bad device play this model")
    options = parser.parse_args(arguments)
    if options.input:
        return judged(InputSoak(options.input, options.seed).run(options.hours))
    if options.faults:
        return with_faults(options.minutes, options.seed)
    makers = opened(options.models) if options.models else built_in(options.rate)
    return judged(Soak(makers, options.seed, options.rate).run(options.hours))


def with_faults(minutes: float, seed: int) -> int:
    """Soak an engine and a daemon in which anything fails, and print; 1 if a promise is broken."""
    code = judged(soak_with_faults(minutes / 6, seed))
    return code | judged(soak_daemon(minutes, seed))


def judged(figures: Judged) -> int:
    """Print figures; 1 if a promise is broken."""
    print(figures.table())
    for promise in figures.broken():
        print(f"broken: {promise}")
    return int(bool(figures.broken()))


if __name__ == "__main__":
    sys.exit(main())
