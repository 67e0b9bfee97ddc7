"""The command ``render``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from musicvae.cli.options import Commands
from musicvae.paths import expand, input_file, output_file

if TYPE_CHECKING:
    from musicvae.live.storage.scores import Score


def add(commands: Commands) -> None:
    """Declare ``render``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    command: argparse.ArgumentParser = commands.add_parser(
        "render",
        help="render a score, or a recorded session again, to a WAV file",
        description="Render a score to a WAV file, faster than real time. The score that lies "
        "beside a recording gives the recording again, sample for sample; docs/score.md says how "
        "to write one.",
    )
    command.set_defaults(run=render)
    command.add_argument(
        "score", metavar="SCORE", help="NAME.score.jsonl of a recording, or a score in JSON"
    )
    command.add_argument("-o", "--out", required=True, metavar="FILE", help="WAV file to write")
    command.add_argument(
        "--models",
        action="append",
        default=[],
        metavar="PATH",
        help="folder or file of models and tapes; may be repeated (default: where the recording "
        "found them, then the score's folder, then the ready models)",
    )
    command.add_argument("--quiet", action="store_true", help="show no progress")


def render(options: argparse.Namespace) -> None:
    """Run ``musicvae render``.

    Raises:
        MusicVAEError: the score cannot be read or rendered, or the file cannot be written.
    """
    from musicvae.cli.results import shown
    from musicvae.errors import ScoreError
    from musicvae.live.inputs.replayed import Replayed
    from musicvae.live.stage.rendering import ScoreRenderer
    from musicvae.live.storage.library import Library
    from musicvae.live.storage.ready import ReadyShelf
    from musicvae.live.storage.scores import read_score
    from musicvae.live.storage.takes import WAV_SUFFIX
    from musicvae.live.table import ADDRESSES

    file = input_file(options.score, "a score", ScoreError)
    score = read_score(file)
    places = [expand(place) for place in options.models] or _places(file, score)
    came = file.with_name(score.input) if score.input else None
    inputs = [file, *places, *_recording(file, score), *([] if came is None else [came])]
    out = output_file(options.out, (WAV_SUFFIX,), inputs)
    library = Library(places, places, ReadyShelf())
    heard = None if came is None else Replayed(came, score.rate)
    renderer = ScoreRenderer(score, library, ADDRESSES, heard=heard)

    def show(done: int, frames: int) -> None:
        end = "\n" if done >= frames else ""
        print(f"\r{done / max(1, frames):6.1%}  {done / score.rate:8.1f} s", end=end, flush=True)

    renderer.write(out, show if sys.stdout.isatty() and not options.quiet else None)
    if not options.quiet:
        print(f"{shown(out)}: {renderer.frames / score.rate:.2f} s")


def _places(path: Path, score: Score) -> list[Path]:
    """Where to look for the models and tapes of a score: where they were, and beside the score."""
    files = [Path(model["file"]) for model in score.models.values() if model.get("file")]
    folders = dict.fromkeys(file.parent for file in files)
    return [*files, *folders, *map(Path, score.tapes), path.parent]


def _recording(path: Path, score: Score) -> list[Path]:
    """The sound beside a recorded score, which may be the only one of its kind."""
    from musicvae.live.storage.takes import SCORE_SUFFIX, WAV_SUFFIX

    recorded = any(model.get("file") for model in score.models.values())
    if not recorded or not path.name.endswith(SCORE_SUFFIX):
        return []
    return [path.with_name(path.name.removesuffix(SCORE_SUFFIX) + WAV_SUFFIX)]
