"""Compares the options of ``augment``: the recipe `stream`, trained on 40 tracks of one genre.

python benchmarks/augmentation.py --data path/to/genres --genre jazz --runs runs/augmentation

Every arm takes the same number of optimiser steps, on the same 40 tracks with the same seed; all
are judged on the same unheard tracks of that genre, and on one track of each other genre, on which
nothing was trained. Runs that are there go on: --minutes ends this call after so long, and the next
one continues where it stopped. Prints Markdown, of the arms that are finished.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import musicvae as mv
from musicvae.audio import Sound
from musicvae.cards.measuring import Likeness
from musicvae.data.tracks import scan
from musicvae.recipes.augmentation import OPTIONS
from musicvae.vae.quiet import quieten_tensorflow
from musicvae.vae.training.reporting import Silent

ARMS = ("none", *OPTIONS, ",".join(OPTIONS))
SPLIT = "40+10"
SECONDS = 15.0
HEAD = (
    "| `augment` | log-mel L1 | multi-resolution STFT | level | log-mel, other genres "
    "| STFT, other genres | s a step |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
)


@dataclass(frozen=True)
class Judged:
    """Means over tracks: two distances, and how far the level is off, in dB."""

    log_mel: float
    stft: float
    level: float

    @classmethod
    def of(cls, tracks: Sequence[Sound], remake: Callable[[Sound], Sound]) -> Judged:
        """Judge what ``remake`` makes of each track."""
        likeness = [Likeness.of(track, remake(track)) for track in tracks]
        rows = [(one.log_mel, one.stft, one.level) for one in likeness]
        return cls(*(float(mean) for mean in np.mean(rows, axis=0)))


class UntilThen(Silent):
    """Asks for an orderly end, as Ctrl-C does, when the time is over."""

    def __init__(self, end: float) -> None:
        self.end = end

    def step(self, step: int, planned: int, figures: dict[str, float]) -> None:
        """Look at the clock."""
        if time.monotonic() > self.end and step < planned:
            self.end = float("inf")
            signal.raise_signal(signal.SIGINT)


def folder(arm: str, options: argparse.Namespace) -> Path:
    """The run folder of an arm."""
    name = "all" if "," in arm else arm
    path: Path = options.runs / f"{options.genre}-{name}"
    return path


def train(arm: str, options: argparse.Namespace, end: float) -> Any:
    """The trained model of an arm, or ``None`` where the time was too short."""
    out, settings = folder(arm, options), {"epochs": options.epochs, "minutes": None}
    resume = (out / "run.json").is_file()
    if not resume:
        settings |= {"split": SPLIT, "augment": arm}
    try:
        return mv.train(
            options.genre,
            options.data,
            out,
            recipe=None if resume else "stream",
            settings=settings,
            resume=resume,
            cache=options.cache,
            pictures=False,
            reporter=UntilThen(end),
        )
    except KeyboardInterrupt:
        return None


def others(options: argparse.Namespace) -> list[Sound]:
    """The beginning of the first track of each other genre."""
    genres = sorted(path.name for path in options.data.iterdir() if path.is_dir())
    firsts = [scan(options.data / name).tracks[0].path for name in genres if name != options.genre]
    return [mv.read(path, SECONDS) for path in firsts]


def row(arm: str, pair: tuple[Judged, Judged], first: tuple[Judged, Judged], pace: float) -> str:
    """The figures of an arm; all but the first as ratios to it."""
    (mine, elsewhere), (its, its_elsewhere) = pair, first
    if pair is first:
        shown = [f"{value:.3f}" for value in (mine.log_mel, mine.stft)]
        far = [f"{value:.3f}" for value in (elsewhere.log_mel, elsewhere.stft)]
    else:
        shown = [f"{mine.log_mel / its.log_mel:.3f} ×", f"{mine.stft / its.stft:.3f} ×"]
        far = [
            f"{elsewhere.log_mel / its_elsewhere.log_mel:.3f} ×",
            f"{elsewhere.stft / its_elsewhere.stft:.3f} ×",
        ]
    return (
        f"| {arm} | {shown[0]} | {shown[1]} | {mine.level:+.2f} dB | {far[0]} | {far[1]} "
        f"| {pace:.2f} |"
    )


def main() -> None:
    """Train what is missing as long as there is time, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of genre folders")
    parser.add_argument("--genre", default="jazz")
    parser.add_argument("--arms", default="/".join(ARMS), help="values of augment, / between them")
    parser.add_argument(
        "--epochs", type=int, default=40, help="passes over the 40 tracks, each arm"
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="of this call (default: 60)")
    parser.add_argument("--runs", type=Path, default=Path("runs/augmentation"))
    parser.add_argument("--cache", type=Path, help="folder of decoded tracks")
    options = parser.parse_args()
    quieten_tensorflow()
    end = time.monotonic() + 60 * options.minutes
    first, elsewhere = None, others(options)
    for arm in options.arms.split("/"):
        if (model := train(arm, options, end)) is None:
            print(f"\nThe time is over in the arm {arm}: the same command goes on.", flush=True)
            return
        last = model.history()[-1]
        remake = partial(_remake, model)
        unheard = [mv.read(path, SECONDS) for path in model.test_tracks()]
        pair = Judged.of(unheard, remake), Judged.of(elsewhere, remake)
        if first is None:
            first = pair
            print(
                f"\n`stream`, 40 tracks of {options.genre}, {last['step']} optimiser steps; judged "
                f"on {len(unheard)} unheard tracks and {len(elsewhere)} of other genres\n\n{HEAD}"
            )
        print(row(arm, pair, first, last["seconds"] / last["step"]), flush=True)


def _remake(model: Any, track: Sound) -> Sound:
    made: Sound = model.reconstruct(track)
    return made


if __name__ == "__main__":
    main()
