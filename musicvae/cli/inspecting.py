"""The command ``inspect``: prints what an artifact, a memory or a tape says of itself."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from musicvae.cli.options import Commands


def add(commands: Commands) -> None:
    """Declare ``inspect``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        "inspect",
        help="print what an artifact, a memory or a tape says",
        description="Print what an artifact says of itself, which tracks a memory holds, or how "
        "long a tape is, after all checks of the file.",
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        help="an .onnx file that musicvae exported, a .memory, a .tape, or the name of a ready "
        "model",
    )
    parser.add_argument(
        "--memory", action="store_true", help="the memory that comes with this model, in its place"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for other programs")
    parser.set_defaults(run=inspect, prints_only=True)


def inspect(options: argparse.Namespace) -> None:
    """Print what a file says of itself, after all checks.

    Raises:
        MusicVAEError: there is no such file or model, it cannot be used, or it has no memory.
    """
    from musicvae.latents.memory import ENDINGS as MEMORY_ENDINGS
    from musicvae.latents.tape import ENDINGS as TAPE_ENDINGS
    from musicvae.models import locate

    place = locate(options.file)
    ending = place.path.suffix.lower()
    if options.memory:
        from musicvae.runtime.memories import memory_file

        told = _memory(memory_file(options.file))
    elif ending in MEMORY_ENDINGS:
        told = _memory(place.path)
    elif ending in TAPE_ENDINGS:
        told = _tape(place.path)
    else:
        told = _artifact(options.file)
    text, values = told
    if options.json:
        from musicvae.cli.information import print_json

        print_json(values)
    else:
        print(text)


def _artifact(given: str) -> tuple[str, Any]:
    from musicvae.artifact.text import describe
    from musicvae.models import inspect

    info = inspect(given)
    return describe(info), json.loads(info.to_json())


def _memory(path: Path) -> tuple[str, Any]:
    from musicvae.latents.memory import Memory
    from musicvae.latents.memory.memory_text import describe, values

    memory, size = Memory.load(path), path.stat().st_size
    return describe(memory, size), values(memory, size)


def _tape(path: Path) -> tuple[str, Any]:
    from musicvae.latents.tape import Tape
    from musicvae.latents.tape_text import describe, values

    tape, size = Tape.load(path), path.stat().st_size
    return describe(tape, size), values(tape, size)
