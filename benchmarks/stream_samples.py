"""Measures sounds that a stream model makes from latents that no track gave.

python benchmarks/stream_samples.py runs/jazz-stream [more runs] [--write folder]

For each run, eight sounds of ten seconds of every kind, beside the tracks learnt from and tracks
never heard. A mean outside the range of the tracks learnt from is marked. The last column is
`musicvae.measures.frechet_log_mel_distance` to the tracks learnt from: the Fréchet distance of two
Gaussians, one fitted to all frames of each set, a frame being 80 log-mel bands and their slopes
over nine frames. Prints Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from stream_figures import kl_per_step

import musicvae as mv
from musicvae.audio import Sound, Sounds
from musicvae.measures import Measures, describe, frechet_log_mel_distance
from musicvae.vae.quiet import quieten_tensorflow

#: What is measured of each sound, in the order of the columns: name, how a value is written.
COLUMNS = {
    "level": "{:.1f} dBFS",
    "bandwidth": "{:,.0f} Hz",
    "centroid": "{:,.0f} Hz",
    "onset_rate": "{:.1f} /s",
    "spectral_flatness": "{:.3f}",
}
HEAD = (
    "| | level | bandwidth | centroid | onsets | flatness | within the range | Fréchet distance |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | :---: | ---: |"
)

Range = dict[str, tuple[float, float]]


def sounds_of(model: Any, tracks: Sequence[Sound], count: int, seconds: float) -> dict[str, Sounds]:
    """``count`` sounds of each kind.

    Args:
        model: the trained stream.
        tracks: unheard ones, as many and as long as the sounds are to be.
        count: how many of each.
        seconds: length of each.
    """
    rate = model.recipe.sample_rate / model.settings.step
    steps, width = round(seconds * rate), model.recipe.latent_dim
    random = np.random.default_rng(0)
    held = np.repeat(random.standard_normal((count, 1, width), np.float32), steps, axis=1)
    drawn = random.standard_normal((count, steps, width), np.float32)
    walks = np.stack([model.walk(steps, seed) for seed in range(count)])
    coded = np.stack([model.encode(track)[:steps] for track in tracks])
    return {
        "unheard tracks": Sounds(tracks),
        "their reconstructions": Sounds(model.reconstruct(track) for track in tracks),
        "averages of two of them": model.decode((coded + np.roll(coded, 1, axis=0)) / 2),
        "the model's walk": model.decode(walks),
        "N(0, I), anew each step": model.decode(drawn),
        "N(0, I), held": model.decode(held),
    }


def range_of(measures: Sequence[Measures]) -> Range:
    """Lowest and highest value of each measure."""
    values = {name: [getattr(each, name) for each in measures] for name in COLUMNS}
    return {name: (min(found), max(found)) for name, found in values.items()}


def row(name: str, measures: Sequence[Measures], legal: Range, distance: float) -> str:
    """Means over sounds; those outside ``legal`` in bold, with the side."""
    cells, inside = [], 0
    for key, form in COLUMNS.items():
        mean = float(np.mean([getattr(each, key) for each in measures]))
        side = "low" if mean < legal[key][0] else "high" if mean > legal[key][1] else ""
        inside += not side
        cells.append(f"**{form.format(mean)} ({side})**" if side else form.format(mean))
    return f"| {name} | {' | '.join(cells)} | {inside} of {len(cells)} | {distance:.1f} |"


def range_row(legal: Range) -> str:
    """The range itself."""
    cells = [
        f"{form.format(low).split()[0]} to {form.format(high)}"
        for form, (low, high) in zip(COLUMNS.values(), legal.values(), strict=True)
    ]
    return f"| their range | {' | '.join(cells)} | | |"


def excerpts(paths: Sequence[Path], count: int, seconds: float) -> list[Sound]:
    """An excerpt of this many seconds from the middle of each of the first tracks."""
    found = []
    for sound in map(mv.read, paths[:count]):
        length = round(seconds * sound.sample_rate)
        start = max(0, (len(sound.samples) - length) // 2)
        found.append(Sound(sound.samples[start : start + length], sound.sample_rate))
    return found


def report(run: Path, options: argparse.Namespace) -> None:
    """Print the table of one run."""
    model = mv.load(run)
    learnt = [mv.read(path) for path in model.train_tracks()]
    tracks = excerpts(model.test_tracks(), options.sounds, options.seconds)
    measures = [describe(sound) for sound in learnt]
    legal = range_of(measures)
    print(
        f"\n`{run.name}`: {model.genre}, β {model.recipe.kl_weight:g}, "
        f"{kl_per_step(model):.0f} nats a step, one-step error of the walk's dynamics "
        f"{model.dynamics.one_step_error:.2f}; "
        f"{len(tracks)} sounds of {options.seconds:g} s of each kind\n\n{HEAD}"
    )
    print(row("tracks learnt from", measures, legal, 0.0))
    print(range_row(legal))
    for name, sounds in sounds_of(model, tracks, len(tracks), options.seconds).items():
        distance = frechet_log_mel_distance(learnt, sounds)
        print(row(name, [describe(sound) for sound in sounds], legal, distance), flush=True)
        if options.write:
            stem = "-".join("".join(c if c.isalnum() else " " for c in name).split())
            sounds.write(options.write / run.name, stem)


def main() -> None:
    """Make sounds, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="folders of trained streams")
    parser.add_argument("--sounds", type=int, default=8, help="of each kind (default 8)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each sound (default 10)")
    parser.add_argument("--write", type=Path, help="folder for the sounds themselves")
    options = parser.parse_args()
    quieten_tensorflow()
    for run in options.runs:
        report(run, options)


if __name__ == "__main__":
    main()
