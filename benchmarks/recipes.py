"""Compares the clip recipes: trained on the same tracks, judged on the same unheard ones.

python benchmarks/recipes.py --data path/to/genres --genre jazz --minutes 20 --runs runs/recipes

Runs that exist below --runs are judged as they are. The last ten tracks of the genre are the
test tracks. Prints Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import musicvae as mv
from musicvae.audio import Sound
from musicvae.measures import (
    bandwidth,
    describe,
    frechet_log_mel_distance,
    log_mel_distance,
    multi_resolution_stft_distance,
    onset_correlation,
)
from musicvae.vae.quiet import quieten_tensorflow

RECIPES = ("notebook", "clip")
SAMPLES = 8


def trained(recipe: str, options: argparse.Namespace) -> mv.TrainedModel:
    """The run of a recipe, trained now if it is not there."""
    out = options.runs / f"{options.genre}-{recipe}"
    if (out / "latents.npz").is_file():
        model: mv.TrainedModel = mv.load(out)
        return model
    settings = {"split": "last 10", "minutes": options.minutes}
    if recipe != "notebook":  # which keeps its own twenty epochs, as its loss has no lower bound
        settings["epochs"] = 100_000
    new: mv.TrainedModel = mv.train(
        options.genre, options.data, out, recipe=recipe, settings=settings
    )
    return new


def reconstruction_row(name: str, tracks: Sequence[Sound], made: Sequence[Sound]) -> str:
    """Means over the test tracks."""
    pairs = list(zip(tracks, made, strict=True))
    figures = (
        f"{np.mean([log_mel_distance(a, b) for a, b in pairs]):.2f}",
        f"{np.mean([multi_resolution_stft_distance(a, b) for a, b in pairs]):.2f}",
        f"{np.mean([onset_correlation(a, b) for a, b in pairs]):.2f}",
        f"{np.mean([bandwidth(b) for b in made]):,.0f} Hz",
    )
    return f"| {name} | {' | '.join(figures)} |"


def sample_row(name: str, sounds: Sequence[Sound], learnt: Sequence[Sound]) -> str:
    """Means over new sounds, and how far they are from what was learnt from."""
    measures = [describe(sound) for sound in sounds]
    figures = (
        f"{np.mean([m.level for m in measures]):.1f} dBFS",
        f"{np.mean([m.bandwidth for m in measures]):,.0f} Hz",
        f"{np.mean([m.centroid for m in measures]):,.0f} Hz",
        f"{np.mean([m.onset_rate for m in measures]):.1f} /s",
        f"{frechet_log_mel_distance(learnt, sounds):.1f}",
    )
    return f"| {name} | {' | '.join(figures)} |"


def main() -> None:
    """Train what is missing, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of genre folders")
    parser.add_argument("--genre", default="jazz")
    parser.add_argument("--minutes", type=float, default=20.0, help="of training for each recipe")
    parser.add_argument("--runs", type=Path, default=Path("runs/recipes"))
    options = parser.parse_args()
    quieten_tensorflow()
    models = {recipe: trained(recipe, options) for recipe in RECIPES}
    clip = models["clip"]
    tracks = [mv.read(path) for path in clip.test_tracks()]
    learnt = [mv.read(path) for path in clip.train_tracks()]
    noise = np.random.default_rng(0).standard_normal((10 * 22_050, 1)) * 0.1

    minutes = {name: model.history()[-1]["seconds"] / 60 for name, model in models.items()}
    print(
        f"{len(tracks)} unheard tracks of {options.genre}, reconstructed; trained for "
        + ", ".join(f"{minutes[name]:.0f} min ({name})" for name in RECIPES)
        + "\n"
    )
    print("| | log-mel L1 | multi-resolution STFT | onset correlation | bandwidth |")
    print("| --- | --- | --- | --- | --- |")
    print(reconstruction_row("the tracks themselves", tracks, tracks))
    for name in RECIPES:
        made = [models[name].reconstruct(track) for track in tracks]
        print(reconstruction_row(f"`{name}`", tracks, made))
    print("\nNew sounds, latents drawn at random; Fréchet distance of log-mel frames to the tracks")
    print("learnt from\n")
    print("| | level | bandwidth | centroid | onsets | Fréchet distance |")
    print("| --- | --- | --- | --- | --- | --- |")
    print(sample_row("tracks learnt from", learnt, learnt))
    print(sample_row("unheard tracks", tracks, learnt))
    for name in RECIPES:
        print(sample_row(f"`{name}`", models[name].sample(SAMPLES, seed=7), learnt))
    print(sample_row("white noise", [Sound.of(noise, 22_050)], learnt))


if __name__ == "__main__":
    main()
