"""Prints how well attributes move the sound of stream runs, and how well latents are predicted.

python benchmarks/stream_moves.py runs/jazz-stream [more runs]

The figures are those that each training left in its run, measured on tracks that were not learnt
from: R² of an attribute given the latents, rank correlation of the move asked for and the attribute
measured after decoding (all pieces together), and the share of the latents' variance that the
dynamics do not explain one step ahead.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from musicvae.artifact.parts import AttributeInfo
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.stream.statistics import Playing

NAMES = ("loudness", "brightness", "noisiness", "onsets", "bass", "width")


def cell(attribute: AttributeInfo | None) -> str:
    """One attribute of one run; empty where it has none, such as the width of a mono run."""
    if attribute is None:
        return ""
    return f"{attribute.r2:.2f}, {attribute.spearman:.2f}"


def row(path: Path) -> str:
    """One run."""
    run = RunFolder.open(path)
    playing = Playing.load(run.playing)
    attributes = {attribute.name: attribute for attribute in playing.attributes}
    cells = [cell(attributes.get(name)) for name in NAMES]
    return f"| {path.name} | {' | '.join(cells)} | {playing.dynamics.one_step_error:.2f} |"


def main() -> None:
    """Read and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path)
    options = parser.parse_args()
    heads = [f"{name}: R², ρ" for name in NAMES]
    print(f"| run | {' | '.join(heads)} | one-step error |")
    print("| --- |" + " ---: |" * (len(NAMES) + 1))
    for path in options.runs:
        print(row(path))


if __name__ == "__main__":
    main()
