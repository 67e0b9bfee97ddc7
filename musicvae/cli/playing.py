"""The command ``live``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields
from importlib.util import find_spec
from typing import TYPE_CHECKING

from musicvae.cli.options import Commands, add_option, option_values
from musicvae.live.options import Options

if TYPE_CHECKING:
    from musicvae.live.daemon import Daemon


def add(commands: Commands) -> None:
    """Declare ``live``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    command: argparse.ArgumentParser = commands.add_parser(
        "live",
        help="play artifacts, driven over OSC",
        description="Play artifacts and listen to OSC; docs/osc.md lists the addresses.",
    )
    command.set_defaults(run=live)
    command.add_argument(
        "artifacts",
        nargs="*",
        metavar="ARTIFACT",
        help="names of ready models (`musicvae models` lists them), .onnx files that musicvae "
        "exported, or folders of them: the first plays on deck a, the second on deck b, the others "
        "can be loaded over OSC",
    )
    groups = {title: command.add_argument_group(title) for title in ("sound", "network", "folders")}
    for field in fields(Options):
        add_option(groups.get(field.metadata.get("group", ""), command), field)
        if field.name == "device":
            groups["sound"].add_argument(
                "--list-devices", action="store_true", help="list the sound cards and exit"
            )
    shown = command.add_mutually_exclusive_group()
    shown.add_argument("--quiet", action="store_true", help="print errors only")
    shown.add_argument("--json", action="store_true", help="print JSON lines for other programs")
    shown.add_argument(
        "--plain", action="store_true", help="print the start-up lines only, no status screen"
    )


def live(options: argparse.Namespace) -> None:
    """Run ``musicvae live``.

    Raises:
        MusicVAEError: it cannot start, or the output failed.
    """
    if options.list_devices:
        from musicvae.live.outputs.output import list_devices

        print(list_devices())
        return
    from musicvae.errors import SettingError
    from musicvae.live.daemon import run

    if not options.artifacts:
        raise SettingError(
            "no model to play",
            expected="musicvae live NAME, or musicvae live FILE.onnx",
            hint="`musicvae models` lists the names; `musicvae export` makes files",
        )
    if options.fast and options.output is None:
        raise SettingError("--fast is for files", hint="add --out take.wav, or leave out --fast")
    run(options.artifacts, _console(options), **option_values(Options, options))


def _console(
    options: argparse.Namespace,
) -> Callable[[Daemon], AbstractContextManager[object]] | None:
    """A function of the daemon that returns the context manager which shows it while it plays."""
    if options.quiet:
        return None
    if options.json:
        from musicvae.live.console.json_lines import JsonLines

        return lambda daemon: JsonLines(daemon.parts, _say)

    def for_people(daemon: Daemon) -> AbstractContextManager[object]:
        for line in daemon.greeting():
            _say(line)
        if options.plain or not sys.stdout.isatty() or find_spec("rich") is None:
            daemon.parts.notices.show_with(_say)
            return nullcontext()
        from musicvae.live.console.screen import Screen

        return Screen(daemon.parts)

    return for_people


def _say(line: str) -> None:
    print(line, flush=True)  # a program that started the daemon through a pipe waits for them
