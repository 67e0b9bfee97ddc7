"""The part of ``fuzz.py`` that atheris guides; ``fuzz.py`` starts it with a folder of first inputs.

python benchmarks/fuzz_guided.py corpus/ -runs=100000
"""

from __future__ import annotations

import importlib
import sys

import atheris

#: Whose lines are watched.
WATCHED = ["packets", "timetags", "framing", "patterns", "arguments", "addresses", "commands"]


def main() -> None:
    """Fuzz until atheris ends the process: 0 if nothing was found."""
    with atheris.instrument_imports(include=["musicvae.live.osc"]):
        for name in WATCHED:
            importlib.import_module(f"musicvae.live.osc.{name}")
    judge = importlib.import_module("fuzz_judge").Judge()

    def one(data: bytes) -> None:
        judge.hear(data)
        judge.frame(data)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
