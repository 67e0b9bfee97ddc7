"""The command ``render``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

Commands = Any  # what ArgumentParser.add_subparsers() returns; argparse keeps its class private


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
    command.add_argument("score", help="NAME.score.jsonl of a recording, or a score in JSON")
    command.add_argument("--out", required=True, metavar="FILE", help="WAV file to write")
    command.add_argument(
        "--models",
        action="append",
        default=[],
        metavar="PATH",
        help="folder or file of models and tapes; may be repeated (default: where the recording "
        "found them, else the score's folder)",
    )
    command.add_argument("--quiet", action="store_true", help="show no progress")


def render(options: argparse.Namespace) -> None:
    """Run ``musicvae render``.

    Raises:
        MusicVAEError: the score cannot be read or rendered, or the file not be written.
    """
    from musicvae.files import replacing
    from musicvae.live.keeping.library import Library
    from musicvae.live.keeping.scores import read_score
    from musicvae.live.outputs.wav import GrowingWav
    from musicvae.live.replaying import Performance

    score = read_score(options.score)
    places = [Path(place) for place in options.models] or _places(options.score, score.models)
    performance = Performance(score, Library(places, places))
    with replacing(options.out) as temporary:  # an existing file stays until this one is whole
        wav = GrowingWav(temporary, score.rate, score.channels)
        try:
            for block in performance.blocks():
                wav.write(block)
                if not options.quiet:
                    _show(wav.frames, performance.frames, score.rate)
        finally:
            wav.close()
    if not options.quiet:
        print(f"\n{options.out}: {wav.frames / score.rate:.2f} s")


def _places(score: str, models: dict[str, dict[str, str]]) -> list[Path]:
    files = [Path(model["file"]) for model in models.values() if model.get("file")]
    folders = dict.fromkeys(file.parent for file in files)
    return [*files, *folders, Path(score).parent]


def _show(done: int, frames: int, rate: int) -> None:
    share = done / max(1, frames)
    print(f"\r{share:6.1%}  {done / rate:8.1f} s", end="", flush=True)
