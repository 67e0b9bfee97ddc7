"""Sends a million broken packets through packet reader and dispatcher, then to a daemon.

    python benchmarks/fuzz.py [--inputs 1000000 | --seconds 60] [--seed 0] [--no-daemon]

Every input goes to a dispatcher as a datagram (checks, patterns, commands, answers) and to the
framing of TCP. Allowed outcomes are commands, refusals and answers. Anything that is raised, an
answer that is too long or goes elsewhere, or a command that does not read back as itself, is a
failure; its input is printed as hex.

Where ``atheris`` is installed, a tenth as many inputs more are made by it: it watches which lines
they reach, and goes on with those that reach new ones.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fuzz_daemon
from fuzz_inputs import Inputs
from fuzz_judge import Judge


def mutate(judge: Judge, inputs: Inputs, count: int | None, seconds: float | None) -> int:
    """Try changed packets until there were enough; returns how many."""
    end = time.perf_counter() + seconds if seconds is not None else None
    for number in itertools.count():
        if number == count or (end is not None and time.perf_counter() >= end):
            return number
        judge.consider(inputs.next())
    raise AssertionError("counting never ends")


def guide(inputs: Inputs, count: int, seed: int) -> bool:
    """Let atheris make inputs, in a process of its own, which it ends itself."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(inputs.seeds()):
            (Path(corpus) / str(number)).write_bytes(data)
        command = [sys.executable, str(Path(__file__).with_name("fuzz_guided.py")), corpus]
        command += [f"-runs={count}", f"-seed={seed + 1}", "-max_len=4096", "-print_final_stats=1"]
        done = subprocess.run(
            command, check=False, cwd=corpus, capture_output=True, text=True, errors="replace"
        )
    if done.returncode:
        print(f"FAILED atheris:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return False
    tried = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    lines = re.findall(r"cov: (\d+)", done.stderr)
    print(f"- atheris: {tried[1] if tried else '?'} inputs, {lines[-1] if lines else '?'} branches")
    return True


def main() -> int:
    """Fuzz and report; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--inputs", type=int, default=None, help="how many (default: 1000000)")
    length.add_argument("--seconds", type=float, default=None, help="or for how long")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-daemon", action="store_true", help="start none at the end")
    parser.add_argument("--artifact", default=None, help="what the daemon plays (default: sines)")
    options = parser.parse_args()
    count = 1_000_000 if options.inputs is options.seconds is None else options.inputs
    judge, inputs = Judge(), Inputs(options.seed)
    begin = time.perf_counter()
    tried = mutate(judge, inputs, count, options.seconds)
    seconds = time.perf_counter() - begin
    print(f"- {tried:,} inputs in {seconds:.0f} s, {tried / seconds:,.0f} a second")
    print(*judge.report(), sep="\n")
    good = not judge.failures
    if importlib.util.find_spec("atheris") is None:
        print("- atheris is not installed: no inputs that look for new lines")
    else:
        good &= guide(inputs, tried // 10, options.seed)
    if not options.no_daemon:
        worst = [data for _, data in sorted(judge.slowest, reverse=True)]
        worst += [data for data, _ in judge.failures.values()]
        good &= fuzz_daemon.besiege(worst, inputs, options.artifact)
    print("- all as it should be" if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
