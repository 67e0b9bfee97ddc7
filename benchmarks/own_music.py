"""How near the music that ready models make by themselves is to music: a row for each of them.

python benchmarks/own_music.py --data path/to/genres | \
    python benchmarks/into_page.py own-music docs/evaluate.md

By each of its sources a model plays ten sounds of 30 s, and the distance of these to the music that
it learnt from is divided by that of unheard tracks (musicvae.evaluating). What misses what is asked
for is bold. --prior takes another prior than that of the models. Prints Markdown. --picture
draws an unheard track and a sound of each source of the first model instead.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from musicvae import plots
from musicvae.audio import Sound
from musicvae.cards.measuring import beginning
from musicvae.data.sides import sides
from musicvae.evaluating.evaluation import UNHEARD, evaluated
from musicvae.evaluating.judge import Verdict
from musicvae.evaluating.sources import Source
from musicvae.models import find_all

#: The sources, and the most that each may be farther than unheard tracks.
MOST = {"memory": 1.3, "prior=0.5": 1.6, "prior": 2.5, "walk": float("inf")}
HEAD = (
    "model", "unheard tracks", "memory", "copied", "variation 0.5", "copied", "prior", "copied",
    "walk",
)  # fmt: skip


def row(name: str, verdicts: Mapping[str, Verdict]) -> list[str]:
    """The cells of a model."""
    unheard = verdicts[UNHEARD]
    cells = [name, f"{unheard.distance:.2f}"]
    for source, most in MOST.items():
        found = verdicts[source]
        cells.append(_bold(f"{found.ratio:.2f} ×", found.ratio > most))
        if source != "walk":
            cells.append(_bold(f"{found.copied:.0%}", _copies(source, verdicts)))
    return cells


def _copies(source: str, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether too much is copied: half a memory's by what varies it, 2 points more than unheard."""
    most = {
        "memory": 1.0,
        "prior=0.5": verdicts["memory"].copied / 2,
        "prior": verdicts[UNHEARD].copied + 0.02,
    }
    return verdicts[source].copied > most[source]


def _bold(text: str, missed: bool) -> str:
    return f"**{text}**" if missed else text


def ready() -> list[str]:
    """The names of the installed ready models that have a memory, in order."""
    found = [record.value for record in find_all() if record.value is not None]
    return [model.name for model in found if model.memory is not None]


def tell(text: str) -> None:
    """Show what is done."""
    print(text, file=sys.stderr, flush=True)


def draw(options: argparse.Namespace) -> None:
    """Draw spectrograms of an unheard track and of each source."""
    name = (options.models or ready())[0]
    track = beginning(sides(options.data, options.split, name).unheard[0])
    length = round(options.seconds * track.sample_rate)
    sounds = {"an unheard track": Sound.of(track.samples[:length], track.sample_rate)}
    for text in MOST:
        source = Source.parse(text, prior=options.prior)
        sounds[text] = source.play(name, options.seconds, 7)
    figure = plots.spectrograms(list(sounds.values()), list(sounds))
    print(f"wrote {plots.save(figure, options.picture)}")


def main(given: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names (default: all that have a memory)")
    parser.add_argument("--data", required=True, help="folder of genre folders")
    parser.add_argument("--split", default="last 10", help="rule for the unheard tracks")
    parser.add_argument("--prior", help="a prior in place of the models'")
    parser.add_argument("--n", type=int, default=10, help="sounds of each source")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each sound")
    parser.add_argument("--picture", type=Path, help="a .png to write instead")
    options = parser.parse_args(given)
    if options.picture is not None:
        draw(options)
        return
    print(f"| {' | '.join(HEAD)} |\n| --- |{' ---: |' * (len(HEAD) - 1)}", flush=True)
    for name in options.models or ready():
        sources = [Source.parse(text, prior=options.prior) for text in MOST]
        verdicts = evaluated(
            name,
            sources,
            options.data,
            split=options.split,
            count=options.n,
            seconds=options.seconds,
            tell=tell,
        )
        print(f"| {' | '.join(row(name, verdicts))} |", flush=True)


if __name__ == "__main__":
    main()
