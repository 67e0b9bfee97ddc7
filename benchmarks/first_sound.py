"""Measures the time from the command ``musicvae live`` to the first sound; prints a Markdown table.

    python benchmarks/first_sound.py jazz [path/to/other.onnx ...] [--runs 9] [--page]

The daemon plays into a WAV file in real time (``--out``), as it would play into a sound card that
opens at once. Three moments are taken: the first sample frame is written, the first sample that is
not silence is written, and the start-up lines are printed. Each run is a fresh process. CPU seconds
are those until the first sample frame; unlike the others they say much on a busy machine too. The
memory is what is resident a second later of all processes of the daemon, and how much of it no
other process shares. With `--page` each model is also started with its control page, in turn.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processes import cpu_seconds, family, memory_of

#: Bytes of a WAV file's header, at most: sample frames lie behind it.
HEADER = 128
#: Seconds between two looks at the file, and until the memory is read; the longest wait.
LOOK, SETTLED, PATIENCE = 0.002, 1.0, 60.0


@dataclass(frozen=True)
class Start:
    """One start: seconds to each moment, CPU seconds, and memory in MB."""

    frame: float
    sound: float
    greeting: float
    cpu: float
    resident: float
    own: float


def start(model: str, folder: Path, *options: str) -> Start:
    """Start the daemon once, and end it."""
    take = folder / "take.wav"
    take.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", "musicvae", "live", model, "--plain"]
    command += ["--out", str(take), "--port", "0", "--takes", str(folder), *options]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            frame = _until(process, begun, lambda: _samples(take) != b"")
            cpu = sum(map(cpu_seconds, family(process.pid)))
            sound = _until(process, begun, lambda: any(_samples(take)))
            said = iter(process.stdout or ())
            while "Ctrl-C" not in next(said):
                pass
            greeting = time.perf_counter() - begun
            time.sleep(SETTLED)
            return Start(frame, sound, greeting, cpu, *memory_of(process.pid))
        finally:
            process.terminate()


def _until(process: subprocess.Popen[str], begun: float, holds: Callable[[], bool]) -> float:
    """Seconds from the beginning until something holds."""
    while not holds():
        passed = time.perf_counter() - begun
        if process.poll() is not None or passed > PATIENCE:
            raise SystemExit("the daemon did not sound")
        time.sleep(LOOK)
    return time.perf_counter() - begun


def _samples(take: Path) -> bytes:
    """The first second or so of what was written."""
    try:
        with take.open("rb") as file:
            file.seek(HEADER)
            return file.read(2**18)
    except FileNotFoundError:
        return b""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="names of ready models, or artifacts")
    parser.add_argument("--runs", type=int, default=9, help="of each model (default: 9)")
    parser.add_argument("--page", action="store_true", help="also with the control page")
    options = parser.parse_args()
    ways = [[], ["--page", "--page-port", "0"]] if options.page else [[]]
    with tempfile.TemporaryDirectory() as folder:
        starts: dict[str, list[Start]] = {}
        for run in range(options.runs + 1):
            for model, way in itertools.product(options.models, ways):
                measured = start(model, Path(folder), *way)
                if run:  # the first fills the caches of the system
                    starts.setdefault(" ".join([Path(model).name, *way[:1]]), []).append(measured)
    print(f"Medians of {options.runs} starts; load average {os.getloadavg()[0]:.1f}\n")
    print(
        "| model | first frame, s | first sound, s | lines, s | CPU, s | resident, MB | own, MB |"
    )
    print("| --- " + "| ---: " * 6 + "|")
    for model, runs in starts.items():
        seconds = [median(runs, name) for name in ("frame", "sound", "greeting", "cpu")]
        megabytes = [median(runs, name) for name in ("resident", "own")]
        cells = [f"{value:.2f}" for value in seconds] + [f"{value:.0f}" for value in megabytes]
        print(f"| {model} | {' | '.join(cells)} |")


def median(runs: list[Start], field: str) -> float:
    """The median of one field."""
    return float(statistics.median(getattr(run, field) for run in runs))


if __name__ == "__main__":
    main()
