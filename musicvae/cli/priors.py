"""The command ``prior``, which trains a model of how music goes on."""

from __future__ import annotations

import argparse
from typing import Any

from musicvae.cli.options import Commands


def add(commands: Commands) -> None:
    """Declare ``prior``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser = commands.add_parser(
        "prior",
        help="train a prior: new music from a seed",
        description="Encode the tracks of a run or of a folder, and train a model of how their "
        "latents go on. Ctrl-C stops cleanly; --resume goes on, also after a crash. `musicvae "
        "export` makes an .onnx of the folder.",
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        nargs="?",
        help="what encodes: a stream run, an encoder .onnx, or the name of a ready model "
        "(default: the one of --from)",
    )
    parser.add_argument("-o", "--out", required=True, help="folder of the prior")
    parser.add_argument(
        "--data", help="folder of sounds, one folder for each genre (default: the run's tracks)"
    )
    parser.add_argument("--genre", help="train on this genre alone, or tune --from to it")
    parser.add_argument("--minutes", type=float, help="limit of the training time (default: 40)")
    parser.add_argument("--seed", type=int, help="seed of weights, crops and noise")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting, such as family=mixture, batch_size=32 or model.width=192; "
        "may be repeated",
    )
    parser.add_argument(
        "--copies",
        type=int,
        default=1,
        help="faster and slower copies of each training track (default: 1 of each)",
    )
    parser.add_argument(
        "--split", default="80/20", help="how tracks are divided (default: as the run, or 80/20)"
    )
    parser.add_argument(
        "--from",
        dest="start_from",
        metavar="PRIOR",
        help="start from its weights: a folder of a prior, an exported .onnx, or the name of a "
        "ready model, which then also encodes",
    )
    parser.add_argument(
        "--material", metavar="FILE", help="material.npz of another prior, instead of encoding"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the prior in --out")
    parser.add_argument(
        "--licence", help="licence of the prior (default: that of --from, else the encoder's)"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run_prior)


def run_prior(options: argparse.Namespace) -> int:
    """Run ``musicvae prior``.

    Raises:
        MusicVAEError: there are no sounds, or training cannot begin.
    """
    from contextlib import nullcontext

    from musicvae.cli.training import parse_settings
    from musicvae.recipes.ranges import whole
    from musicvae.vae.prior.training import train_prior
    from musicvae.vae.training.reporting import Silent, terminal

    settings: dict[str, Any] = parse_settings(options)
    copies = int(whole(0, 20).check("--copies", options.copies))
    with nullcontext(Silent()) if options.quiet else terminal() as reporter:
        trained = train_prior(
            options.model,
            options.out,
            data=options.data,
            genre=options.genre,
            settings=settings,
            copies=copies,
            split=options.split,
            material=options.material,
            start_from=options.start_from,
            resume=options.resume,
            licence=options.licence,
            reporter=reporter,
        )
        reporter.note(
            f"trained: {options.out}, {trained.weights / 1e6:.2f} million weights "
            f"(musicvae export {options.out} --out NAME.onnx)"
        )
    return 0
