"""The command ``models share``: copies what others need of a run to train from it."""

from __future__ import annotations

import argparse

from musicvae.cli.options import Commands


def add(commands: Commands) -> None:
    """Declare ``share``.

    Args:
        commands: the result of ``add_subparsers()`` of the command ``models``.
    """
    parser = commands.add_parser(
        "share",
        help="copy what others need of a run to train from it",
        description="Copy the weights, latents and description of a run into a new folder, without "
        "what belongs to this machine. A training can start from it (--from), and a plug-in can "
        "bring it.",
    )
    parser.add_argument("run_folder", metavar="RUN", help="a run that has ended")
    parser.add_argument("-o", "--out", required=True, metavar="FOLDER", help="the new run folder")
    parser.set_defaults(run=share_run, prints_only=False)


def share_run(options: argparse.Namespace) -> None:
    """Run ``musicvae models share``.

    Raises:
        MusicVAEError: there is no such run, or the folder cannot be made.
    """
    from musicvae.cli.results import shown
    from musicvae.vae.run.sharing import share

    print(f"shared: {shown(share(options.run_folder, options.out).path)}")
