"""The command ``live``."""

from __future__ import annotations

import argparse
from typing import Any

Commands = Any  # what ArgumentParser.add_subparsers() returns; argparse keeps its class private


def add(commands: Commands) -> None:
    """Declare ``live``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    command: argparse.ArgumentParser = commands.add_parser(
        "live",
        help="play an artifact, driven over OSC",
        description="Play an artifact and listen to OSC over UDP; docs/osc.md lists the addresses.",
    )
    command.set_defaults(run=live)
    command.add_argument("artifact", nargs="?", help="an .onnx file that musicvae exported")
    _add_sound_options(command.add_argument_group("sound"))
    _add_network_options(command.add_argument_group("network"))
    command.add_argument(
        "--seconds", type=float, metavar="S", help="fade out and end after so long"
    )
    command.add_argument("--quiet", action="store_true", help="say nothing but errors")


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
        "--gain", type=float, default=0.0, metavar="DB", help="gain at the start (default: 0)"
    )
    group.add_argument(
        "--fast", action="store_true", help="with --out: as fast as possible, not in real time"
    )


def _add_network_options(group: Any) -> None:
    group.add_argument(
        "--port", type=int, default=7700, help="UDP port; 0 takes any free one (default: 7700)"
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


def live(options: argparse.Namespace) -> None:
    """Run ``musicvae live``.

    Raises:
        MusicVAEError: it cannot start, or the output failed.
    """
    if options.list_devices:
        from musicvae.live.outputs.choice import list_devices

        print(list_devices())
        return
    from musicvae.errors import SettingError
    from musicvae.live.daemon import run

    if options.artifact is None:
        raise SettingError(
            "no artifact to play", legal="musicvae live jazz.onnx", mend="musicvae export --help"
        )
    if options.fast and options.out is None:
        raise SettingError("--fast is for files", mend="add --out take.wav, or leave out --fast")
    run(
        options.artifact,
        None if options.quiet else _say,
        output=options.out,
        port=options.port,
        bind=options.bind,
        allow=options.allow,
        allow_quit=options.allow_quit,
        gain_db=options.gain,
        seconds=options.seconds,
        rate=options.rate,
        device=options.device,
        block=options.block,
        fast=options.fast,
    )


def _say(line: str) -> None:
    print(line, flush=True)  # whoever starts us through a pipe waits for these lines
