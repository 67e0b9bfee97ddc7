"""Compares the recipe `stream-ll` with `stream44`: equal minutes, equal tracks, and unheard ones.

    python benchmarks/low_latency.py --data path/to/genres --genre jazz --minutes 60

What is missing below --runs is trained, exported, and judged: log-mel and STFT distance and onset
correlation on the last ten tracks of the genre, how fast one thread encodes and decodes in blocks
of 512 sample frames, and the latency of the model: its windows (the floor), and with them a step of
the encoder, which must be complete. Prints Markdown.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from input import speed
from stream_figures import judge
from stream_quality import Tracks, minutes, read, trained

from musicvae.exporting import export
from musicvae.vae.quiet import quieten_tensorflow

RECIPES = ("stream44", "stream-ll")
HEAD = (
    "| recipe | log-mel L1 | multi-resolution STFT | onset correlation | × real time | floor, ms "
    "| with a step, ms |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
)


def main() -> None:
    """Train what is missing, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of genre folders")
    parser.add_argument("--genre", default="jazz")
    parser.add_argument("--minutes", type=float, default=60.0, help="of training for each recipe")
    parser.add_argument("--runs", type=Path, default=Path("runs/low-latency"))
    parser.add_argument("--seconds", type=float, default=10.0, help="of sound that is timed")
    options = parser.parse_args()
    quieten_tensorflow()
    tracks = Tracks.find(options.data, options.genre)
    rows, times = [], []
    for recipe in RECIPES:
        model = trained(recipe, options.genre, options)
        tracks.check(model)
        times.append(f"`{recipe}` {minutes(model)}")
        rows.append(row(recipe, model, tracks, options))
    print(f"{len(tracks.test)} unheard tracks of {tracks.genre}; {', '.join(times)}\n\n{HEAD}")
    print("\n".join(rows))


def row(recipe: str, model: Any, tracks: Tracks, options: argparse.Namespace) -> str:
    """The figures of one recipe."""
    run = options.runs / f"{options.genre}-{recipe}"
    artifact = run.with_suffix(".onnx")
    if not artifact.is_file():
        export(run, artifact)
        export(run, artifact.with_suffix(".encoder.onnx"), encoder=True)
    means = judge(read(tracks.test), model.reconstruct).means()
    settings, rate = model.settings, model.recipe.sample_rate
    _, times = speed(str(artifact), "input", options.seconds)
    floor, step = 1000 * settings.delay / rate, 1000 * settings.step / rate
    return (
        f"| `{recipe}` | {means['log_mel']:.3f} | {means['stft']:.3f} | {means['onsets']:.3f} "
        f"| {times:.0f} | {floor:.1f} | {floor + step:.1f} |"
    )


if __name__ == "__main__":
    main()
