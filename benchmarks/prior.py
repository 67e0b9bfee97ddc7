"""Measures a prior: cost, how far it follows what is asked of it, and whether it lasts.

python benchmarks/prior.py jazz --data path/to/genres
python benchmarks/prior.py jazz --data path/to/genres --prior shared.prior.onnx --seeds 5
python benchmarks/prior.py jazz --data path/to/genres --course --section 0 --seeds 6

Cost is the time of a step on one thread. *Follows* is the rank correlation of what is asked of an
attribute and what is measured in the sound; *farther*, by how much the sound at -1 and 1 is farther
from the music than what is played when nothing is asked. *Lasts*: long rollouts of many seeds,
their silences, and the distance of the last minute to the music over that of the first. With
--course, only how far rollouts are from the music as minutes pass. Prints Markdown.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

from musicvae.audio import Sound
from musicvae.cards.measuring import beginning
from musicvae.data.sides import sides
from musicvae.evaluating.judge import Judge
from musicvae.latents.calibration import spearman
from musicvae.measures.frames import frame_attributes
from musicvae.models import inspect
from musicvae.runtime import conditions, sections
from musicvae.runtime.new_music import play_prior
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout

#: What is asked for, in standard deviations; of which attributes; in how many sounds of how long.
ASKED = (-2.0, -1.0, 0.0, 1.0, 2.0)
ATTRIBUTES = ("loudness", "brightness", "onsets")
SOUNDS, SECONDS = 4, 20.0
#: Windows of so many seconds below so many dBFS are silence.
WINDOW, SILENT = 0.1, -60.0
#: No section of so many seconds ends.
_ENDLESS = 1e6
#: The parts of a rollout whose distances make its course, from and to, in seconds.
PARTS = ((0, 30), (30, 60), (90, 120), (270, 300))


def cost(prior: Prior, steps: int = 4000) -> str:
    """Times of single steps in ms: the median and the 99th percentile."""
    rollout = Rollout(prior, 1)
    taken = np.zeros(steps)
    for step in range(steps):
        began = time.perf_counter()
        rollout.next()
        taken[step] = 1000 * (time.perf_counter() - began)
    middle, late = np.percentile(taken, (50, 99))
    return f"a step takes {middle:.2f} ms (99 %: {late:.2f} ms)"


def steering(model: str, prior: str | None, judge: Judge) -> None:
    """Print how far a prior follows, a row for each attribute."""
    rate = inspect(model).hop
    print("\n| attribute | Spearman of asked and heard | at -2, -1, 0, 1, 2 | farther at -1, 1 |")
    print("| --- | ---: | ---: | ---: |", flush=True)
    for name in ATTRIBUTES:
        heard, distances = [], {}
        for asked in ASKED:
            sounds = [
                play_prior(model, SECONDS, seed, prior=prior, attributes={name: asked})
                for seed in range(SOUNDS)
            ]
            heard.append(np.mean([measured(sound, name, rate) for sound in sounds]))
            if abs(asked) <= 1:
                distances[asked] = judge.of(sounds).distance
        farther = [f"{distances[at] / distances[0.0] - 1:+.0%}" for at in (-1.0, 1.0)]
        values = ", ".join(f"{value:.4g}" for value in heard)
        print(
            f"| {name} | {spearman(ASKED, heard):.2f} | {values} | {', '.join(farther)} |",
            flush=True,
        )


def measured(sound: Sound, name: str, hop: int) -> float:
    """The mean of an attribute over a sound, in its unit."""
    return float(np.nanmean(frame_attributes(sound, hop)[name]))


def longest_silence(sound: Sound) -> float:
    """Seconds of the longest stretch below -60 dBFS."""
    size = round(WINDOW * sound.sample_rate)
    count = len(sound.samples) // size
    power = np.square(sound.samples[: count * size]).reshape(count, -1).mean(axis=1)
    quiet = np.concatenate([[0], power < 10 ** (SILENT / 10), [0]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(quiet))
    return float(max((edges[1::2] - edges[::2]).max(initial=0) * WINDOW, 0.0))


def lasting(model: str, prior: str | None, judge: Judge, minutes: float, seeds: int) -> None:
    """Print what becomes of long rollouts."""
    silences, levels, finite = [], [], []

    def sounds() -> Iterator[Sound]:
        for seed in range(seeds):
            sound = play_prior(model, 60 * minutes, seed, prior=prior)
            finite.append(bool(np.isfinite(sound.samples).all()))
            silences.append(longest_silence(sound))
            levels.append(10 * np.log10(np.square(sound.samples).mean() + 1e-12))
            yield sound

    verdict = judge.of(sounds())
    drift = "-" if verdict.drift is None else f"{verdict.drift:.2f} ×"
    print(
        "| rollouts | longest silence | finite | level, dBFS | of unheard | last minute / first |"
    )
    print("| --- | ---: | --- | ---: | ---: | ---: |")
    print(
        f"| {seeds} of {minutes:g} min | {max(silences):.1f} s | {'yes' if all(finite) else 'no'} "
        f"| {min(levels):.1f} to {max(levels):.1f} | {verdict.ratio:.2f} × | {drift} |"
    )


def course(model: str, prior: str | None, judge: Judge, seeds: int) -> None:
    """Print how far rollouts are from the music, part by part."""
    parts: list[list[Sound]] = [[] for _ in PARTS]
    for seed in range(seeds):
        sound = play_prior(model, PARTS[-1][1], seed, prior=prior)
        rate = sound.sample_rate
        for part, (begin, end) in zip(parts, PARTS, strict=True):
            part.append(Sound.of(sound.samples[begin * rate : end * rate], rate))
    print(f"| {model} | " + " | ".join(f"{begin} to {end} s" for begin, end in PARTS) + " |")
    print("| --- |" + " ---: |" * len(PARTS))
    ratios = " | ".join(f"{judge.of(part).ratio:.1f} ×" for part in parts)
    length = f"{sections.SECTION:g} s" if sections.SECTION < _ENDLESS else "none"
    print(f"| sections: {length}; asked {conditions.EMPHASIS:g} times, {seeds} seeds | {ratios} |")


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a stream .onnx, or the name of a ready model")
    parser.add_argument("--prior", help="a prior in place of the model's")
    parser.add_argument("--data", required=True, help="folder of genre folders")
    parser.add_argument("--split", default="last 10", help="rule for the unheard tracks")
    parser.add_argument("--minutes", type=float, default=10.0, help="of a long rollout")
    parser.add_argument("--seeds", type=int, default=20, help="long rollouts; 0 makes none")
    parser.add_argument("--course", action="store_true", help="only how far, minute by minute")
    parser.add_argument(
        "--emphasis",
        type=float,
        default=conditions.EMPHASIS,
        help="how much the genre is asked for",
    )
    parser.add_argument(
        "--section",
        type=float,
        default=sections.SECTION,
        help="seconds after which it forgets what it heard; 0: never",
    )
    options = parser.parse_args()
    conditions.EMPHASIS = options.emphasis
    sections.SECTION = options.section or _ENDLESS
    if not options.course:
        print(cost(Prior(options.prior or options.model)), flush=True)
    genre = inspect(options.model).genre
    tracks = sides(options.data, options.split, genre)
    judge = Judge(map(beginning, tracks.learnt), map(beginning, tracks.unheard), genre)
    if options.course:
        course(options.model, options.prior, judge, options.seeds)
        return
    steering(options.model, options.prior, judge)
    if options.seeds:
        lasting(options.model, options.prior, judge, options.minutes, options.seeds)


if __name__ == "__main__":
    main()
