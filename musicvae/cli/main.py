"""Runs ``musicvae``: builds the parser, runs one command, and turns errors into exit codes.

Every command has a module in this package with a function ``add(commands)``, which declares its
options, and a function that runs it. The latter holds the imports that take long, so that
``--help`` is fast.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from musicvae.cli import exporting, information, listening, playing, rendering, taping, training
from musicvae.errors import MusicVAEError
from musicvae.version import __version__


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = argparse.ArgumentParser(
        prog="musicvae",
        description="Train convolutional VAEs on raw audio and play their decoders live over OSC.",
    )
    parser.add_argument("--version", action="version", version=f"musicvae {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (training, listening, taping, exporting, playing, rendering, information):
        module.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code: 0 for success, 1 after an error message, 130 after Ctrl-C. For wrong usage
        argparse exits with 2.
    """
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except MusicVAEError as error:
        print(f"musicvae: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, a folder that may not be written
        print(f"musicvae: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("musicvae: stopped", file=sys.stderr)
        return 130
