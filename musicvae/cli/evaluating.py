"""The command ``evaluate``: how near the music of a model is to the music it learnt from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musicvae.cli.options import Commands

if TYPE_CHECKING:
    from musicvae.evaluating.sources import Source


def add(commands: Commands) -> None:
    """Declare ``evaluate``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser = commands.add_parser(
        "evaluate",
        help="judge what a model plays by itself, against the music that it learnt from",
        description="Let a model play by its sources, and measure how near that is to the tracks "
        "that it learnt from, beside unheard tracks: by an embedding that tells music from what is "
        "no music, by its pulse, level and onsets, by how much is copied, and whether it drifts. "
        "Needs no TensorFlow.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="a stream .onnx, or the name of a ready model"
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="the folder that the model was trained on"
    )
    parser.add_argument("--genre", help="its folder there (default: the model's genre)")
    parser.add_argument(
        "--split", default="last 10", metavar="RULE",
        help="the rule by which training kept tracks for testing (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--source", action="append", metavar="NAME",
        help="walk, memory, prior, or prior=0.5 for a variation; may be repeated (default: walk)",
    )  # fmt: skip
    parser.add_argument(
        "--memory",
        metavar="FILE",
        help="a memory in place of the model's, or the name of a ready model that brings one",
    )
    parser.add_argument(
        "--prior",
        metavar="FILE",
        help="a prior in place of the model's, or the name of a ready model that brings one",
    )
    parser.add_argument(
        "--n", type=int, default=10, help="how many sounds each source plays (default: 10)"
    )
    parser.add_argument(
        "--seconds", type=float, default=30.0,
        help="of each sound, at least 5 (default: 30); from 120 on it is told whether they drift",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="of the first sound (default: 0)")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="a JSON file of all figures")
    parser.set_defaults(run=evaluate)


def evaluate(options: argparse.Namespace) -> int:
    """Run ``musicvae evaluate``.

    Raises:
        MusicVAEError: a file cannot be used, or an option has a value that cannot work.
    """
    from musicvae.cli.results import shown
    from musicvae.errors import SettingError
    from musicvae.evaluating.evaluation import evaluated, written
    from musicvae.evaluating.report import table
    from musicvae.evaluating.sources import Source
    from musicvae.paths import output_file

    if options.n < 1:
        raise SettingError("no sound to judge", expected="--n 1 or more", received=options.n)
    sources = [
        Source.parse(text, options.memory, options.prior) for text in options.source or ["walk"]
    ]
    files = [file for file in (options.model, options.memory, options.prior) if file is not None]
    out = None if options.out is None else output_file(options.out, (".json",), files)
    _check_used(options, sources)
    verdicts = evaluated(
        options.model,
        sources,
        options.data,
        genre=options.genre,
        split=options.split,
        count=options.n,
        seconds=options.seconds,
        seed=options.seed,
        tell=lambda text: print(f"{text} …", file=sys.stderr, flush=True),
    )
    print(table(verdicts))
    if out is not None:
        written(verdicts, out)
        print(f"wrote {shown(out)}")
    return 0


def _check_used(options: argparse.Namespace, sources: Sequence[Source]) -> None:
    """Refuse a file that no source would play.

    Raises:
        SettingError: there is one.
    """
    from musicvae.errors import SettingError

    priors = [source for source in sources if source.name == "prior"]
    varied = [source for source in priors if source.variation < 1]
    users = {"memory": [each for each in sources if each.name == "memory"] + varied}
    for name, used in (users | {"prior": priors}).items():
        if getattr(options, name) is not None and not used:
            raise SettingError(
                f"--{name} has no use with these sources",
                expected=f"--source {name}",
                received=", ".join(f"--source {source}" for source in sources),
            )
