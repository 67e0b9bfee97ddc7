"""The command ``memory``: encodes tracks, and makes a memory that ``musicvae live`` plays."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from musicvae.cli.options import Commands


def add(commands: Commands) -> None:
    """Declare ``memory``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser = commands.add_parser(
        "memory",
        help="encode tracks into a memory, over which a model improvises",
        description="Encode tracks with an exported encoder (which needs no TensorFlow), and find "
        "where one may jump from one to another. Put NAME.memory beside NAME.onnx: then `musicvae "
        "live NAME.onnx` improvises over it. A memory holds the music itself, as the model hears "
        "it: share one only if you may share the music.",
    )
    parser.add_argument(
        "tracks", metavar="TRACKS", nargs="+", type=Path, help="sound files, or folders of them"
    )
    parser.add_argument(
        "--encoder",
        required=True,
        metavar="MODEL",
        help="an encoder .onnx, a decoder .onnx with one, or the name of a ready model with one",
    )
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="memory to write, such as jazz.memory"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=12.0,
        help="of music at most; of more, tracks are taken evenly (default: %(default)g)",
    )
    parser.add_argument(
        "--nearest",
        metavar="MODEL",
        help="take the tracks that this model plays most like all of them (the first minute of "
        "each is heard), instead of evenly",
    )
    parser.add_argument(
        "--split",
        metavar="RULE",
        help="of a folder, take only the tracks that a training with this rule learns from, such "
        'as "last 10" (default: all)',
    )
    parser.add_argument(
        "--style", default="", help="what kind of music it is (default: the folder of each file)"
    )
    parser.add_argument("--licence", default="unstated", help="licence of the music")
    parser.add_argument("--source", default="", help="where the music comes from, for people")
    parser.set_defaults(run=make_memory)


def make_memory(options: argparse.Namespace) -> None:
    """Run ``musicvae memory``: nothing is written before all tracks were encoded.

    Raises:
        MusicVAEError: the encoder cannot be read, there is too little music, or the memory would
            replace one of the files. A track that cannot be read is left out.
    """
    from musicvae.cli.results import shown
    from musicvae.latents.memory import ENDINGS
    from musicvae.latents.memory.memory_header import check_words
    from musicvae.models import encoder_named
    from musicvae.paths import expand, output_file
    from musicvae.runtime.encoder import Encoder
    from musicvae.runtime.remembering import pieces_of, remember

    left_out: list[str] = []

    def leave_out(path: Path, reason: str) -> None:
        left_out.append(path.name)
        print(f"left out: {shown(Path(path.name))}: {reason}", file=sys.stderr, flush=True)

    out = output_file(options.out, ENDINGS, [*map(expand, options.tracks)])
    pieces = pieces_of(options.tracks, options.style, options.split)
    encoder = Encoder(encoder_named(options.encoder))
    check_words(options.licence, options.source)  # before hundreds of tracks are heard
    if options.nearest:
        from musicvae.evaluating.representing import representative
        from musicvae.runtime.stream_decoder import StreamDecoder

        pieces = representative(
            pieces,
            encoder,
            StreamDecoder(options.nearest),
            options.minutes,
            progress=partial(_tell, "hearing"),
            left_out=leave_out,
        )
    memory = remember(
        pieces,
        encoder,
        options.minutes,
        evenly=not options.nearest,
        licence=options.licence,
        source=options.source,
        progress=partial(_tell, "remembering"),
        left_out=leave_out,
    )
    memory.save(out)
    joints = memory.header.joints / memory.seconds
    print(
        f"wrote {shown(out)}: {memory.seconds / 60:.1f} minutes of {len(memory.parts)} track(s), "
        f"{joints:.1f} places a second to jump from, {out.stat().st_size / 1e6:.2f} MB"
        + (f"; {len(left_out)} file(s) left out" if left_out else "")
    )


def _tell(what: str, done: int, count: int, path: Path) -> None:
    from musicvae.cli.results import shown

    print(f"{what} {done + 1}: {shown(Path(path.name))}", file=sys.stderr, flush=True)
