"""The command ``live``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from musicvae.live.daemon import Daemon

Commands = Any  # what ArgumentParser.add_subparsers() returns; argparse keeps its class private


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
        help=".onnx files that musicvae exported, or folders of them: the first plays on deck a, "
        "the second on deck b, the others can be loaded over OSC",
    )
    _add_sound_options(command.add_argument_group("sound"))
    _add_network_options(command.add_argument_group("network"))
    _add_folder_options(command.add_argument_group("folders"))
    command.add_argument(
        "--seconds", type=float, metavar="S", help="fade out and end after so long"
    )
    face = command.add_mutually_exclusive_group()
    face.add_argument("--quiet", action="store_true", help="say nothing but errors")
    face.add_argument("--json", action="store_true", help="JSON lines for machines")
    face.add_argument(
        "--plain", action="store_true", help="start-up lines alone, without the status screen"
    )


def _add_sound_options(group: Any) -> None:
    group.add_argument(
        "--out",
        metavar="FILE",
        help="record to a WAV file instead of the sound card (overwritten where it exists); "
        "'null' drops the sound",
    )
    group.add_argument(
        "--device", metavar="NAME", help="sound card: its number or a part of its name"
    )
    group.add_argument("--list-devices", action="store_true", help="list the sound cards and end")
    group.add_argument(
        "--rate",
        type=int,
        metavar="HZ",
        help="sample rate (default: the sound card's own, or the model's for a file)",
    )
    group.add_argument(
        "--block", type=int, default=512, metavar="FRAMES", help="frames at once (default: 512)"
    )
    group.add_argument(
        "--ahead",
        type=float,
        metavar="MS",
        help="have a block ready so long before the device needs it (default: 2.5): less is "
        "quicker, more is safer",
    )
    group.add_argument(
        "--channels", type=int, default=2, metavar="N", help="of the output (default: 2)"
    )
    group.add_argument(
        "--record",
        nargs="?",
        const="",
        metavar="NAME",
        help="record from the beginning, with a score that `musicvae render` plays again",
    )
    group.add_argument(
        "--gain", type=float, default=0.0, metavar="DB", help="gain at the start (default: 0)"
    )
    group.add_argument(
        "--fast", action="store_true", help="with --out: as fast as possible, not in real time"
    )


def _add_network_options(group: Any) -> None:
    group.add_argument(
        "--port",
        type=int,
        default=7700,
        help="UDP and TCP port; 0 takes any free one (default: 7700)",
    )
    group.add_argument(
        "--bind", default="127.0.0.1", metavar="ADDRESS", help="listen there (default: 127.0.0.1)"
    )
    group.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="HOST",
        help="host or network that may speak besides this machine; may be repeated",
    )
    group.add_argument(
        "--allow-quit", action="store_true", help="let /quit from this machine end the daemon"
    )
    group.add_argument(
        "--honour-timetags",
        action="store_true",
        help="let bundles wait until their time tag is due (SuperCollider means them)",
    )


def _add_folder_options(group: Any) -> None:
    group.add_argument(
        "--tapes", metavar="FOLDER", help="of tapes (default: that of the first artifact)"
    )
    group.add_argument(
        "--presets",
        metavar="FOLDER",
        help="of presets (default: presets, beside the first artifact)",
    )
    group.add_argument(
        "--takes", default="takes", metavar="FOLDER", help="of recordings (default: takes)"
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
            "no artifact to play", expected="musicvae live jazz.onnx", hint="musicvae export --help"
        )
    if options.fast and options.out is None:
        raise SettingError("--fast is for files", hint="add --out take.wav, or leave out --fast")
    run(
        options.artifacts,
        _face(options),
        output=options.out,
        port=options.port,
        bind=options.bind,
        allow=options.allow,
        allow_quit=options.allow_quit,
        honour_timetags=options.honour_timetags,
        gain_db=options.gain,
        seconds=options.seconds,
        rate=options.rate,
        channels=options.channels,
        device=options.device,
        block=options.block,
        ahead_ms=options.ahead,
        fast=options.fast,
        tapes=options.tapes,
        presets=options.presets,
        takes=options.takes,
        record=options.record,
    )


def _face(options: argparse.Namespace) -> Callable[[Daemon], AbstractContextManager[Any]] | None:
    """What is shown while it plays; a function of the daemon that gives a context manager."""
    if options.quiet:
        return None
    if options.json:
        from musicvae.live.console.json_lines import JsonLines

        return lambda daemon: JsonLines(daemon.parts, _say)

    def people(daemon: Daemon) -> AbstractContextManager[Any]:
        for line in daemon.greeting():
            _say(line)
        if options.plain or not sys.stdout.isatty() or find_spec("rich") is None:
            daemon.parts.notices.show_with(_say)
            return nullcontext()
        from musicvae.live.console.screen import Screen

        return Screen(daemon.parts)

    return people


def _say(line: str) -> None:
    print(line, flush=True)  # whoever starts us through a pipe waits for these lines
