"""The command ``models measure``: measures a model on unheard tracks, and writes its card."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from musicvae.cli.options import Commands


def add(commands: Commands) -> None:
    """Declare ``measure``.

    Args:
        commands: the result of ``add_subparsers()`` of the command ``models``.
    """
    parser = commands.add_parser(
        "measure",
        help="measure a model on unheard tracks, and write its card",
        description="Encode and decode tracks that a model never heard, measure how close the "
        "results are, and write what is known of the model as its card. Needs no TensorFlow.",
    )
    parser.add_argument("decoder", metavar="DECODER", type=Path, help="a stream .onnx")
    parser.add_argument(
        "--encoder", type=Path, required=True, help="the encoder .onnx of its latent space"
    )
    parser.add_argument(
        "--memory",
        metavar="FILE",
        type=Path,
        help="the memory that comes with it (default: NAME.memory beside NAME.onnx)",
    )
    parser.add_argument(
        "--prior",
        metavar="FILE",
        type=Path,
        help="the prior that comes with it (default: NAME.prior.onnx beside NAME.onnx)",
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of sound files that it never heard"
    )
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="card to write, such as jazz.json"
    )
    parser.add_argument(
        "--split",
        metavar="RULE",
        help="take only the tracks of the folder that a training with this rule keeps for testing, "
        'such as "last 10"',
    )
    parser.add_argument("--run", dest="origin", metavar="RUN", type=Path, help="its training run")
    parser.add_argument(
        "--corpus",
        metavar="FILE",
        type=Path,
        help='JSON that describes what it learnt from: "name", "version", "licence", "made"',
    )
    parser.add_argument("--name", default="", help="name of the model (default: its genre)")
    parser.add_argument("--summary", default="", help="one sentence for lists of models")
    parser.add_argument(
        "--limit", action="append", default=[], help="a limit, in a sentence; may be repeated"
    )
    parser.add_argument(
        "--command", action="append", default=[], help="how to make it again; may be repeated"
    )
    parser.set_defaults(run=measure, prints_only=False)


def measure(options: argparse.Namespace) -> int:
    """Run ``musicvae models measure``: nothing is written before everything was measured.

    Raises:
        MusicVAEError: an artifact, a track or the run cannot be used, or the card cannot be written
            there.
    """
    from musicvae.artifact.reading import read_info
    from musicvae.cards.making import About, make_card, unheard
    from musicvae.cards.training_facts import Corpus
    from musicvae.cli.results import shown
    from musicvae.errors import CardError
    from musicvae.models.card import ENDING
    from musicvae.models.card_text import markdown
    from musicvae.paths import expand, output_file

    files = (options.decoder, options.encoder, options.memory, options.prior, options.corpus)
    inputs = [file for file in files if file is not None]
    if options.origin is not None:
        inputs += expand(options.origin).glob("*.json")  # what the run says of itself
    out = output_file(options.out, (ENDING,), inputs, CardError)
    about = About(
        name=options.name,
        summary=options.summary,
        corpus=Corpus.load(options.corpus) if options.corpus else Corpus(),
        limits=options.limit,
        commands=options.command,
    )
    genre = read_info(expand(options.decoder)).genre
    tracks = unheard(options.data, genre, options.split)
    card = make_card(
        options.decoder,
        options.encoder,
        tracks,
        memory=options.memory,
        prior=options.prior,
        run=options.origin,
        about=about,
        progress=_tell,
    )
    card.save(out)
    print(markdown(card), end="")
    print(f"\nwrote {shown(out)}", file=sys.stderr)
    return 0


def _tell(done: int, count: int, path: Path) -> None:
    from musicvae.cli.results import shown

    print(f"measuring {done + 1} of {count}: {shown(Path(path.name))}", file=sys.stderr, flush=True)
