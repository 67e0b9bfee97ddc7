"""Measures the time to start; prints a Markdown table.

    python benchmarks/startup.py [--runs 15]

Each command runs in a fresh interpreter, all of them in turn, so that a busy machine slows all
alike. The ratio to an interpreter that does nothing is what can be compared between machines.
"""

from __future__ import annotations

import argparse
import ast
import statistics
import subprocess
import sys
import time

HEAVY = ("numpy", "soundfile", "onnxruntime", "librosa", "matplotlib", "tensorflow")

MAIN = "from musicvae.cli.main import main; main({!r})"

#: What is run -> the program.
PROGRAMS = {
    "nothing": "pass",
    "`import musicvae`": "import musicvae",
    "`musicvae --help`": MAIN.format(["--help"]),
    "`musicvae genres`": MAIN.format(["genres"]),
    "`import numpy`": "import numpy",
}


def seconds(program: str) -> float:
    """Wall-clock seconds of one fresh interpreter."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-c", program], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def loaded(program: str) -> str:
    """Which heavy libraries a program leaves in ``sys.modules``, for people."""
    tell = f"\nprint([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    watched = f"import sys\ntry:\n    {program}\nexcept SystemExit:\n    pass{tell}"
    done = subprocess.run([sys.executable, "-P", "-c", watched], check=True, capture_output=True)
    return ", ".join(ast.literal_eval(done.stderr.decode().splitlines()[-1])) or "none"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--runs", type=int, default=15, help="of each program (default: 15)")
    runs = parser.parse_args().runs
    for program in PROGRAMS.values():  # once before, so that files are cached and compiled
        seconds(program)
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(runs):
        for name, program in PROGRAMS.items():
            times[name].append(seconds(program))
    base = statistics.median(times["nothing"])
    print(
        "| started | median, ms | more than nothing, ms | times nothing | heavy libraries loaded |"
    )
    print("| --- | ---: | ---: | ---: | --- |")
    for name, program in PROGRAMS.items():
        median = statistics.median(times[name])
        extra = f"{1000 * (median - base):.0f} | {median / base:.1f}"
        print(f"| {name} | {1000 * median:.0f} | {extra} | {loaded(program)} |")


if __name__ == "__main__":
    main()
