"""Measures how well a survey finds tracks that do not belong: planted ones among fifty of a genre.

python benchmarks/survey.py RUN --data path/to/genres --genre jazz --kept runs/survey.npz

Each draw takes fifty tracks of the genre, one of each of three other genres, and one of noise. The
tracks are heard once and kept. Prints Markdown: how many of the four are among the first six, how
often all four are, and at which place they are in the middle, by all aspects together and by each
alone; and which genres are found.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import musicvae as mv
from musicvae.audio import Sound, read_as
from musicvae.data.tracks import scan
from musicvae.files import replacing
from musicvae.surveying.hearing import hear
from musicvae.surveying.outliers import Oddness, robust
from musicvae.surveying.summaries import Summary, stacked
from musicvae.vae.quiet import quieten_tensorflow
from musicvae.vae.run.loading import load_start

FIFTY, OTHERS, FIRST = 50, 3, 6
NOISE = "noise"
ASPECTS = ("timbre", "movement", "together")


class Heard(NamedTuple):
    """A track that was heard; see :class:`musicvae.surveying.hearing.Heard`."""

    genre: str
    summary: Summary
    error: float
    lead: float


def hear_all(options: argparse.Namespace) -> list[Heard]:
    """Hear the tracks of all genres, and noise in three colours; or take what was kept."""
    if options.kept.is_file():
        with np.load(options.kept) as kept:
            return [
                Heard(str(genre), _kept(kept, number), float(error), float(lead))
                for number, (genre, error, lead) in enumerate(
                    zip(kept["genres"], kept["errors"], kept["leads"], strict=True)
                )
            ]
    quieten_tensorflow()
    model, start, found = mv.load(options.run), load_start(options.run), []
    for genre, sound in sounds(options, model.recipe.sample_rate, model.recipe.channels):
        found.append(one(model, start, genre, sound, options.seconds))
        print(f"\r{len(found)} tracks heard", end="", flush=True)
    print()
    arrays = {
        f"{number}/{name}": getattr(heard.summary, name)
        for number, heard in enumerate(found)
        for name in ASPECTS
    }
    with replacing(options.kept) as temporary:
        np.savez(
            temporary,
            genres=[heard.genre for heard in found],
            errors=[heard.error for heard in found],
            leads=[heard.lead for heard in found],
            **arrays,
        )
    return found


def sounds(options: argparse.Namespace, rate: int, channels: int) -> Iterator[tuple[str, Sound]]:
    """Genre and sound of each track, at the model's rate and with its channels."""
    random = np.random.default_rng(0)
    for number in range(3):
        noise = 0.1 * random.standard_normal(round(options.seconds * rate))
        for _ in range(number):  # white, then darker
            noise = np.convolve(noise, (0.5, 0.5), "same")
        yield NOISE, Sound.of(np.repeat(noise[:, None], channels, axis=1), rate)
    for folder in sorted(path for path in options.data.iterdir() if path.is_dir()):
        wanted = None if folder.name == options.genre else options.others
        for track in scan(folder).tracks[:wanted]:
            yield folder.name, read_as(track.path, rate, channels)[0]


def _kept(kept: Mapping[str, NDArray[np.float64]], number: int) -> Summary:
    return Summary(*(kept[f"{number}/{name}"] for name in ASPECTS))


def one(model: Any, start: Any, genre: str, sound: Sound, seconds: float) -> Heard:
    """Hear one track."""
    heard = hear(model, sound.samples, sound.sample_rate, seconds, start)
    return Heard(genre, Summary.of(heard), heard.error, heard.lead)


def draws(found: Sequence[Heard], genre: str, count: int) -> list[list[int]]:
    """Numbers of the tracks of each draw; the last four do not belong."""
    random, by = np.random.default_rng(1), defaultdict(list)
    for number, heard in enumerate(found):
        by[heard.genre].append(number)
    rest = sorted(set(by) - {genre, NOISE})
    drawn = []
    for _ in range(count):
        fifty = random.choice(by[genre], min(FIFTY, len(by[genre])), replace=False).tolist()
        others = random.choice(rest, min(OTHERS, len(rest)), replace=False)
        planted = [int(random.choice(by[name])) for name in (*others, NOISE)]
        drawn.append([*fifty, *planted])
    return drawn


def judge(
    found: Sequence[Heard],
    drawn: Sequence[Sequence[int]],
    score: Callable[[Sequence[Heard]], NDArray[np.float64]],
) -> tuple[str, dict[str, list[bool]]]:
    """The figures of a score, as cells of the table; and what was found, by genre."""
    places, by = [], defaultdict(list)
    for numbers in drawn:
        tracks = [found[number] for number in numbers]
        order = np.argsort(-score(tracks), kind="stable").tolist()
        planted = range(len(tracks) - OTHERS - 1, len(tracks))
        at = [order.index(number) + 1 for number in planted]
        places.append(at)
        for number, place in zip(planted, at, strict=True):
            by[tracks[number].genre].append(place <= FIRST)
    table = np.array(places)
    hit = table <= FIRST
    cells = f"{hit.mean():.0%} | {hit.all(axis=1).mean():.0%} | {np.median(table):.0f}"
    return cells, by


def oddness(tracks: Sequence[Heard]) -> Oddness:
    """As a survey computes it."""
    aspects = stacked([track.summary for track in tracks])
    errors, leads = [track.error for track in tracks], [track.lead for track in tracks]
    return Oddness.of(aspects, errors, leads)


def one_aspect(name: str, tracks: Sequence[Heard]) -> NDArray[np.float64]:
    """How odd tracks are in one aspect."""
    return oddness(tracks).aspects[name]


def worst(tracks: Sequence[Heard]) -> NDArray[np.float64]:
    """How badly tracks are reconstructed."""
    return robust(np.array([track.error for track in tracks]))


def main() -> None:
    """Hear what is missing, draw, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="run folder")
    parser.add_argument("--data", type=Path, required=True, help="folder of genre folders")
    parser.add_argument("--genre", default="jazz", help="the genre of the fifty")
    parser.add_argument("--others", type=int, default=10, help="tracks of each other genre")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each track")
    parser.add_argument("--kept", type=Path, default=Path("runs/survey.npz"))
    options = parser.parse_args()
    found = hear_all(options)
    drawn = draws(found, options.genre, options.draws)
    print(
        f"\nThree other genres and noise among {FIFTY} of {options.genre}, {len(drawn)} draws\n\n"
        f"| | of four, among the first {FIRST} | all four | place |\n| --- | ---: | ---: | ---: |"
    )
    cells, by = judge(found, drawn, lambda tracks: oddness(tracks).total)
    print(f"| oddness | {cells} |")
    for name in (*ASPECTS, "kind"):
        cells, _ = judge(found, drawn, partial(one_aspect, name))
        print(f"| {name} alone | {cells} |")
    cells, _ = judge(found, drawn, worst)
    print(f"| error alone | {cells} |")
    print("\n| not of the genre | found |\n| --- | ---: |")
    for name, hits in sorted(by.items(), key=lambda item: -np.mean(item[1])):
        print(f"| {name} | {np.mean(hits):.0%} |")


if __name__ == "__main__":
    main()
