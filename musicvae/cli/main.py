"""Runs ``musicvae``: builds the parser, runs one command, and turns errors into exit codes.

Every command has a module in this package with a function ``add(commands)``, which declares its
options, and a function that runs it. The latter holds the imports that take long, so that
``--help`` is fast.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from musicvae.cli import (
    evaluating,
    exporting,
    information,
    inspecting,
    keeping,
    listening,
    models,
    paging,
    playing,
    priors,
    process,
    remembering,
    rendering,
    sampling,
    sounding,
    surveying,
    taping,
    training,
    transforming,
)
from musicvae.errors import MusicVAEError
from musicvae.files import explained
from musicvae.version import __version__


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = argparse.ArgumentParser(
        prog="musicvae",
        description="Train convolutional VAEs on raw audio and play their decoders live over OSC.",
    )
    parser.add_argument("--version", action="version", version=f"musicvae {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    modules = (
        *(training, priors, sampling, listening, surveying, taping, remembering),
        *(exporting, playing, sounding, transforming, rendering, paging, evaluating),
        *(models, information, inspecting),
    )
    for module in modules:
        module.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: of the command; ``None`` runs that of the command line, as the process.

    Returns:
        The exit code: 0 for success, 1 after an error message, 130 after Ctrl-C, 128 and the number
        of another signal after that. For wrong usage argparse exits with 2.
    """
    command = Command(arguments)
    if arguments is None:
        if keeping.wanted(sys.argv[1:]):
            return keeping.kept(lambda: process.run(command))
        return process.run(command)
    command.parse()
    return command()


class Command:
    """One command.

    Args:
        arguments: of the command; ``None`` are those of the command line.

    Attributes:
        prints_only: whether all its work is to print; until it is known, it may be ``--help``.
    """

    def __init__(self, arguments: Sequence[str] | None = None) -> None:
        self.prints_only = True
        self._arguments = arguments

    def parse(self) -> None:
        """Read its options; ends with ``SystemExit`` after ``--help`` or wrong usage."""
        options = self._options = build_parser().parse_args(self._arguments)
        told = ("list_devices", "prints_only")
        self.prints_only = any(getattr(options, name, False) for name in told)

    def __call__(self) -> int:
        """Run it; returns the exit code."""
        options = self._options
        try:
            return int(options.run(options) or 0)
        except MusicVAEError as error:
            print(f"musicvae: {error}", file=sys.stderr)
            return 1
        except OSError as error:  # a full disk, a folder that may not be written
            print(f"musicvae: {explained(error)}", file=sys.stderr)
            return 1
        except BaseException as error:
            stopped = _stopped(error)
            if stopped is None:
                raise
            print("musicvae: stopped", file=sys.stderr)
            return 128 + int(getattr(stopped, "number", signal.SIGINT))


def _stopped(error: BaseException | None) -> KeyboardInterrupt | None:
    """The signal that an error comes from: a library that is being imported wraps it in another."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error
