"""The commands ``train`` and ``demo``."""

from __future__ import annotations

import argparse
from typing import Any

from musicvae.cli.options import Commands
from musicvae.errors import SettingError


def add(commands: Commands) -> None:
    """Declare ``train`` and ``demo``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    _add_train(commands)
    demo = commands.add_parser(
        "demo",
        help="run the whole chain on an embedded corpus",
        description="Play a ready model, train from it on an embedded corpus, export, play over "
        "OSC, and write a web page about it.",
    )
    demo.add_argument(
        "-o", "--out", default="musicvae-demo", help="new folder (default: %(default)s)"
    )
    demo.add_argument("--minutes", type=float, default=2.5, help="training time (default: 2.5)")
    demo.add_argument("--silent", action="store_true", help="leave the sound card alone")
    demo.set_defaults(run=run_demo)


def _add_train(commands: Commands) -> None:
    parser = commands.add_parser(
        "train",
        help="train a model on a folder of sounds",
        description="Train a model on a folder of sounds. Ctrl-C stops cleanly; --resume goes on, "
        "also after a crash, and with other epochs or minutes. What cannot change is refused.",
    )
    parser.add_argument(
        "--genre", help="registered genre or name of a folder (default: all sounds)"
    )
    parser.add_argument("--data", help="folder of sounds: a GTZAN root or any folder of folders")
    parser.add_argument("-o", "--out", required=True, help="run folder")
    parser.add_argument("--recipe", help="see `musicvae recipes` (default: the genre's, or stream)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting of the recipe, such as epochs=10 or model.width=64; may be repeated",
    )
    parser.add_argument("--resume", action="store_true", help="continue the run in --out")
    parser.add_argument(
        "--minutes",
        type=float,
        help="limit of the training time, evaluations included (default: the recipe's, an hour); "
        "reading the tracks before it and measuring the latents after it come on top",
    )
    parser.add_argument("--seed", type=int, help="seed of split, weights, crops and noise")
    parser.add_argument(
        "--from",
        dest="start_from",
        metavar="RUN",
        help="start from the weights of another run, or of a ready model that brings its run",
    )
    parser.add_argument(
        "--freeze",
        action="append",
        default=[],
        metavar="PART",
        help="keep the weights of the encoder (or decoder) that --from brings; with a frozen "
        "encoder both runs share one latent space",
    )
    parser.add_argument(
        "--strategy", default="default", help="where to compute: default, mirrored or multiworker"
    )
    parser.add_argument("--licence", help="licence of the trained model (default: unstated)")
    parser.add_argument("--cache", help="folder of decoded tracks (default: $MUSICVAE_CACHE)")
    parser.add_argument("--workers", type=int, help="decoding processes (default: one per core)")
    parser.add_argument(
        "--no-pictures", action="store_true", help="draw no pictures while training"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run_train)


def run_demo(options: argparse.Namespace) -> int:
    """Run ``musicvae demo``.

    Raises:
        MusicVAEError: ``--out`` is in use, or a part of the chain failed.
    """
    from pathlib import Path

    from musicvae.demo.run import run_demo
    from musicvae.vae.training.reporting import terminal

    with terminal() as reporter:
        run_demo(Path(options.out), options.minutes, reporter, options.silent)
    return 0


def run_train(options: argparse.Namespace) -> int:
    """Run ``musicvae train``.

    Raises:
        MusicVAEError: no sounds were named, or training cannot begin.
    """
    from contextlib import nullcontext

    from musicvae.vae.training.reporting import Silent, terminal
    from musicvae.vae.training.train import train

    if options.data is None and not options.resume:
        raise SettingError("no sounds were named", expected="a folder", hint="add --data FOLDER")
    with nullcontext(Silent()) if options.quiet else terminal() as reporter:
        train(
            options.genre,
            options.data,
            options.out,
            recipe=options.recipe,
            settings=parse_settings(options),
            resume=options.resume,
            strategy=options.strategy,
            licence=options.licence,
            cache=options.cache,
            workers=options.workers,
            reporter=reporter,
            pictures=not options.no_pictures,
            start_from=options.start_from,
            freeze=options.freeze,
        )
        reporter.note(f"trained: {options.out} (listen: musicvae sample {options.out} --out new/)")
    return 0


def parse_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The changed settings of a recipe, from ``--set``, ``--minutes`` and ``--seed``.

    Args:
        options: options of ``train``.

    Returns:
        Settings by name; those of the model in a dictionary of their own, ``"model"``. The values
        of the model are numbers where they can be, the others are checked by the recipe.

    Raises:
        SettingError: one is not NAME=VALUE.
    """
    settings: dict[str, Any] = {}
    for text in options.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise SettingError("--set takes a setting", expected="NAME=VALUE", received=text)
        family, dot, key = name.partition(".")
        if dot and family == "model":
            settings.setdefault("model", {})[key] = _number_or_text(value)
        else:
            settings[name] = value
    for name in ("minutes", "seed"):
        if getattr(options, name) is not None:
            settings[name] = getattr(options, name)
    return settings


def _number_or_text(value: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value
