"""Measures reconstructions of unheard tracks: the stream model beside two baselines.

python benchmarks/stream_quality.py --data path/to/genres --genres jazz,metal --runs runs/quality

The last ten tracks of each genre are the test tracks. Baseline (a) is the recipe `clip`; baseline
(b) is as many numbers a frame as the stream has latents, and as often, without a neural network
(griffin_lim.py). What is missing below --runs is trained; runs that are there are judged as they
are. With --baseline nothing is trained or loaded: only (b) is made. Its figures are kept below
--runs, since they take a while. Prints Markdown; --pictures also draws spectrograms.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from griffin_lim import MelBaseline
from stream_figures import Figures, digest, judge, kept, kl_per_step
from stream_pictures import draw

import musicvae as mv
from musicvae.audio import Sound
from musicvae.data.tracks import scan
from musicvae.recipes.split import split_tracks
from musicvae.vae.quiet import quieten_tensorflow

SPLIT = "last 10"
GENRES = "jazz,classical,metal,hiphop"
DIMENSIONS = 32
HEAD = (
    "| | log-mel L1 | multi-resolution STFT | onset correlation | bandwidth | KL, nats a step |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: |"
)


@dataclass(frozen=True)
class Tracks:
    """The tracks of a genre, in the order of their names."""

    genre: str
    train: tuple[Path, ...]
    test: tuple[Path, ...]

    @classmethod
    def find(cls, data: Path, genre: str) -> Tracks:
        """Split as a training with this split would, if every file can be used."""
        found = scan(data, genre)
        paths = {track.key: track.path for track in found.tracks}
        split = split_tracks(paths, SPLIT, seed=0)
        return cls(
            genre, tuple(paths[key] for key in split.train), tuple(paths[key] for key in split.test)
        )

    def check(self, model: Any) -> None:
        """Refuse a run that has learnt from a test track, or was tested on others."""
        for mine, its in ((self.test, model.test_tracks()), (self.train, model.train_tracks())):
            if {path.name for path in mine} != {path.name for path in its}:
                raise SystemExit(f"{model.run.path} was not trained with the split {SPLIT!r}")


def trained(recipe: str, genre: str, options: argparse.Namespace) -> Any:
    """The run of a recipe, trained now if it is not there."""
    out = options.runs / f"{genre}-{recipe}"
    if (out / "latents.npz").is_file():
        return mv.load(out)
    settings = {"split": SPLIT, "minutes": options.minutes, "epochs": 100_000}
    return mv.train(genre, options.data, out, recipe=recipe, settings=settings)


def baseline_figures(tracks: Tracks, baseline: MelBaseline, runs: Path) -> Figures:
    """The figures of baseline (b), from disk where nothing has changed."""
    settings = baseline.settings() | {"train": digest(tracks.train), "test": digest(tracks.test)}
    path = runs / "griffin-lim" / f"{tracks.genre}-{settings['dimensions']}.json"
    return kept(path, settings, lambda: judge(read(tracks.test), baseline.reconstruct))


def read(paths: Sequence[Path]) -> list[Sound]:
    """The sounds of these files."""
    return [mv.read(path) for path in paths]


def row(name: str, figures: Figures, kl: float | None = None) -> str:
    """Means over the test tracks, as a row of the table."""
    means = figures.means()
    return (
        f"| {name} | {means['log_mel']:.3f} | {means['stft']:.3f} | {means['onsets']:.3f} "
        f"| {means['bandwidth']:,.0f} Hz | {'' if kl is None else f'{kl:.1f}'} |"
    )


def ratio_row(name: str, ours: Figures, other: Figures) -> str:
    """The stream model relative to another row: better is below 1, for onsets above 1."""
    mine, its = ours.means(), other.means()
    keys = ("log_mel", "stft", "onsets", "bandwidth")
    ratios = (f"{mine[key] / (its[key] or float('nan')):.2f} ×" for key in keys)
    return f"| {name} | {' | '.join(ratios)} | |"


def minutes(model: Any) -> str:
    """The training time of a model."""
    return f"{model.history()[-1]['seconds'] / 60:.0f} min"


def report(tracks: Tracks, options: argparse.Namespace) -> None:
    """Judge and print one genre."""
    clip, ours = (trained(recipe, tracks.genre, options) for recipe in ("clip", "stream"))
    for model in (clip, ours):
        tracks.check(model)
    dimensions = ours.recipe.latent_dim
    test, baseline = read(tracks.test), MelBaseline.fit(read(tracks.train), dimensions)
    inverted = baseline_figures(tracks, baseline, options.runs)
    clips, streams = judge(test, clip.reconstruct), judge(test, ours.reconstruct)
    print(
        f"\n{len(test)} unheard tracks of {tracks.genre}; `clip` trained for {minutes(clip)}, "
        f"`stream` for {minutes(ours)}\n\n{HEAD}"
    )
    print(row("the tracks themselves", judge(test, lambda track: track)))
    print(row("(a) `clip`", clips, kl_per_step(clip)))
    print(row(f"(b) {dimensions} PCA-mel numbers, Griffin-Lim", inverted))
    print(row(f"`stream`, {dimensions} latents", streams, kl_per_step(ours)))
    print(ratio_row("`stream` / (a)", streams, clips))
    print(ratio_row("`stream` / (b)", streams, inverted), flush=True)
    if options.pictures:
        track = test[0]
        made = [model.reconstruct(track) for model in (clip, baseline, ours)]
        draw(options.pictures / f"stream_{tracks.genre}.png", track, *made)


def report_baseline(tracks: Tracks, options: argparse.Namespace) -> None:
    """Print the figures of baseline (b) for one genre."""
    print(f"\n{len(tracks.test)} unheard tracks of {tracks.genre}\n\n{HEAD}")
    for dimensions in (DIMENSIONS, DIMENSIONS // 2):
        baseline = MelBaseline.fit(read(tracks.train), dimensions)
        figures = baseline_figures(tracks, baseline, options.runs)
        print(row(f"(b) {dimensions} PCA-mel numbers, Griffin-Lim", figures), flush=True)


def main() -> None:
    """Train what is missing, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of genre folders")
    parser.add_argument("--genres", default=GENRES, help=f"with commas between; default {GENRES}")
    parser.add_argument("--minutes", type=float, default=60.0, help="of training for each run")
    parser.add_argument("--runs", type=Path, default=Path("runs/quality"))
    parser.add_argument("--pictures", type=Path, help="folder for spectrograms")
    parser.add_argument("--baseline", action="store_true", help="only baseline (b)")
    options = parser.parse_args()
    if not options.baseline:
        quieten_tensorflow()
    for genre in options.genres.split(","):
        tracks = Tracks.find(options.data, genre)
        (report_baseline if options.baseline else report)(tracks, options)


if __name__ == "__main__":
    main()
