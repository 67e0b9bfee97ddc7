"""Compares losses of the stream family, each alone: a decoder goes on from one run with each.

python benchmarks/stream_losses.py RUN --data path/to/genres --out runs/losses --minutes 30

All decoders start from the weights of RUN, keep its encoder and train for the same minutes, so the
machine should do nothing else. Figures are those of the tracks of RUN that no training heard; "as
it was" is RUN itself. Runs and figures below --out are kept: the same command goes on after a stop,
and with more --minutes. Prints Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loss_figures import HEAD, Figures, figures_of

import musicvae as mv
from musicvae.audio import read_as
from musicvae.files import read_json, write_json
from musicvae.measures import frechet_log_mel_distance
from musicvae.vae.quiet import quieten_tensorflow

#: What each variant changes of the recipe.
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "as before": {},
    "short windows": {"model": {"shortest": 128}},
    "energy distance": {"model": {"energy": 1.0}},
    "half of it": {"model": {"energy": 0.5}},
    "levels of bands": {"model": {"level_weight": 1.0}},
    "half of it, levels": {"model": {"energy": 0.5, "level_weight": 1.0}},
    "both": {"model": {"shortest": 128, "energy": 1.0}},
    # The second phase is all of the training but its first steps: the start is good already.
    "critics": {"adversarial": 0.98},
    "critics, both": {"adversarial": 0.98, "model": {"shortest": 128, "energy": 1.0}},
}


def trained(name: str, options: argparse.Namespace) -> Any:
    """The run of a variant, trained now as far as it is not."""
    out = options.out / name.replace(", ", "-").replace(" ", "-")
    settings = {**VARIANTS[name], "minutes": options.minutes, "epochs": 1_000_000}
    if (out / "run.json").is_file():
        more = {"minutes": options.minutes}
        return mv.train(options.genre, options.data, out, settings=more, resume=True)
    return mv.train(
        options.genre,
        options.data,
        out,
        settings=settings,
        start_from=options.run,
        freeze=["encoder"],
        pictures=False,
    )


def measured(name: str, options: argparse.Namespace) -> tuple[Figures, int]:
    """The mean figures of a variant, and the steps it had; those of an earlier call where kept."""
    kept = options.out / f"{name.replace(', ', '-').replace(' ', '-')}.json"
    if kept.is_file():
        values = read_json(kept)
        if values["minutes"] == options.minutes and values["figures"].keys() == set(
            Figures._fields
        ):
            return Figures(**values["figures"]), values["steps"]
    model = mv.load(options.run) if name == "as it was" else trained(name, options)
    steps = model.run.history()[-1]["step"] if name != "as it was" else 0
    paths = model.test_tracks()
    chosen = paths[:: max(1, len(paths) // options.tracks)][: options.tracks]
    pairs = (_pair(model, path, options.seconds) for path in chosen)
    figures = figures_of(pairs, _new(model, options))
    write_json(
        kept, {"minutes": options.minutes, "figures": figures._asdict(), "steps": int(steps)}
    )
    return figures, int(steps)


def _pair(model: Any, path: Path, seconds: float) -> tuple[mv.Sound, mv.Sound]:
    """The beginning of a track, as the model hears it, and its reconstruction."""
    track = _beginning(model, path, seconds)
    return track, model.reconstruct(track)


def _new(model: Any, options: argparse.Namespace) -> float:
    """How far new sounds are from training tracks."""
    paths = model.train_tracks()
    chosen = paths[:: max(1, len(paths) // options.tracks)][: options.tracks]
    known = mv.Sounds(_beginning(model, path, options.seconds) for path in chosen)
    return frechet_log_mel_distance(known, model.sample(4, seed=7, seconds=options.seconds))


def _beginning(model: Any, path: Path, seconds: float) -> mv.Sound:
    """The beginning of a track, as the model hears it."""
    recipe = model.recipe
    whole, _ = read_as(path, recipe.sample_rate, recipe.channels)
    return mv.Sound.of(whole.samples[: round(seconds * recipe.sample_rate)], recipe.sample_rate)


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("run", type=Path, help="the run that all variants start from")
    add("--data", type=Path, required=True)
    add("--genre", help="train and measure on one genre (default: on all sounds)")
    add("--out", type=Path, required=True)
    add("--minutes", type=float, default=30.0, help="of training, each variant")
    add("--variants", default=";".join(VARIANTS), help="some of them, divided by ;")
    add("--tracks", type=int, default=20, help="unheard tracks that are measured, at most")
    add("--seconds", type=float, default=12.0, help="of each of them")
    options = parser.parse_args()
    quieten_tensorflow()
    options.out.mkdir(parents=True, exist_ok=True)
    print(HEAD)
    for name in ("as it was", *options.variants.split(";")):
        figures, steps = measured(name, options)
        print(f"| {name} | {steps} | {figures.row()} |", flush=True)


if __name__ == "__main__":
    main()
