"""Trains on the folders of a folder, each of which is a genre, and writes one ONNX file.

The tracks that the rule keeps for testing tell how many windows are recognised.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from musicvae.audio import read
from musicvae.data.sides import sides
from musicvae.measures import log_mel
from musicvae.vae.embedding.crops import Tracks
from musicvae.vae.embedding.training import train
from musicvae_export.embedding.exporting import export_embedding


def spectra_of(data: Path, rule: str) -> tuple[Tracks, Tracks]:
    """Log-mel frames of the tracks of each folder: of those to learn from, and of the others."""
    learnt: dict[str, list[np.ndarray]] = {}
    unheard: dict[str, list[np.ndarray]] = {}
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        print(f"hearing {folder.name}", file=sys.stderr, flush=True)
        tracks = sides(folder, rule)
        for side, paths in ((learnt, tracks.learnt), (unheard, tracks.unheard)):
            side[folder.name] = [log_mel(read(path)).astype(np.float16) for path in paths]
    return learnt, unheard


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(
        prog="python -m musicvae_export.embedding", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="a folder of folders of music")
    parser.add_argument("--split", default="last 10", help="which tracks to test on")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="an .onnx file to write")
    options = parser.parse_args()
    learnt, unheard = spectra_of(options.data, options.split)

    def report(step: int, steps: int, share: float) -> None:
        print(f"step {step} of {steps}: {share:.1%} recognised", file=sys.stderr, flush=True)

    network = train(learnt, unheard, options.steps, options.seed, report)
    export_embedding(network, tuple(learnt), options.out)
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
