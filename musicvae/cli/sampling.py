"""The command ``sample``: new sounds of a trained run, or of a model that was exported."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musicvae.cli.listening import add_command, load_run, positive, seed_number
from musicvae.cli.options import Commands

if TYPE_CHECKING:
    from musicvae.audio import Sound
    from musicvae.models import Place

#: Seconds of each sound of a stream.
SECONDS = 10.0


def add(commands: Commands) -> None:
    """Declare ``sample``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    command = add_command(commands, "sample", "make new sounds", sample)
    command.add_argument(
        "model",
        metavar="MODEL",
        help="run folder, from `musicvae train`; or a stream .onnx, or the name of a ready model, "
        "which need no TensorFlow",
    )
    command.add_argument("--n", type=positive, default=4, help="number of sounds (default: 4)")
    command.add_argument(
        "--seed", type=seed_number, default=0, help="equal seeds give equal sounds (default: 0)"
    )
    command.add_argument(
        "--seconds", type=float, help=f"length of each sound; streams only (default: {SECONDS:g})"
    )
    command.add_argument(
        "--source",
        metavar="NAME",
        help="of a .onnx or a ready model: walk, memory, prior, or prior=0.5 to vary the "
        "memory (default: prior where the model has one, else walk)",
    )


def sample(options: argparse.Namespace) -> None:
    """Draw new sounds; write WAV files, pictures and measures.

    Raises:
        MusicVAEError: the run or the model cannot be read, or an option has no use.
    """
    from musicvae.cli.results import print_written, result_names, results_folder, write_results

    place = _place(options.model)
    names = [f"sample-{number:02d}" for number in range(1, options.n + 1)]
    plays = place.model is not None or place.path.suffix.lower() == ".onnx"
    inputs = [place.path] if plays else []
    out = results_folder(options.out, result_names(names), inputs)
    sounds = _played(place, options) if plays else _sampled(place.path, options)
    print_written(write_results(out, dict(zip(names, sounds, strict=True))))


def _place(given: str) -> Place:
    """The run folder or the model that a person means.

    Raises:
        UnknownNameError: there is neither.
    """
    from musicvae.errors import UnknownNameError
    from musicvae.models import locate

    try:
        return locate(given)
    except UnknownNameError as error:
        raise UnknownNameError(
            f"there is no run folder of that name here, and {error.what}",
            expected=error.expected,
            received=error.received,
            hint=error.hint,
        ) from None


def _sampled(run: Path, options: argparse.Namespace) -> Sequence[Sound]:
    """The sounds of a trained run.

    Raises:
        SettingError: a source is named.
    """
    from musicvae.errors import SettingError

    if options.source is not None:
        raise SettingError(
            "a run plays by no source",
            expected="a .onnx file or a ready model, for --source",
            received=f"--source {options.source} and a folder",
            hint="musicvae export RUN --out NAME.onnx",
        )
    model = load_run(run)
    length = {} if options.seconds is None else {"seconds": options.seconds}
    return model.sample(options.n, seed=options.seed, **length)


def _played(place: Place, options: argparse.Namespace) -> Sequence[Sound]:
    """The sounds of an exported model: the first has the seed, each other one the next number."""
    from musicvae.evaluating.sources import Source

    source = Source.parse(options.source or _usual(place))
    seconds = SECONDS if options.seconds is None else options.seconds
    seeds = [(options.seed + number) % 2**32 for number in range(options.n)]
    return [source.play(options.model, seconds, seed) for seed in seeds]


def _usual(place: Place) -> str:
    from musicvae.models.folder import prior_of

    prior = prior_of(place.path) if place.model is None else place.model.prior
    return "walk" if prior is None else "prior"
