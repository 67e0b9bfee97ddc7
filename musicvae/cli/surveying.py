"""The command ``survey``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from musicvae.cli.options import Commands

if TYPE_CHECKING:
    from musicvae.surveying.result import Survey

#: Odd tracks that are printed.
PRINTED = 8


def add(commands: Commands) -> None:
    """Declare ``survey``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser = commands.add_parser(
        "survey",
        help="map a folder of sounds: clusters, and what does not fit",
        description="Map all tracks of a folder as a trained model hears them, find clusters and "
        "the tracks that do not fit (broken, mislabelled, of another genre), and write a page with "
        "sounds, survey.html, and a table, survey.csv.",
    )
    parser.add_argument("run_folder", metavar="RUN", help="run folder, from `musicvae train`")
    parser.add_argument("data", metavar="DATA", type=Path, help="folder of sounds")
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("survey"), metavar="FOLDER",
        help="folder for the page and the table; created if needed (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--genre", help="only the folder of this genre (default: all sounds)")
    parser.add_argument(
        "--seconds", type=float, default=30.0,
        help="how much of each track to hear at most (default: 30)",
    )  # fmt: skip
    parser.add_argument("--cache", help="folder of decoded tracks (default: $MUSICVAE_CACHE)")
    parser.add_argument("--workers", type=int, help="decoding processes (default: one per core)")
    parser.set_defaults(run=run_survey)


def run_survey(options: argparse.Namespace) -> int:
    """Run ``musicvae survey``.

    Raises:
        MusicVAEError: the run or the sounds cannot be read, or the results not be written.
    """
    from musicvae.cli.results import print_written, results_folder
    from musicvae.surveying.page import write_survey
    from musicvae.surveying.survey import survey
    from musicvae.vae.training.reporting import terminal

    out = results_folder(options.out, ["survey.html", "survey.csv"])
    with terminal() as reporter:
        made = survey(
            options.run_folder,
            options.data,
            genre=options.genre,
            seconds=options.seconds,
            cache_folder=options.cache,
            workers=options.workers,
            progress=reporter.work,
        )
    _print_outliers(made)
    print_written(write_survey(made, out))
    return 0


def _print_outliers(survey: Survey) -> None:
    """Print a summary, the oddest tracks, and the first files that could not be used."""
    from musicvae.cli.table import print_table
    from musicvae.surveying.page import not_used
    from musicvae.text import printable

    found = len({track.cluster for track in survey.tracks})
    clusters = "1 cluster" if found == 1 else f"{found} clusters"
    print(f"{len(survey.tracks)} tracks, {clusters}; {not_used(len(survey.skipped))}")
    if len(survey.tracks) > 2:
        rows = [
            (str(track.place), f"{track.oddness:.1f}", f"{track.error:.2f}", printable(track.key),
             track.why or "-")
            for track in survey.outliers()[:PRINTED]
        ]  # fmt: skip
        print_table(("place", "oddness", "error", "track", "why"), rows)
    for key, reason in survey.skipped[:PRINTED]:
        print(f"not used: {printable(key)}: {printable(reason)}")
